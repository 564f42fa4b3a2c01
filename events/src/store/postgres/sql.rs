//! The statements that only PostgreSQL is asked.

use crate::store::sql::{events, newest, newest_about, statements};

/// This database's clock, µs.
macro_rules! clock {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    };
}

/// The epoch of no stream: of a hint that counts for nothing.
macro_rules! void {
    () => {
        "'00000000-0000-0000-0000-000000000000'"
    };
}

/// Whether a hint `h` tells nobody (any more): of another version of the mail, of another
/// incarnation of the stream, older than 5 minutes (6 seconds when no sequence was noted: a
/// publication is given up after 5), or behind what the consumer has acknowledged.
macro_rules! dead {
    ($version:literal, $epoch:literal, $floor:literal) => {
        concat!(
            "(h.version < ",
            $version,
            " OR h.epoch <> ",
            $epoch,
            " OR h.sequence BETWEEN 1 AND ",
            $floor,
            " OR h.published_at < ",
            clock!(),
            " - CASE h.sequence WHEN 0 THEN 6000000 ELSE 300000000 END)"
        )
    };
}

/// See [`SETTINGS`].
macro_rules! make_ready {
    () => {
        "SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;"
    };
}

/// The columns of a mail's row.
macro_rules! mail {
    () => {
        "mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
                  settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by"
    };
}

/// Pages of the list of accounts. `OFFSET 0`, as in [`STREAMS`]: one probe for each row.
pub mod accounts {
    crate::store::sql::accounts::account_pages!(
        "CROSS JOIN LATERAL (SELECT * FROM accounts WHERE account_id = p.account_id OFFSET 0) a",
        "CROSS JOIN LATERAL (SELECT * FROM people WHERE account_id = a.account_id OFFSET 0) p",
        "coalesce(last_signed_in_at, 0)",
        "uuid_send"
    );
}

/// What every connection has the planner do. A statement planned while its table was empty
/// would keep its sequential scan; all of ours have an index to go by. But for the log's
/// head: its one row is scanned, at a cost so exaggerated now that it would be compiled.
/// Nor a bitmap: of a table that was small when it was last looked at, a claim would then
/// sort the whole queue each time.
pub const SETTINGS: [(&str, &str); 3] =
    [("enable_seqscan", "off"), ("enable_bitmapscan", "off"), ("jit", "off")];

/// Makes a connection ready: sets the above. Not by the start's parameters, which pgbouncer refuses.
pub(crate) const MAKE_READY: &str = make_ready!();

/// The same, and is refused by a server that takes no writes (25006): a standby, or a primary that is one no longer.
pub(crate) const MAKE_READY_TO_WRITE: &str = concat!(
    make_ready!(),
    "DO $$ BEGIN
        IF current_setting('transaction_read_only')::boolean THEN
            RAISE SQLSTATE '25006' USING MESSAGE = 'this server takes no writes: it is a standby, or read-only';
        END IF;
    END $$"
);

/// For connections whose commits may be lost in a crash.
pub(crate) const DO_NOT_SYNC: &str = "SET synchronous_commit = off";

/// Which server process answers, asked without preparing anything.
pub(crate) const BACKEND: &str = "SELECT pg_backend_pid()";

/// What the database is called, and how it stores text.
pub(crate) const ENCODING: &str = "SELECT current_database()::text, pg_encoding_to_char(encoding)::text
    FROM pg_database WHERE datname = current_database()";

/// Begins a transaction that reads all of one moment. It cannot be prepared.
pub(crate) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Has the views stay what they are until the end of the transaction; before its first statement reads.
pub(crate) const KEEP_VIEWS: &str = "LOCK TABLE accounts, resets, mails IN ACCESS SHARE MODE";

/// For one transaction: who rebuilds the views gives up after this time, for those who append wait for it.
pub(crate) const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '100ms'";

