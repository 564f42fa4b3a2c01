-- The vault: secrets and personal data. It may change and be forgotten; the
-- log refers to it by id. Column order is that of the rows in rows.rs.

CREATE TABLE people (
    account_id   BLOB PRIMARY KEY NOT NULL,
    username     TEXT NOT NULL,
    username_key TEXT NOT NULL,
    email        TEXT NOT NULL,
    email_key    TEXT NOT NULL,
    display_name TEXT NOT NULL,
    language     TEXT,
    zone         TEXT,
    CONSTRAINT people_username UNIQUE (username_key)
);
CREATE INDEX people_email ON people (email_key, account_id);

-- Addresses that a mail server called dead: nothing is sent there for a while.
CREATE TABLE suppressions (
    account_id BLOB    NOT NULL,
    email_key  TEXT    NOT NULL,
    ends_at    INTEGER NOT NULL,
    PRIMARY KEY (email_key, account_id)
);
CREATE INDEX suppressions_account ON suppressions (account_id);

-- By what an accepted mail is found in the mail server's log: beside its MailAccepted.
CREATE TABLE receipts (
    event_id   BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL,
    message_id TEXT NOT NULL,
    queue_id   TEXT
);
CREATE INDEX receipts_account ON receipts (account_id);

CREATE TABLE credentials (
    account_id    BLOB PRIMARY KEY NOT NULL,
    credential_id BLOB NOT NULL,
    hash          TEXT NOT NULL
);

CREATE TABLE factors (
    account_id BLOB    PRIMARY KEY NOT NULL,
    factor_id  BLOB    NOT NULL,
    sealed     TEXT    NOT NULL,
    confirmed  INTEGER NOT NULL,
    offered_at INTEGER NOT NULL
);

CREATE TABLE recovery_codes (
    code_id    BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL,
    hash       TEXT NOT NULL
);
CREATE INDEX recovery_codes_account ON recovery_codes (account_id);

CREATE TABLE pending_requests (
    reset_id     BLOB   PRIMARY KEY NOT NULL,
    username     TEXT   NOT NULL,
    email        TEXT   NOT NULL,
    source_key   TEXT   NOT NULL,
    fingerprint  TEXT   NOT NULL,
    requested_at INTEGER NOT NULL
);

CREATE TABLE origins (
    event_id    BLOB   PRIMARY KEY NOT NULL,
    source      TEXT   NOT NULL,
    user_agent  TEXT   NOT NULL,
    recorded_at INTEGER NOT NULL
);
CREATE INDEX origins_recorded_at ON origins (recorded_at);

CREATE TABLE sessions (
    session_id    BLOB    PRIMARY KEY NOT NULL,
    token_hash    TEXT    NOT NULL,
    account_id    BLOB    NOT NULL,
    credential_id BLOB    NOT NULL,
    second_factor INTEGER NOT NULL,
    created_at    INTEGER  NOT NULL,
    seen_at       INTEGER  NOT NULL,
    expires_at    INTEGER  NOT NULL,
    user_agent    TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    CONSTRAINT sessions_token UNIQUE (token_hash)
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE idempotency (
    key         TEXT    PRIMARY KEY NOT NULL,
    body        TEXT    NOT NULL,
    event_id    BLOB    NOT NULL,
    status      INTEGER NOT NULL,
    answer      TEXT    NOT NULL,
    recorded_at INTEGER  NOT NULL
);
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);

-- Counted attempts per keyed hash (of a source, of typed words), all nodes together.
CREATE TABLE throttles (
    key        TEXT   PRIMARY KEY NOT NULL,
    count      INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
);
CREATE INDEX throttles_last_at ON throttles (last_at);
