//! The statements that only SQLite is asked.

use crate::store::sql::{events, newest, newest_about, statements};

/// A row of an event, at a position.
macro_rules! row {
    ($position:literal) => {
        concat!("(", $position, ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    };
}

macro_rules! four {
    ($($rows:tt)*) => {
        concat!($($rows)*, ", ", $($rows)*, ", ", $($rows)*, ", ", $($rows)*)
    };
}

macro_rules! insert {
    ($($rows:tt)*) => {
        concat!(
            "INSERT OR ROLLBACK INTO events (position, epoch, stream, version, event_id, type, schema, recorded_at, ",
            "payload, metadata, leaf, subject) VALUES ",
            $($rows)*
        )
    };
}

/// The commits that rely on a stream (of the parameter: commit, stream, version) which is
/// at another version; and 0.
macro_rules! stale {
    ($expected:literal) => {
        concat!(
            "SELECT x.value ->> 0, 0 FROM json_each(",
            $expected,
            ") x WHERE (x.value ->> 2) <> coalesce(
            (SELECT max(e.version) FROM events e WHERE e.stream = unhex(x.value ->> 1, '-')), 0)"
        )
    };
}

/// Rows of `accounts`, which the parameter has as JSON, on their way into a table.
#[rustfmt::skip]
macro_rules! put_accounts {
    ($into:literal) => {
        concat!("WITH j AS MATERIALIZED (SELECT jsonb(value) AS value FROM json_each(?)) ", $into, " SELECT
            unhex(value ->> 'account_id', '-'), value ->> 'origin', value ->> 'registered_at',
            value ->> 'last_signed_in_at', unhex(value ->> 'credential_id', '-'), value ->> 'must_change',
            unhex(value ->> 'factor_id', '-'), value ->> 'permissions', value ->> 'self_service',
            value ->> 'by_administrator', value ->> 'erased'
        FROM j WHERE true ")
    };
}

/// Rows of `resets`, which the parameter has as JSON, on their way into a table.
#[rustfmt::skip]
macro_rules! put_resets {
    ($into:literal) => {
        concat!("WITH j AS MATERIALIZED (SELECT jsonb(value) AS value FROM json_each(?)) ", $into, " SELECT
            unhex(value ->> 'reset_id', '-'), unhex(value ->> 'account_id', '-'), unhex(value ->> 'issued_by', '-'),
            value ->> 'state', value ->> 'issued_at', value ->> 'expires_at', value ->> 'ended_at'
        FROM j WHERE true ")
    };
}

/// Rows of `mails`, which the parameter has as JSON, on their way into a table.
#[rustfmt::skip]
macro_rules! put_mails {
    ($into:literal) => {
        concat!("WITH j AS MATERIALIZED (SELECT jsonb(value) AS value FROM json_each(?)) ", $into, " SELECT
            unhex(value ->> 'mail_id', '-'), value ->> 'kind', unhex(value ->> 'account_id', '-'),
            unhex(value ->> 'reset_id', '-'), value ->> 'state', value ->> 'version', value ->> 'attempts',
            value ->> 'copies', value ->> 'requested_at', value ->> 'due_at', value ->> 'expires_at', value ->> 'settled_at',
            value ->> 'last_code', value ->> 'last_enhanced', value ->> 'last_failure', value ->> 'pinned_to', value ->> 'refused_by', NULL, NULL
        FROM j WHERE true ")
    };
}

/// Pages of the list of accounts; `CROSS JOIN` is joined in this order.
pub mod accounts {
    crate::store::sql::accounts::account_pages!(
        "CROSS JOIN accounts a ON a.account_id = p.account_id",
        "CROSS JOIN people p ON p.account_id = a.account_id",
        "signed_in_key",
        ""
    );
}

/// Takes the lock of those who write, and gives it back: refused where the file can only be read.
pub(crate) const TRY_TO_WRITE: &str = "BEGIN IMMEDIATE; ROLLBACK";

/// How many events a statement inserts; the most first.
pub(crate) const INSERTS: [(usize, &str); 3] =
    [(64, INSERT_64_EVENTS), (16, INSERT_16_EVENTS), (4, INSERT_4_EVENTS)];

statements! {
    /// Reads something, however little.
    ANY_TABLE = "SELECT 1 FROM sqlite_schema";
    /// Begins to append a batch: moves the log's head on, and answers where it is now. In
    /// another epoch, or when a stream is stale, there is no such place: all is rolled back,
    /// and what was sent with it is left out.
    BEGIN = concat!(
        "BEGIN IMMEDIATE; UPDATE OR ROLLBACK log_head
        SET position = CASE WHEN epoch = ? AND NOT EXISTS (", stale!("?"), ") THEN position + ? END
        RETURNING position"
    );
    /// Which commits of a batch (`?1`: first id, number of events) were appended before, and
    /// their last position; then those that are stale.
    WRONG = concat!(
        "SELECT c.key, e.position + (c.value ->> 1) - 1 FROM json_each(?1) c
        JOIN events e ON e.event_id = unhex(c.value ->> 0, '-') UNION ALL ", stale!("?2")
    );
    /// Ends a batch.
    COMMIT = "COMMIT";
    BEGIN_IMMEDIATE = "BEGIN IMMEDIATE";
    ROLLBACK = "ROLLBACK";
    /// Inserts an event, so many before the head. On a conflict, what then must happen anyway:
    /// with `ABORT` it would keep a journal for each statement, a third of its time.
    INSERT_EVENT = insert!(row!("(SELECT position FROM log_head) - ?"));
    /// The same, by the dozen and more, at their positions.
    INSERT_4_EVENTS = insert!(four!(row!("?")));
    INSERT_16_EVENTS = insert!(four!(four!(row!("?"))));
    INSERT_64_EVENTS = insert!(four!(four!(four!(row!("?")))));
    /// Streams' events, unsorted, so many at most; `CROSS JOIN` is joined in this order.
    STREAMS = "SELECT e.stream, e.version, e.type, e.schema, e.recorded_at, e.payload
        FROM json_each(?1) s CROSS JOIN events e ON e.stream = unhex(s.value, '-') LIMIT ?2";
    /// The newest events, of these types if any are named.
    NEWEST = newest!("$5 = '[]' OR type IN (SELECT value FROM json_each($5))");
    NEWEST_ABOUT = newest_about!("$5 = '[]' OR type IN (SELECT value FROM json_each($5))");
    /// Many rows by their keys, and many counts: see the reads of one.
    ADDRESSEES = "SELECT p.*, EXISTS (
            SELECT 1 FROM suppressions s WHERE s.email_key = p.email_key AND s.ends_at > ?2) AS suppressed
        FROM people p WHERE p.account_id IN (SELECT unhex(value, '-') FROM json_each(?1))";
    PEOPLE_BY_USERNAME = "SELECT * FROM people WHERE username_key IN (SELECT value FROM json_each(?1))";
    RESETS = "SELECT * FROM resets WHERE reset_id IN (SELECT unhex(value, '-') FROM json_each(?1))";
    PEOPLE = "SELECT * FROM people WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?1))";
    ORIGINS = "SELECT * FROM origins WHERE event_id IN (SELECT unhex(value, '-') FROM json_each(?1))";
    RECEIPTS = "SELECT * FROM receipts WHERE event_id IN (SELECT unhex(value, '-') FROM json_each(?1))";
    ATTEMPTS_OF = "SELECT key, count FROM throttles
        WHERE key IN (SELECT value FROM json_each(?1)) AND started_at >= ?2";
    COUNT_ATTEMPTS = "INSERT INTO throttles (key, count, started_at, last_at)
        SELECT key, value, ?2, ?2 FROM json_each(?1) WHERE true
        ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN throttles.started_at < ?3 THEN 0 ELSE throttles.count END + excluded.count,
            started_at = CASE WHEN throttles.started_at < ?3 THEN excluded.started_at ELSE throttles.started_at END,
            last_at = excluded.last_at";
    /// Claims due mails for a worker, the most urgent first.
    CLAIM_MAILS = "UPDATE mails SET claimed_by = ?1 WHERE mail_id IN (
        SELECT m.mail_id FROM mails m
        WHERE m.state IN ('pending', 'unknown') AND m.due_at <= ?2 AND m.claimed_by IS NULL
            AND (m.reset_id IS NULL) = ?4
        ORDER BY m.due_at LIMIT ?3)
        RETURNING mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
                  settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by";
    /// Takes or renews a worker's lease, on the database's clock.
    RENEW_LEASE = "INSERT INTO workers (worker_id, renewed_at, leased_until, waits)
        SELECT ?1, now, now + ?2, ?3 FROM (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now) WHERE true
        ON CONFLICT (worker_id) DO UPDATE SET
            renewed_at = excluded.renewed_at, leased_until = excluded.leased_until, waits = excluded.waits";
    /// What living workers wait for, and how long ago they told.
    WAITS = "SELECT waits, CAST(unixepoch('subsec') * 1000000 AS INTEGER) - renewed_at FROM workers
        WHERE leased_until > CAST(unixepoch('subsec') * 1000000 AS INTEGER) AND waits <> '[]'";
    /// Mails claimed by workers whose lease is over.
    ABANDONED_MAILS = "SELECT mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
            settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by, going_to FROM mails m
        WHERE m.claimed_by IS NOT NULL AND m.state IN ('pending', 'unknown') AND NOT EXISTS (
            SELECT 1 FROM workers w WHERE w.worker_id = m.claimed_by
            AND w.leased_until > CAST(unixepoch('subsec') * 1000000 AS INTEGER))
        ORDER BY m.due_at LIMIT ?1";

    /// The log between two positions.
    SCAN = events!("WHERE position > ?1 AND position <= ?2 ORDER BY position");
    /// Keeps nodes of the tree; those of an earlier epoch make way.
    PUT_TREE_NODES = "INSERT INTO tree_nodes SELECT value ->> 0, value ->> 1, unhex(value ->> 2) FROM json_each(?1)
        WHERE true ON CONFLICT (height, place) DO UPDATE SET hash = excluded.hash";

    /// Copies the database, as it is now, into a file.
    COPY = "VACUUM INTO ?";
    /// Looks through every page and index.
    CHECK_FILE = "PRAGMA integrity_check";
    /// Moves pages of the WAL into the file without stopping the writer.
    CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)";
    /// Moves all of them, and has the WAL start over in the same file.
    RESTART_WAL = "PRAGMA wal_checkpoint(RESTART)";
    /// Moves all of them, and empties the WAL.
    TRUNCATE_WAL = "PRAGMA wal_checkpoint(TRUNCATE)";

    // Changes of a batch, each with the rows as JSON; joined to one text, so that
    // each takes the next parameter. Where there are many, each row is made JSONB
    // once: `json_each` writes its value as text for whoever asks.
    PUT_ACCOUNTS = concat!(put_accounts!("INSERT INTO accounts"), "ON CONFLICT (account_id) DO UPDATE SET
            credential_id = excluded.credential_id, must_change = excluded.must_change,
            factor_id = excluded.factor_id, permissions = excluded.permissions,
            self_service = excluded.self_service, by_administrator = excluded.by_administrator");
    /// What `accounts_signed_in` goes by, where it changes: to name a column of an index here is to write
    /// the index, whatever the value. PostgreSQL compares the values itself.
    MOVE_ACCOUNTS = "WITH j AS MATERIALIZED (SELECT jsonb(value) AS value FROM json_each(?))
        UPDATE accounts SET last_signed_in_at = value ->> 'last_signed_in_at', erased = value ->> 'erased' FROM j
        WHERE account_id = unhex(value ->> 'account_id', '-')
            AND (last_signed_in_at, erased) IS NOT (value ->> 'last_signed_in_at', value ->> 'erased')";
    PUT_RESETS = concat!(put_resets!("INSERT INTO resets"), "ON CONFLICT (reset_id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at");
    PUT_MAILS = concat!(put_mails!("INSERT INTO mails"), "ON CONFLICT (mail_id) DO UPDATE SET
            state = excluded.state, version = excluded.version, attempts = excluded.attempts,
            copies = excluded.copies,
            due_at = excluded.due_at, expires_at = excluded.expires_at, settled_at = excluded.settled_at,
            last_code = excluded.last_code, last_enhanced = excluded.last_enhanced,
            last_failure = excluded.last_failure, pinned_to = excluded.pinned_to, refused_by = excluded.refused_by,
            claimed_by = NULL, going_to = NULL");
    /// The same, into the set that a rebuild fills; and its rows, some at a time, out of it.
    PUT_NEXT_ACCOUNTS = put_accounts!("INSERT OR REPLACE INTO accounts_next");
    PUT_NEXT_RESETS = put_resets!("INSERT OR REPLACE INTO resets_next");
    PUT_NEXT_MAILS = put_mails!("INSERT OR REPLACE INTO mails_next");
    CLEAR_ACCOUNTS = "DELETE FROM accounts_next WHERE rowid IN (SELECT rowid FROM accounts_next LIMIT ?)";
    CLEAR_RESETS = "DELETE FROM resets_next WHERE rowid IN (SELECT rowid FROM resets_next LIMIT ?)";
    CLEAR_MAILS = "DELETE FROM mails_next WHERE rowid IN (SELECT rowid FROM mails_next LIMIT ?)";
    PUT_PEOPLE = "INSERT INTO people SELECT
            unhex(value ->> 'account_id', '-'), value ->> 'username', value ->> 'username_key', value ->> 'email',
            value ->> 'email_key', value ->> 'display_name', value ->> 'language', value ->> 'zone'
        FROM json_each(?) WHERE true
        ON CONFLICT (account_id) DO UPDATE SET
            username = excluded.username, username_key = excluded.username_key, email = excluded.email,
            email_key = excluded.email_key, display_name = excluded.display_name,
            language = excluded.language, zone = excluded.zone";
    DROP_SUPPRESSIONS = "DELETE FROM suppressions WHERE email_key IN (SELECT value FROM json_each(?))";
    /// Suppresses addresses that are (still) those on file.
    PUT_SUPPRESSIONS = "INSERT INTO suppressions SELECT p.account_id, p.email_key, j.value ->> 'ends_at'
        FROM json_each(?) j JOIN people p
            ON p.account_id = unhex(j.value ->> 'account_id', '-') AND p.email_key = j.value ->> 'email_key'
        WHERE true
        ON CONFLICT (email_key, account_id) DO UPDATE SET ends_at = excluded.ends_at";
    /// Keeps receipts of people who are (still) there.
    PUT_RECEIPTS = "INSERT INTO receipts SELECT
            unhex(j.value ->> 'event_id', '-'), p.account_id, j.value ->> 'message_id', j.value ->> 'queue_id'
        FROM json_each(?) j JOIN people p ON p.account_id = unhex(j.value ->> 'account_id', '-')";
    PUT_CREDENTIALS = "INSERT INTO credentials SELECT
            unhex(value ->> 'account_id', '-'), unhex(value ->> 'credential_id', '-'), value ->> 'hash'
        FROM json_each(?) WHERE true
        ON CONFLICT (account_id) DO UPDATE SET credential_id = excluded.credential_id, hash = excluded.hash";
    DROP_FACTORS = "DELETE FROM factors WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    /// Sessions that used a factor which is gone have used none.
    UNPROVE_SESSIONS = "UPDATE sessions SET second_factor = false
        WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    PUT_FACTORS = "INSERT INTO factors SELECT
            unhex(value ->> 'account_id', '-'), unhex(value ->> 'factor_id', '-'), value ->> 'sealed',
            value ->> 'confirmed', value ->> 'offered_at'
        FROM json_each(?) WHERE true
        ON CONFLICT (account_id) DO UPDATE SET
            factor_id = excluded.factor_id, sealed = excluded.sealed, confirmed = excluded.confirmed,
            offered_at = excluded.offered_at";
    DROP_RECOVERY_CODES = "DELETE FROM recovery_codes
        WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    PUT_RECOVERY_CODES = "INSERT INTO recovery_codes SELECT
            unhex(value ->> 'code_id', '-'), unhex(value ->> 'account_id', '-'), value ->> 'hash' FROM json_each(?)";
    PUT_PENDING_REQUESTS = "INSERT INTO pending_requests SELECT
            unhex(value ->> 'reset_id', '-'), value ->> 'username', value ->> 'email', value ->> 'source_key',
            value ->> 'fingerprint', value ->> 'requested_at'
        FROM json_each(?)";
    DROP_PENDING_REQUESTS = "DELETE FROM pending_requests
        WHERE reset_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    PUT_ORIGINS = "INSERT INTO origins SELECT
            unhex(value ->> 'event_id', '-'), value ->> 'source', value ->> 'user_agent', value ->> 'recorded_at'
        FROM json_each(?)";
    KEEP_SESSIONS = "UPDATE sessions SET credential_id = unhex(j.value ->> 'credential_id', '-') FROM json_each(?) j
        WHERE session_id = unhex(j.value ->> 'keep', '-') AND j.value ->> 'credential_id' IS NOT NULL";
    END_SESSIONS = "DELETE FROM sessions WHERE session_id IN (
        SELECT s.session_id FROM json_each(?) j
        JOIN sessions s ON s.account_id = unhex(j.value ->> 'account_id', '-')
        WHERE s.session_id IS NOT unhex(j.value ->> 'keep', '-'))";
    PUT_SESSIONS = "INSERT INTO sessions SELECT
            unhex(value ->> 'session_id', '-'), value ->> 'token_hash', unhex(value ->> 'account_id', '-'),
            unhex(value ->> 'credential_id', '-'), value ->> 'second_factor', value ->> 'created_at',
            value ->> 'seen_at', value ->> 'expires_at', value ->> 'user_agent', value ->> 'source'
        FROM json_each(?)";
    PUT_IDEMPOTENCY = "INSERT INTO idempotency SELECT
            value ->> 'key', value ->> 'body', unhex(value ->> 'event_id', '-'), value ->> 'status',
            value ->> 'answer', value ->> 'recorded_at'
        FROM json_each(?)";
    ERASE_ORIGINS = "WITH erased AS (SELECT unhex(value, '-') AS id FROM json_each(?))
        DELETE FROM origins WHERE event_id IN (
            SELECT e.event_id FROM events e WHERE e.stream IN (
                SELECT id FROM erased
                UNION ALL SELECT s.stream FROM erased JOIN events s ON s.subject = id AND s.subject <> s.stream))";
    ERASE_PEOPLE = "DELETE FROM people WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    ERASE_SUPPRESSIONS = "DELETE FROM suppressions WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    ERASE_RECEIPTS = "DELETE FROM receipts WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    ERASE_CREDENTIALS = "DELETE FROM credentials WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
    ERASE_SESSIONS = "DELETE FROM sessions WHERE account_id IN (SELECT unhex(value, '-') FROM json_each(?))";
}