/// For a connection: a rebuild that waits longer than this for the other one is told that there is one.
pub(crate) const ALONE_TIMEOUT: &str = "SET lock_timeout = '2s'";

/// Has nobody read or write the views until the end of the transaction.
pub(crate) const LOCK_VIEWS: &str = "LOCK TABLE accounts, resets, mails IN ACCESS EXCLUSIVE MODE";

/// Empties the set that a rebuild fills.
pub(crate) const CLEAR_NEXT: &str = "TRUNCATE accounts_next, resets_next, mails_next";

/// Gathers statistics of that set.
pub(crate) const ANALYZE_NEXT: &str = "ANALYZE accounts_next, resets_next, mails_next";

/// The log between two positions, by COPY, which takes no parameters.
pub(crate) fn scan(after: i64, until: i64) -> String {
    let rows = events!("WHERE position > {after} AND position <= {until} ORDER BY position");
    let rows = rows.replace("{after}", &after.to_string()).replace("{until}", &until.to_string());
    format!("COPY ({rows}) TO STDOUT (FORMAT binary)")
}

statements! {
    /// Is refused where no event could be appended, and writes nothing.
    PROBE = "UPDATE log_head SET position = position WHERE false";
    /// What time it is.
    CLOCK = concat!("SELECT ", clock!());
    /// Appends a batch; see the function in the migrations.
    APPEND = "SELECT append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::jsonb)";
    /// Has nobody append until the end of the transaction; where the log is.
    HOLD_HEAD = "SELECT position FROM log_head FOR UPDATE";
    /// Has nobody else rebuild the views of this database, for as long as the connection lives.
    REBUILD_ALONE = "SELECT pg_advisory_lock(hashtext('rekey views rebuild'))";
    /// Rows of the set that a rebuild fills.
    DROP_NEXT_ACCOUNTS = "DELETE FROM accounts_next WHERE account_id = ANY($1)";
    DROP_NEXT_RESETS = "DELETE FROM resets_next WHERE reset_id = ANY($1)";
    DROP_NEXT_MAILS = "DELETE FROM mails_next WHERE mail_id = ANY($1)";
    PUT_NEXT_ACCOUNTS = "INSERT INTO accounts_next SELECT * FROM unnest($1::account_row[])";
    PUT_NEXT_RESETS = "INSERT INTO resets_next SELECT * FROM unnest($1::reset_row[])";
    PUT_NEXT_MAILS = "INSERT INTO mails_next SELECT * FROM unnest($1::mail_row[])";
    /// Which commits of a batch were appended before, and their last position; then, with 0,
    /// which rely on a stream that is at another version.
    WRONG = "SELECT c.ordinal - 1, e.position + c.many - 1
        FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY c (id, many, ordinal) JOIN events e ON e.event_id = c.id
        UNION ALL SELECT x.commit, 0 FROM unnest($3::bigint[], $4::uuid[], $5::bigint[]) x (commit, stream, version)
        WHERE x.version <> coalesce((SELECT max(e.version) FROM events e WHERE e.stream = x.stream), 0)";
    /// Streams, each from its beginning. One probe for each: `OFFSET 0` keeps the
    /// planner from joining them in another way while the table is small.
    STREAMS = "SELECT e.* FROM unnest($1::uuid[]) s (id), LATERAL (
            SELECT stream, version, type, schema, recorded_at, payload FROM events WHERE stream = s.id OFFSET 0) e
        ORDER BY e.stream, e.version";
    /// The newest events, of these types if any are named.
    NEWEST = newest!("$5::text = '[]' OR type IN (SELECT jsonb_array_elements_text($5::text::jsonb))");
    NEWEST_ABOUT = newest_about!("$5::text = '[]' OR type IN (SELECT jsonb_array_elements_text($5::text::jsonb))");
    /// Many rows by their keys, and many counts: see the reads of one.
    ADDRESSEES = "SELECT p.*, EXISTS (
            SELECT 1 FROM suppressions s WHERE s.email_key = p.email_key AND s.ends_at > $2) AS suppressed
        FROM people p WHERE p.account_id = ANY($1)";
    PEOPLE_BY_USERNAME = "SELECT * FROM people WHERE username_key = ANY($1)";
    RESETS = "SELECT * FROM resets WHERE reset_id = ANY($1)";
    PEOPLE = "SELECT * FROM people WHERE account_id = ANY($1)";
    ORIGINS = "SELECT * FROM origins WHERE event_id = ANY($1)";
    RECEIPTS = "SELECT * FROM receipts WHERE event_id = ANY($1)";
    ATTEMPTS_OF = "SELECT key, count FROM throttles WHERE key = ANY($1) AND started_at >= $2";
    /// In the order of the keys, in which others lock them, too.
    COUNT_ATTEMPTS = "INSERT INTO throttles (key, count, started_at, last_at)
        SELECT key, count, $3, $3 FROM unnest($1::text[], $2::bigint[]) a (key, count)
        ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN throttles.started_at < $4 THEN 0 ELSE throttles.count END + excluded.count,
            started_at = CASE WHEN throttles.started_at < $4 THEN excluded.started_at ELSE throttles.started_at END,
            last_at = excluded.last_at";
    /// Claims due mails for a worker, the most urgent first.
    CLAIM_MAILS = "UPDATE mails SET claimed_by = $1 WHERE mail_id IN (
        SELECT m.mail_id FROM mails m
        WHERE m.state IN ('pending', 'unknown') AND m.due_at <= $2 AND m.claimed_by IS NULL
            AND (m.reset_id IS NULL) = $4
        ORDER BY m.due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
                  settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by";
    /// Takes or renews a worker's lease, on the database's clock.
    RENEW_LEASE = concat!(
        "INSERT INTO workers (worker_id, renewed_at, leased_until, waits)
        SELECT $1::uuid, now, now + $2, $3::text FROM (SELECT ", clock!(), " AS now) clock
        ON CONFLICT (worker_id) DO UPDATE SET
            renewed_at = EXCLUDED.renewed_at, leased_until = EXCLUDED.leased_until, waits = EXCLUDED.waits"
    );
    /// What living workers wait for, and how long ago they told.
    WAITS = concat!(
        "SELECT waits, ", clock!(), " - renewed_at FROM workers
        WHERE leased_until > ", clock!(), " AND waits <> '[]'"
    );
    /// Mails claimed by workers whose lease is over.
    ABANDONED_MAILS = "SELECT mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
            settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by, going_to FROM mails m
        WHERE m.claimed_by IS NOT NULL AND m.state IN ('pending', 'unknown') AND NOT EXISTS (
            SELECT 1 FROM workers w WHERE w.worker_id = m.claimed_by
            AND w.leased_until > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
        ORDER BY m.due_at LIMIT $1";

    /// Keeps nodes of the tree; those of an earlier epoch make way.
    PUT_TREE_NODES = "INSERT INTO tree_nodes
        SELECT (j ->> 0)::integer, (j ->> 1)::bigint, decode(j ->> 2, 'hex')
        FROM jsonb_array_elements($1::text::jsonb) j
        ON CONFLICT (height, place) DO UPDATE SET hash = EXCLUDED.hash";

    /// Wakes whoever listens on a channel.
    NOTIFY = "SELECT pg_notify($1, $2)";
    BROKER = "SELECT epoch, last_sequence FROM broker";
    /// The same, for whoever is first.
    LOCK_BROKER = "SELECT epoch, last_sequence FROM broker FOR UPDATE SKIP LOCKED";
    BEGIN_EPOCH = "UPDATE broker SET epoch = $1, last_sequence = 0";
    /// Takes due mails that have no live hint (`$3`: those without a link) to be published, and
    /// says why each. Who comes second finds the first one's row, and leaves it.
    OWE_HINTS = concat!(
        "WITH due AS (
            SELECT m.mail_id, m.version, m.due_at, b.epoch, CASE
                WHEN h.mail_id IS NULL OR h.version < m.version OR h.epoch = ", void!(), " THEN 'new'
                WHEN h.epoch <> b.epoch THEN 'epoch'
                WHEN h.sequence BETWEEN 1 AND $4 THEN 'floor'
                ELSE 'aged' END AS reason
            FROM broker b CROSS JOIN mails m LEFT JOIN hints h ON h.mail_id = m.mail_id
            WHERE m.state IN ('pending', 'unknown') AND m.due_at BETWEEN $1 AND $2 AND m.claimed_by IS NULL
                AND (m.reset_id IS NULL) = $3 AND (h.mail_id IS NULL OR ", dead!("m.version", "b.epoch", "$4"), ")
            ORDER BY m.due_at LIMIT $5),
        taken AS (
            INSERT INTO hints AS h (mail_id, version, generation, epoch, sequence, published_at, since)
            SELECT mail_id, version, 1, epoch, 0, ", clock!(), ", ", clock!(), " FROM due ORDER BY mail_id
            ON CONFLICT (mail_id) DO UPDATE SET version = EXCLUDED.version, generation = h.generation + 1,
                epoch = EXCLUDED.epoch, sequence = 0, published_at = EXCLUDED.published_at,
                since = CASE h.version WHEN EXCLUDED.version THEN h.since ELSE EXCLUDED.since END
            WHERE ", dead!("EXCLUDED.version", "EXCLUDED.epoch", "$4"), "
            RETURNING mail_id, generation)
        SELECT mail_id, generation, epoch, due_at, reason FROM taken JOIN due USING (mail_id) ORDER BY due_at"
    );
    /// Notes where hints are in the stream of an epoch, and how far that was seen.
    NOTE_HINTS = "WITH noted AS (
            UPDATE hints h SET sequence = n.sequence
            FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) n (mail_id, generation, sequence)
            WHERE h.mail_id = n.mail_id AND h.generation = n.generation)
        UPDATE broker SET last_sequence = greatest(last_sequence, $4) WHERE epoch = $5";
    /// Hints that count for nothing. The rows stay: a generation is not to come again.
    VOID_HINTS = concat!("UPDATE hints SET epoch = ", void!(), " WHERE mail_id = ANY($1)");
    /// Hints that are dead of age; the broker has forgotten their ids by then.
    FORGET_HINTS = concat!("DELETE FROM hints WHERE published_at < ", clock!(), " - 360000000");
    /// Claims for a worker those of these mails that are due. `|| ''` keeps the queue's
    /// index out of it: where the plan was made on an empty table, each claim went through the whole queue.
    CLAIM_HINTED = concat!(
        "UPDATE mails SET claimed_by = $1 WHERE mail_id IN (
        SELECT m.mail_id FROM mails m
        WHERE m.mail_id = ANY($3) AND m.state || '' IN ('pending', 'unknown') AND m.due_at <= $2 AND m.claimed_by IS NULL
        FOR UPDATE SKIP LOCKED)
        RETURNING ", mail!()
    );
    /// Claims due mails of which nobody was told, or too long ago, the most urgent first. That
    /// they were told of again does not count: it may have been in vain each time.
    CLAIM_OVERLOOKED = concat!(
        "UPDATE mails SET claimed_by = $1 WHERE mail_id IN (
        SELECT m.mail_id FROM mails m LEFT JOIN hints h
            ON h.mail_id = m.mail_id AND h.version = m.version AND h.epoch <> ", void!(), "
        WHERE m.state IN ('pending', 'unknown') AND m.due_at <= $2 AND m.claimed_by IS NULL
            AND (m.reset_id IS NULL) = $4 AND (h.mail_id IS NULL OR h.since < ", clock!(), " - 10000000)
        ORDER BY m.due_at LIMIT $3 FOR UPDATE OF m SKIP LOCKED)
        RETURNING ", mail!()
    );
}
