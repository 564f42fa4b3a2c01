-- Appends a batch of commits in one call: one round trip while the head is
-- locked. src/store/sqlite/append.rs in events takes the same steps for SQLite.
--
-- Answers the position that the head was at; NULL, and nothing is appended, when a
-- stream is not at the version that a commit was decided on: which, the caller asks then.
-- So it does when events_version or events_event_id is violated, for a stream that a
-- commit begins may be there already: it is not among the expectations.
--
-- x_*       expectations: a stream, the version it is at
-- e_*       the columns of the events
-- v_*       rows of views to set: as composites, which are read more quickly than JSON
-- others    rows of other tables to set or drop, by table

CREATE FUNCTION append_batch(
    of_epoch integer,
    x_stream uuid[], x_version bigint[],
    e_stream uuid[], e_version bigint[], e_id uuid[], e_type text[], e_schema integer[],
    e_recorded_at bigint[], e_payload bytea[], e_metadata bytea[], e_leaf bytea[], e_subject uuid[],
    v_accounts account_row[], v_resets reset_row[], v_mails mail_row[], others jsonb
) RETURNS bigint LANGUAGE plpgsql
-- Plans made on an empty table must not outlive it: always by index.
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    head   bigint;
    epoch_ integer;
BEGIN
    -- Its own statement: what follows must see what was committed before the
    -- lock was ours (READ COMMITTED takes a snapshot per statement).
    SELECT h.position, h.epoch INTO STRICT head, epoch_ FROM log_head h FOR UPDATE;
    IF epoch_ <> of_epoch THEN
        RAISE EXCEPTION 'the log is in epoch %, not %: restart to take it in', epoch_, of_epoch;
    END IF;

    -- One probe for each stream. A commit that was appended before is stale, too, unless
    -- it only begins streams: then its events are refused below.
    IF EXISTS (
        SELECT FROM unnest(x_stream, x_version) x (stream, version)
        WHERE x.version <> coalesce((SELECT max(e.version) FROM events e WHERE e.stream = x.stream), 0)
    ) THEN
        RETURN NULL;
    END IF;

    INSERT INTO events
    SELECT head + e.ordinal, of_epoch, e.stream, e.version, e.id, e.type, e.schema, e.recorded_at,
           e.payload, e.metadata, e.leaf, e.subject
    FROM unnest(e_stream, e_version, e_id, e_type, e_schema, e_recorded_at, e_payload, e_metadata, e_leaf, e_subject)
         WITH ORDINALITY e (stream, version, id, type, schema, recorded_at, payload, metadata, leaf, subject, ordinal);
    UPDATE log_head SET position = head + cardinality(e_id);
    IF cardinality(v_accounts) > 0 THEN
        INSERT INTO accounts SELECT * FROM unnest(v_accounts)
        ON CONFLICT (account_id) DO UPDATE SET
            last_signed_in_at = EXCLUDED.last_signed_in_at, credential_id = EXCLUDED.credential_id,
            must_change = EXCLUDED.must_change, factor_id = EXCLUDED.factor_id, permissions = EXCLUDED.permissions,
            self_service = EXCLUDED.self_service, by_administrator = EXCLUDED.by_administrator,
            erased = EXCLUDED.erased;
    END IF;
    IF cardinality(v_resets) > 0 THEN
        INSERT INTO resets SELECT * FROM unnest(v_resets)
        ON CONFLICT (reset_id) DO UPDATE SET state = EXCLUDED.state, ended_at = EXCLUDED.ended_at;
    END IF;
    IF cardinality(v_mails) > 0 THEN
        INSERT INTO mails SELECT * FROM unnest(v_mails)
        ON CONFLICT (mail_id) DO UPDATE SET
            state = EXCLUDED.state, version = EXCLUDED.version, attempts = EXCLUDED.attempts,
            copies = EXCLUDED.copies,
            due_at = EXCLUDED.due_at, expires_at = EXCLUDED.expires_at, settled_at = EXCLUDED.settled_at,
            last_code = EXCLUDED.last_code, last_enhanced = EXCLUDED.last_enhanced,
            last_failure = EXCLUDED.last_failure, pinned_to = EXCLUDED.pinned_to, refused_by = EXCLUDED.refused_by,
            claimed_by = NULL, going_to = NULL;
    END IF;
    IF others <> '{}' THEN
        PERFORM apply_changes(others);
    END IF;
    RETURN head;
END $$;

