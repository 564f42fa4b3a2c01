//! The statements that only PostgreSQL is asked.

use crate::store::sql::statements;

statements! {
    /// Appends a batch; see the function in the migrations.
    APPEND = "SELECT append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb)";
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
    /// Claims due mails for a worker, the most urgent first.
    CLAIM_MAILS = "UPDATE mails SET claimed_by = $1 WHERE mail_id IN (
        SELECT m.mail_id FROM mails m
        WHERE m.state IN ('pending', 'unknown') AND m.due_at <= $2 AND m.claimed_by IS NULL
        ORDER BY m.due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING mail_id, kind, account_id, reset_id, state, version, attempts, requested_at, due_at, expires_at,
                  settled_at, last_code";
    /// Takes or renews a worker's lease, on the database's clock.
    RENEW_LEASE = "INSERT INTO workers (worker_id, leased_until)
        VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $2)
        ON CONFLICT (worker_id) DO UPDATE SET leased_until = EXCLUDED.leased_until";
    /// Mails claimed by workers whose lease is over.
    ABANDONED_MAILS = "SELECT mail_id, kind, account_id, reset_id, state, version, attempts, requested_at, due_at, expires_at,
            settled_at, last_code FROM mails m
        WHERE m.claimed_by IS NOT NULL AND m.state IN ('pending', 'unknown') AND NOT EXISTS (
            SELECT 1 FROM workers w WHERE w.worker_id = m.claimed_by
            AND w.leased_until > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
        ORDER BY m.due_at LIMIT $1";
}
