-- The vault: secrets and personal data. It may change and be forgotten; the
-- log refers to it by id. Column order is that of the rows in rows.rs.

CREATE TABLE people (
    account_id   uuid PRIMARY KEY,
    username     text NOT NULL,
    -- Compared byte by byte on any server: what begins with a search must sort beside it.
    username_key text COLLATE "C" NOT NULL,
    email        text NOT NULL,
    email_key    text COLLATE "C" NOT NULL,
    display_name text NOT NULL,
    language     text,
    zone         text,
    CONSTRAINT people_username UNIQUE (username_key)
);
-- The id as bytes: where the table was empty when a plan was made, an account would else be
-- looked for in this index, from one end to the other.
CREATE INDEX people_email ON people (email_key, uuid_send(account_id));

-- Addresses that a mail server called dead: nothing is sent there for a while.
CREATE TABLE suppressions (
    account_id uuid   NOT NULL,
    -- Compared as in people, else its index is of no use.
    email_key  text COLLATE "C" NOT NULL,
    ends_at    bigint NOT NULL,
    PRIMARY KEY (email_key, account_id)
);
CREATE INDEX suppressions_account ON suppressions (account_id);

-- By what an accepted mail is found in the mail server's log: beside its MailAccepted.
CREATE TABLE receipts (
    event_id   uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    message_id text NOT NULL,
    queue_id   text
);
CREATE INDEX receipts_account ON receipts (account_id);

CREATE TABLE credentials (
    account_id    uuid PRIMARY KEY,
    credential_id uuid NOT NULL,
    hash          text NOT NULL
);

CREATE TABLE factors (
    account_id uuid    PRIMARY KEY,
    factor_id  uuid    NOT NULL,
    sealed     text    NOT NULL,
    confirmed  boolean NOT NULL,
    offered_at bigint  NOT NULL
);

CREATE TABLE recovery_codes (
    code_id    uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    hash       text NOT NULL
);
CREATE INDEX recovery_codes_account ON recovery_codes (account_id);

CREATE TABLE pending_requests (
    reset_id     uuid   PRIMARY KEY,
    username     text   NOT NULL,
    email        text   NOT NULL,
    source_key   text   NOT NULL,
    fingerprint  text   NOT NULL,
    requested_at bigint NOT NULL
);

CREATE TABLE origins (
    event_id    uuid   PRIMARY KEY,
    source      text   NOT NULL,
    user_agent  text   NOT NULL,
    recorded_at bigint NOT NULL
);
CREATE INDEX origins_recorded_at ON origins (recorded_at);

CREATE TABLE sessions (
    session_id    uuid    PRIMARY KEY,
    token_hash    text    NOT NULL,
    account_id    uuid    NOT NULL,
    credential_id uuid    NOT NULL,
    second_factor boolean NOT NULL,
    created_at    bigint  NOT NULL,
    seen_at       bigint  NOT NULL,
    expires_at    bigint  NOT NULL,
    user_agent    text    NOT NULL,
    source        text    NOT NULL,
    CONSTRAINT sessions_token UNIQUE (token_hash)
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE idempotency (
    key         text    PRIMARY KEY,
    body        text    NOT NULL,
    event_id    uuid    NOT NULL,
    status      integer NOT NULL,
    answer      text    NOT NULL,
    recorded_at bigint  NOT NULL
);
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);

-- Counted attempts per keyed hash (of a source, of typed words), all nodes together.
CREATE TABLE throttles (
    key        text   PRIMARY KEY,
    count      bigint NOT NULL,
    started_at bigint NOT NULL,
    last_at    bigint NOT NULL
);
CREATE INDEX throttles_last_at ON throttles (last_at);
