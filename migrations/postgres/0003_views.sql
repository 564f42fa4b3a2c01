-- The views: folds of the log, changed in the same transaction as the events
-- that change them; droppable. Column order is that of the rows in rows.rs.

CREATE TABLE accounts (
    account_id        uuid    PRIMARY KEY,
    origin            text    NOT NULL,
    registered_at     bigint  NOT NULL,
    last_signed_in_at bigint,
    credential_id     uuid,
    must_change       boolean NOT NULL,
    factor_id         uuid,
    permissions       text    NOT NULL,
    self_service      text    NOT NULL,
    by_administrator  text    NOT NULL,
    erased            boolean NOT NULL
);
-- The erased are listed nowhere.
CREATE INDEX accounts_signed_in ON accounts (coalesce(last_signed_in_at, 0), account_id) WHERE NOT erased;

CREATE TABLE resets (
    reset_id   uuid   PRIMARY KEY,
    account_id uuid   NOT NULL,
    issued_by  uuid,
    state      text   NOT NULL,
    issued_at  bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at   bigint
);
CREATE INDEX resets_live ON resets (expires_at) WHERE state = 'live';

CREATE TABLE mails (
    mail_id      uuid    PRIMARY KEY,
    kind         text    NOT NULL,
    account_id   uuid    NOT NULL,
    reset_id     uuid,
    state        text    NOT NULL,
    version      bigint  NOT NULL,
    attempts     integer NOT NULL,
    copies       integer NOT NULL,
    requested_at bigint  NOT NULL,
    due_at       bigint  NOT NULL,
    expires_at   bigint  NOT NULL,
    settled_at   bigint,
    last_code    integer,
    last_enhanced text,
    last_failure text,
    pinned_to    text,
    refused_by   text,
    -- Not part of the fold: the worker that is at it, and the provider that may have it.
    -- Any new version frees it.
    claimed_by   uuid,
    going_to     text
) WITH (fillfactor = 70);
CREATE INDEX mails_due ON mails (due_at) WHERE state IN ('pending', 'unknown');
-- What somebody may want to look at is rare.
CREATE INDEX mails_troubled ON mails (state) WHERE state IN ('unknown', 'rejected', 'suppressed', 'unconfirmed', 'dead');

-- A worker's lease: its claims are its own until then, on this database's clock.
CREATE TABLE workers (
    worker_id    uuid   PRIMARY KEY,
    renewed_at   bigint NOT NULL,
    leased_until bigint NOT NULL,
    -- What the mails it has in hand waited for then, as JSON: so that a silent server is seen at once.
    waits        text   NOT NULL
);

-- What a commit says of a row. Types of their own: a table's own type would go with the table
-- when a rebuild swaps names. Of a mail: the row without who is at it.
CREATE TYPE account_row AS (
    account_id uuid, origin text, registered_at bigint, last_signed_in_at bigint, credential_id uuid,
    must_change boolean, factor_id uuid, permissions text, self_service text, by_administrator text, erased boolean
);
CREATE TYPE reset_row AS (
    reset_id uuid, account_id uuid, issued_by uuid, state text, issued_at bigint, expires_at bigint, ended_at bigint
);
CREATE TYPE mail_row AS (
    mail_id uuid, kind text, account_id uuid, reset_id uuid, state text, version bigint, attempts integer,
    copies integer, requested_at bigint, due_at bigint, expires_at bigint, settled_at bigint, last_code integer,
    last_enhanced text, last_failure text, pinned_to text, refused_by text
);

-- The set that a rebuild fills beside the live one, before they swap names; else empty.
CREATE TABLE accounts_next (LIKE accounts INCLUDING ALL);
CREATE TABLE resets_next (LIKE resets INCLUDING ALL);
CREATE TABLE mails_next (LIKE mails INCLUDING ALL) WITH (fillfactor = 70);
