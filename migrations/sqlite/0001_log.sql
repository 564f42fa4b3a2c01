-- The log: append-only, one total order, no gaps. A database holds one log.

CREATE TABLE log_head (
    log_id   BLOB    PRIMARY KEY NOT NULL,
    epoch    INTEGER NOT NULL,
    position INTEGER NOT NULL
);

-- One row, whoever begins the log at the same time.
CREATE UNIQUE INDEX log_head_only ON log_head ((1));

CREATE TABLE events (
    position    INTEGER PRIMARY KEY NOT NULL,
    epoch       INTEGER NOT NULL,
    stream      BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    event_id    BLOB    NOT NULL,
    type        TEXT    NOT NULL,
    schema      INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL, -- µs since 1970, UTC
    payload     BLOB    NOT NULL, -- exact bytes of canonical JSON
    metadata    BLOB    NOT NULL,
    leaf        BLOB    NOT NULL,
    subject     BLOB,             -- the account the event is about
    CONSTRAINT events_version UNIQUE (stream, version),
    CONSTRAINT events_event_id UNIQUE (event_id)
);

-- An account's own stream is found by events_version: without it here, most
-- events write a page less.
CREATE INDEX events_subject ON events (subject, position) WHERE subject <> stream;

-- ROLLBACK, because a trigger that may ABORT has each statement keep a journal.
CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ROLLBACK, 'the log is append-only: UPDATE on events is refused'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ROLLBACK, 'the log is append-only: DELETE on events is refused'); END;
CREATE TRIGGER log_head_is_not_deleted BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ROLLBACK, 'the log is append-only: DELETE on log_head is refused'); END;
-- INSERT OR REPLACE deletes without firing the trigger against DELETE, whichever
-- constraint the new row would break.
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
  OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)
  OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
BEGIN SELECT RAISE(ROLLBACK, 'the log is append-only: REPLACE on events is refused'); END;

-- For people: payload and metadata as JSON, the time as a time.
CREATE VIEW events_readable AS
SELECT position, epoch, lower(hex(stream)) AS stream, version, lower(hex(event_id)) AS event_id, type, schema,
       strftime('%Y-%m-%dT%H:%M:%fZ', recorded_at / 1000000.0, 'unixepoch') AS recorded_at,
       json(CAST(payload AS TEXT)) AS payload,
       json(CAST(metadata AS TEXT)) AS metadata,
       lower(hex(subject)) AS subject
FROM events;
