-- The log: append-only, one total order, no gaps. A database holds one log.

CREATE TABLE log_head (
    log_id   uuid    PRIMARY KEY,
    epoch    integer NOT NULL,
    position bigint  NOT NULL
) WITH (
    -- Every batch updates this one row: room on its page keeps updates in
    -- place (HOT), and an eager vacuum keeps the chain of versions short.
    fillfactor = 10,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500
);

-- One row, whoever begins the log at the same time.
CREATE UNIQUE INDEX log_head_only ON log_head ((true));

CREATE TABLE events (
    position    bigint  NOT NULL,
    epoch       integer NOT NULL,
    stream      uuid    NOT NULL,
    version     bigint  NOT NULL,
    event_id    uuid    NOT NULL,
    type        text    NOT NULL,
    schema      integer NOT NULL,
    recorded_at bigint  NOT NULL, -- µs since 1970, UTC
    payload     bytea   NOT NULL, -- exact bytes of canonical JSON; jsonb would rewrite them
    metadata    bytea   NOT NULL,
    leaf        bytea   NOT NULL,
    subject     uuid,             -- the account the event is about
    CONSTRAINT events_position PRIMARY KEY (position),
    CONSTRAINT events_version UNIQUE (stream, version),
    CONSTRAINT events_event_id UNIQUE (event_id)
);

-- An account's own stream is found by events_version: without it here, most
-- events write a page less.
CREATE INDEX events_subject ON events (subject, position) WHERE subject <> stream;

CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;

CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_history();
CREATE TRIGGER log_head_is_not_deleted BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();
CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();

-- For people: payload and metadata as JSON, the time as a time.
CREATE VIEW events_readable AS
SELECT position, epoch, stream, version, event_id, type, schema,
       to_timestamp(recorded_at / 1000000.0) AS recorded_at,
       convert_from(payload, 'UTF8')::jsonb AS payload,
       convert_from(metadata, 'UTF8')::jsonb AS metadata,
       subject
FROM events;