CREATE FUNCTION apply_changes(changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF changes ? 'erase_people' THEN
        DELETE FROM origins WHERE event_id IN (
            SELECT e.event_id FROM events e WHERE e.stream IN (
                SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j
                UNION SELECT s.stream FROM events s WHERE s.subject <> s.stream AND s.subject IN (
                    SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j)));
        DELETE FROM people WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j);
        DELETE FROM suppressions WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j);
        DELETE FROM receipts WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j);
        DELETE FROM credentials WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j);
        DELETE FROM factors WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j);
        DELETE FROM recovery_codes WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j);
        DELETE FROM sessions WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'erase_people') j);
    END IF;
    IF changes ? 'people' THEN
        INSERT INTO people SELECT * FROM jsonb_populate_recordset(NULL::people, changes -> 'people')
        ON CONFLICT (account_id) DO UPDATE SET
            username = EXCLUDED.username, username_key = EXCLUDED.username_key, email = EXCLUDED.email,
            email_key = EXCLUDED.email_key, display_name = EXCLUDED.display_name,
            language = EXCLUDED.language, zone = EXCLUDED.zone;
    END IF;
    IF changes ? 'drop_suppressions' THEN
        DELETE FROM suppressions WHERE email_key IN (SELECT jsonb_array_elements_text(changes -> 'drop_suppressions'));
    END IF;
    IF changes ? 'suppressions' THEN
        -- Only addresses that are (still) those on file.
        INSERT INTO suppressions SELECT p.account_id, p.email_key, s.ends_at
        FROM jsonb_populate_recordset(NULL::suppressions, changes -> 'suppressions') s
        JOIN people p ON p.account_id = s.account_id AND p.email_key = s.email_key
        ON CONFLICT (email_key, account_id) DO UPDATE SET ends_at = EXCLUDED.ends_at;
    END IF;
    IF changes ? 'receipts' THEN
        -- Only of people who are (still) there.
        INSERT INTO receipts SELECT r.* FROM jsonb_populate_recordset(NULL::receipts, changes -> 'receipts') r
        JOIN people p ON p.account_id = r.account_id;
    END IF;
    IF changes ? 'credentials' THEN
        INSERT INTO credentials SELECT * FROM jsonb_populate_recordset(NULL::credentials, changes -> 'credentials')
        ON CONFLICT (account_id) DO UPDATE SET credential_id = EXCLUDED.credential_id, hash = EXCLUDED.hash;
    END IF;
    IF changes ? 'drop_factors' THEN
        DELETE FROM recovery_codes WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'drop_factors') j);
        DELETE FROM factors WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'drop_factors') j);
        -- Sessions that used a factor which is gone have used none.
        UPDATE sessions SET second_factor = false WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'drop_factors') j);
    END IF;
    IF changes ? 'factors' THEN
        INSERT INTO factors SELECT * FROM jsonb_populate_recordset(NULL::factors, changes -> 'factors')
        ON CONFLICT (account_id) DO UPDATE SET
            factor_id = EXCLUDED.factor_id, sealed = EXCLUDED.sealed, confirmed = EXCLUDED.confirmed,
            offered_at = EXCLUDED.offered_at;
    END IF;
    IF changes ? 'drop_recovery_codes' THEN
        DELETE FROM recovery_codes WHERE account_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'drop_recovery_codes') j);
    END IF;
    IF changes ? 'recovery_codes' THEN
        INSERT INTO recovery_codes SELECT * FROM jsonb_populate_recordset(NULL::recovery_codes, changes -> 'recovery_codes');
    END IF;
    IF changes ? 'pending_requests' THEN
        INSERT INTO pending_requests SELECT * FROM jsonb_populate_recordset(NULL::pending_requests, changes -> 'pending_requests');
    END IF;
    IF changes ? 'drop_pending_requests' THEN
        DELETE FROM pending_requests WHERE reset_id IN (SELECT uuid(j) FROM jsonb_array_elements_text(changes -> 'drop_pending_requests') j);
    END IF;
    IF changes ? 'origins' THEN
        INSERT INTO origins SELECT * FROM jsonb_populate_recordset(NULL::origins, changes -> 'origins');
    END IF;
    IF changes ? 'end_sessions' THEN
        UPDATE sessions s SET credential_id = uuid(j ->> 'credential_id')
        FROM jsonb_array_elements(changes -> 'end_sessions') j
        WHERE s.session_id = uuid(j ->> 'keep') AND j ->> 'credential_id' IS NOT NULL;
        DELETE FROM sessions s USING jsonb_array_elements(changes -> 'end_sessions') j
        WHERE s.account_id = uuid(j ->> 'account_id') AND s.session_id IS DISTINCT FROM uuid(j ->> 'keep');
    END IF;
    IF changes ? 'sessions' THEN
        INSERT INTO sessions SELECT * FROM jsonb_populate_recordset(NULL::sessions, changes -> 'sessions');
    END IF;
    IF changes ? 'idempotency' THEN
        INSERT INTO idempotency SELECT * FROM jsonb_populate_recordset(NULL::idempotency, changes -> 'idempotency');
    END IF;
END $$;
