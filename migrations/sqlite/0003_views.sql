-- The views: folds of the log, changed in the same transaction as the events
-- that change them; droppable. Column order is that of the rows in rows.rs.

CREATE TABLE accounts (
    account_id        BLOB    PRIMARY KEY NOT NULL,
    origin            TEXT    NOT NULL,
    registered_at     INTEGER  NOT NULL,
    last_signed_in_at INTEGER,
    credential_id     BLOB,
    must_change       INTEGER NOT NULL,
    factor_id         BLOB,
    permissions       TEXT    NOT NULL,
    self_service      TEXT    NOT NULL,
    by_administrator  TEXT    NOT NULL,
    erased            INTEGER NOT NULL,
    -- A column, because a page goes on from a pair of columns; PostgreSQL goes by the expression itself.
    signed_in_key     INTEGER GENERATED ALWAYS AS (coalesce(last_signed_in_at, 0)) VIRTUAL
);
-- The erased are listed nowhere.
CREATE INDEX accounts_signed_in ON accounts (signed_in_key, account_id) WHERE NOT erased;

CREATE TABLE resets (
    reset_id   BLOB   PRIMARY KEY NOT NULL,
    account_id BLOB   NOT NULL,
    issued_by  BLOB,
    state      TEXT   NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER
);
CREATE INDEX resets_live ON resets (expires_at) WHERE state = 'live';

CREATE TABLE mails (
    mail_id      BLOB    PRIMARY KEY NOT NULL,
    kind         TEXT    NOT NULL,
    account_id   BLOB    NOT NULL,
    reset_id     BLOB,
    state        TEXT    NOT NULL,
    version      INTEGER  NOT NULL,
    attempts     INTEGER NOT NULL,
    copies       INTEGER NOT NULL,
    requested_at INTEGER  NOT NULL,
    due_at       INTEGER  NOT NULL,
    expires_at   INTEGER  NOT NULL,
    settled_at   INTEGER,
    last_code    INTEGER,
    last_enhanced TEXT,
    last_failure TEXT,
    pinned_to    TEXT,
    refused_by   TEXT,
    -- Not part of the fold: the worker that is at it, and the provider that may have it.
    -- Any new version frees it.
    claimed_by   BLOB,
    going_to     TEXT
);
CREATE INDEX mails_due ON mails (due_at) WHERE state IN ('pending', 'unknown');
-- What somebody may want to look at is rare.
CREATE INDEX mails_troubled ON mails (state) WHERE state IN ('unknown', 'rejected', 'suppressed', 'unconfirmed', 'dead');

-- A worker's lease: its claims are its own until then, on this database's clock.
CREATE TABLE workers (
    worker_id    BLOB   PRIMARY KEY NOT NULL,
    renewed_at   INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    -- What the mails it has in hand waited for then, as JSON: so that a silent server is seen at once.
    waits        TEXT    NOT NULL
);

-- The set that a rebuild fills beside the live one, before they swap names; else empty. SQLite has no
-- way to say "the same again", and does not rename indexes: they keep their names when the tables swap theirs.

CREATE TABLE accounts_next (
    account_id        BLOB    PRIMARY KEY NOT NULL,
    origin            TEXT    NOT NULL,
    registered_at     INTEGER  NOT NULL,
    last_signed_in_at INTEGER,
    credential_id     BLOB,
    must_change       INTEGER NOT NULL,
    factor_id         BLOB,
    permissions       TEXT    NOT NULL,
    self_service      TEXT    NOT NULL,
    by_administrator  TEXT    NOT NULL,
    erased            INTEGER NOT NULL,
    signed_in_key     INTEGER GENERATED ALWAYS AS (coalesce(last_signed_in_at, 0)) VIRTUAL
);
CREATE INDEX accounts_next_signed_in ON accounts_next (signed_in_key, account_id) WHERE NOT erased;

CREATE TABLE resets_next (
    reset_id   BLOB   PRIMARY KEY NOT NULL,
    account_id BLOB   NOT NULL,
    issued_by  BLOB,
    state      TEXT   NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER
);
CREATE INDEX resets_next_live ON resets_next (expires_at) WHERE state = 'live';

CREATE TABLE mails_next (
    mail_id      BLOB    PRIMARY KEY NOT NULL,
    kind         TEXT    NOT NULL,
    account_id   BLOB    NOT NULL,
    reset_id     BLOB,
    state        TEXT    NOT NULL,
    version      INTEGER  NOT NULL,
    attempts     INTEGER NOT NULL,
    copies       INTEGER NOT NULL,
    requested_at INTEGER  NOT NULL,
    due_at       INTEGER  NOT NULL,
    expires_at   INTEGER  NOT NULL,
    settled_at   INTEGER,
    last_code    INTEGER,
    last_enhanced TEXT,
    last_failure TEXT,
    pinned_to    TEXT,
    refused_by   TEXT,
    claimed_by   BLOB,
    going_to     TEXT
);
CREATE INDEX mails_next_due ON mails_next (due_at) WHERE state IN ('pending', 'unknown');
CREATE INDEX mails_next_troubled ON mails_next (state) WHERE state IN ('unknown', 'rejected', 'suppressed', 'unconfirmed', 'dead');
