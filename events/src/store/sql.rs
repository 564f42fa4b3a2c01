//! The statements that both databases are asked in the same words.
//!
//! All SQL is static, here and in the twins beside; a test prepares every
//! statement on each database.

pub(super) mod accounts;

/// Names statements, and lists them all.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)*
        /// Every statement here, with its name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use statements;

macro_rules! events {
    ($($rest:tt)*) => {
        concat!(
            "SELECT position, epoch, stream, version, event_id, type, schema, recorded_at, payload, metadata, leaf, ",
            "subject FROM events ",
            $($rest)*
        )
    };
}

/// The newest events between two positions (`$1`, `$2`), from a span of time (`$3`, `$4`), of
/// types that are `$wanted` (`$5`), so many at most (`$6`).
#[rustfmt::skip]
macro_rules! newest {
    ($wanted:literal) => {
        events!(
            "WHERE position > $1 AND position < $2 AND recorded_at >= $3 AND recorded_at < $4 AND (", $wanted, ")
            ORDER BY position DESC LIMIT $6"
        )
    };
}

/// Those of them that are about an account (`$7`). `+ 0` has its own stream found by version,
/// whatever the positions.
#[rustfmt::skip]
macro_rules! newest_about {
    ($wanted:literal) => {
        concat!(
            "SELECT * FROM (", events!(
                "WHERE stream = $7 AND position + 0 > $1 AND position + 0 < $2
                    AND recorded_at >= $3 AND recorded_at < $4 AND (", $wanted, ")
                ORDER BY version DESC LIMIT $6"
            ), ") own
            UNION ALL SELECT * FROM (", events!(
                "WHERE subject = $7 AND subject <> stream AND position > $1 AND position < $2
                    AND recorded_at >= $3 AND recorded_at < $4 AND (", $wanted, ")
                ORDER BY position DESC LIMIT $6"
            ), ") others
            ORDER BY position DESC LIMIT $6"
        )
    };
}
pub(crate) use {events, newest, newest_about};

/// The two sets of views swap names. Of these no statement can be prepared but after the one before it.
pub(super) const SWAP_VIEWS: [&str; 9] = [
    "ALTER TABLE accounts RENAME TO accounts_before",
    "ALTER TABLE accounts_next RENAME TO accounts",
    "ALTER TABLE accounts_before RENAME TO accounts_next",
    "ALTER TABLE resets RENAME TO resets_before",
    "ALTER TABLE resets_next RENAME TO resets",
    "ALTER TABLE resets_before RENAME TO resets_next",
    "ALTER TABLE mails RENAME TO mails_before",
    "ALTER TABLE mails_next RENAME TO mails",
    "ALTER TABLE mails_before RENAME TO mails_next",
];

statements! {
    /// The log's id and epoch.
    HEAD = "SELECT log_id, epoch, position FROM log_head";
    POSITION = "SELECT position FROM log_head";
    /// Begins a log.
    BEGIN_LOG = "INSERT INTO log_head (log_id, epoch, position) VALUES ($1, 1, 0) ON CONFLICT DO NOTHING";
    NEW_EPOCH = "UPDATE log_head SET epoch = epoch + 1 RETURNING epoch";
    /// A stream, from its beginning.
    STREAM = events!("WHERE stream = $1 ORDER BY version");
    /// The log after a position.
    AFTER = events!("WHERE position > $1 ORDER BY position LIMIT $2");
    /// What is about an account, after a position.
    ABOUT = concat!(
        "SELECT * FROM (", events!("WHERE stream = $1 AND position > $2 ORDER BY version LIMIT $3"), ") own
        UNION ALL SELECT * FROM (",
        events!("WHERE subject = $1 AND subject <> stream AND position > $2 ORDER BY position LIMIT $3"), ") others
        ORDER BY position LIMIT $3"
    );
    /// Where an event is.
    POSITION_OF = "SELECT position FROM events WHERE event_id = $1";
    /// What the head counts, and the first and last position there are, all of one moment.
    EDGES = "SELECT position, (SELECT min(position) FROM events), (SELECT max(position) FROM events) FROM log_head";
    /// When the event at a position was.
    RECORDED_AT = "SELECT recorded_at FROM events WHERE position = $1";

    /// The leaves at positions.
    LEAVES = "SELECT leaf FROM events WHERE position >= $1 AND position < $2 ORDER BY position";
    /// The nodes of a height, by their places.
    TREE_NODES = "SELECT hash FROM tree_nodes WHERE height = $1 AND place >= $2 AND place < $3 ORDER BY place";
    /// Again with the cosignatures that came since.
    PUT_CHECKPOINT = "INSERT INTO checkpoints (epoch, size, note, signed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (epoch, size) DO UPDATE SET note = excluded.note";
    /// Of earlier checkpoints one an hour, the last, is enough: those after which another one came in the same hour go.
    THIN_CHECKPOINTS = "DELETE FROM checkpoints WHERE signed_at < $1 AND signed_at / 3600000000 = (
        SELECT later.signed_at / 3600000000 FROM checkpoints later
        WHERE later.epoch = checkpoints.epoch AND later.size > checkpoints.size ORDER BY later.size LIMIT 1)";
    NEWEST_CHECKPOINT = "SELECT * FROM checkpoints ORDER BY epoch DESC, size DESC LIMIT 1";
    CHECKPOINTS = "SELECT * FROM checkpoints ORDER BY epoch DESC, size DESC LIMIT $1";

    PERSON = "SELECT * FROM people WHERE account_id = $1";
    PERSON_BY_USERNAME = "SELECT * FROM people WHERE username_key = $1";
    /// Until when the account's address on file is suppressed at $2.
    SUPPRESSED_UNTIL = "SELECT max(s.ends_at) FROM people p JOIN suppressions s ON s.email_key = p.email_key
        WHERE p.account_id = $1 AND s.ends_at > $2";
    CREDENTIAL = "SELECT * FROM credentials WHERE account_id = $1";
    FACTOR = "SELECT * FROM factors WHERE account_id = $1";
    RECOVERY_CODES = "SELECT * FROM recovery_codes WHERE account_id = $1";
    PENDING_REQUESTS = "SELECT * FROM pending_requests ORDER BY reset_id LIMIT $1";
    SESSION_BY_TOKEN = "SELECT * FROM sessions WHERE token_hash = $1";
    SESSIONS_OF = "SELECT * FROM sessions WHERE account_id = $1 ORDER BY seen_at DESC";
    IDEMPOTENCY = "SELECT * FROM idempotency WHERE key = $1";

    /// Which rules the keys of usernames and addresses follow.
    KEY_RULES = "SELECT rules FROM name_keys";
    SET_KEY_RULES = "UPDATE name_keys SET rules = $1 WHERE rules < $1";
    NAMED_AFTER = "SELECT account_id, username, username_key, email, email_key FROM people
        WHERE account_id > $1 ORDER BY account_id LIMIT $2";
    SET_KEYS = "UPDATE people SET username_key = $1, email_key = $2
        WHERE account_id = $3 AND username = $4 AND email = $5";
    SUPPRESSED_AFTER = "SELECT email_key, account_id FROM suppressions
        WHERE (email_key, account_id) > ($1, $2) ORDER BY email_key, account_id LIMIT $3";
    COPY_SUPPRESSION = "INSERT INTO suppressions (account_id, email_key, ends_at)
        SELECT account_id, $1, ends_at FROM suppressions WHERE account_id = $2 AND email_key = $3
        ON CONFLICT (email_key, account_id) DO UPDATE SET ends_at = CASE
            WHEN excluded.ends_at > suppressions.ends_at THEN excluded.ends_at ELSE suppressions.ends_at END";
    FORGET_SUPPRESSION = "DELETE FROM suppressions WHERE account_id = $1 AND email_key = $2";

    /// A better hash of the same password.
    REHASH = "UPDATE credentials SET hash = $3 WHERE account_id = $1 AND credential_id = $2";
    PREFER = "UPDATE people SET language = $2, zone = $3 WHERE account_id = $1";
    /// What a browser says of its person; their own word stays.
    GUESS_PREFERENCES = "UPDATE people SET language = coalesce(language, $2), zone = coalesce(zone, $3)
        WHERE account_id = $1 AND (language IS NULL OR zone IS NULL)";
    TOUCH_SESSION = "UPDATE sessions SET seen_at = $2 WHERE session_id = $1";
    END_SESSION = "DELETE FROM sessions WHERE session_id = $1 AND account_id = $2";
    END_OTHER_SESSIONS = "DELETE FROM sessions WHERE account_id = $1 AND session_id <> $2";
    /// Keeps a factor until a code confirms it; a confirmed one stays.
    OFFER_FACTOR = "INSERT INTO factors (account_id, factor_id, sealed, confirmed, offered_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id) DO UPDATE SET
            factor_id = excluded.factor_id, sealed = excluded.sealed, offered_at = excluded.offered_at
        WHERE NOT factors.confirmed AND factors.offered_at < $6";
    FORGET_OFFERED_FACTORS = "DELETE FROM factors WHERE NOT confirmed AND offered_at < $1";
    /// Counts an attempt; after a quiet window the count starts anew.
    COUNT_ATTEMPT = "INSERT INTO throttles (key, count, started_at, last_at) VALUES ($1, 1, $2, $2)
        ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN throttles.started_at < $3 THEN 1 ELSE throttles.count + 1 END,
            started_at = CASE WHEN throttles.started_at < $3 THEN excluded.started_at ELSE throttles.started_at END,
            last_at = excluded.last_at
        RETURNING count";
    ATTEMPTS = "SELECT count, started_at, last_at FROM throttles WHERE key = $1 AND started_at >= $2";
    FORGET_THROTTLES = "DELETE FROM throttles WHERE last_at < $1";
    FORGET_ORIGINS = "DELETE FROM origins WHERE recorded_at < $1";
    FORGET_IDEMPOTENCY = "DELETE FROM idempotency WHERE recorded_at < $1";
    FORGET_SESSIONS = "DELETE FROM sessions WHERE expires_at < $1";
    FORGET_SUPPRESSIONS = "DELETE FROM suppressions WHERE ends_at < $1";
    /// Workers that were killed. What they had claimed is abandoned without their rows, too.
    FORGET_WORKERS = "DELETE FROM workers WHERE leased_until < $1";

    /// Who is at which mail, for the set that a rebuild has filled.
    CARRY_CLAIMS = "UPDATE mails_next SET claimed_by = m.claimed_by, going_to = m.going_to FROM mails m
        WHERE m.mail_id = mails_next.mail_id AND m.version = mails_next.version
            AND m.state IN ('pending', 'unknown') AND m.claimed_by IS NOT NULL";
    /// The views, whole.
    ALL_ACCOUNTS = "SELECT * FROM accounts";
    ALL_RESETS = "SELECT * FROM resets";
    ALL_MAILS = "SELECT mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
            settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by FROM mails";

    ACCOUNT = "SELECT * FROM accounts WHERE account_id = $1";
    /// A page of accounts by username; the search is a folded prefix.
    ACCOUNTS = "SELECT a.*, p.username, p.email, p.display_name FROM people p
        JOIN accounts a ON a.account_id = p.account_id
        WHERE p.username_key > $1 AND p.username_key >= $2 AND p.username_key < $3
        ORDER BY p.username_key LIMIT $4";
    RESET = "SELECT * FROM resets WHERE reset_id = $1";
    /// Accounts that have a live link whose hour is over.
    OVERDUE_RESETS = "SELECT DISTINCT account_id FROM resets WHERE state = 'live' AND expires_at <= $1 LIMIT $2";
    MAIL = "SELECT mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
            settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by FROM mails WHERE mail_id = $1";
    /// The mails before one, the newest first.
    MAILS = "SELECT mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
            settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by FROM mails
        WHERE mail_id < $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR kind = $3) ORDER BY mail_id DESC LIMIT $4";
    /// Mails without an outcome, and the oldest of each kind.
    UNSETTLED_BY_KIND = "SELECT kind, count(*), min(requested_at) FROM mails
        WHERE state IN ('pending', 'unknown') GROUP BY kind ORDER BY kind";
    /// Mails without an outcome that were tried before, by the mail server's last word.
    WAITING_BY_CODE = "SELECT last_code, count(*) FROM mails
        WHERE state IN ('pending', 'unknown') AND version > 1 GROUP BY last_code ORDER BY last_code";
    /// Mails that somebody may want to look at.
    TROUBLED_BY_STATE = "SELECT state, count(*) FROM mails
        WHERE state IN ('unknown', 'rejected', 'suppressed', 'unconfirmed', 'dead') GROUP BY state ORDER BY state";
    /// The newest mails of a span of ids, counted by stretch of time and state.
    MAIL_CHART = "SELECT (requested_at - $4) / $5, state, count(*) FROM (
            SELECT requested_at, state FROM mails WHERE mail_id >= $1 AND mail_id < $2 ORDER BY mail_id DESC LIMIT $3) m
        GROUP BY 1, 2";
    /// Which migration the tables are at.
    TABLES_VERSION = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success";
    /// Mails that a worker has claimed.
    CLAIMED_MAILS = "SELECT mail_id, kind, account_id, reset_id, state, version, attempts, copies, requested_at, due_at, expires_at,
            settled_at, last_code, last_enhanced, last_failure, pinned_to, refused_by, going_to
        FROM mails WHERE claimed_by = $1 AND state IN ('pending', 'unknown')";
    /// When the next mail is due that nobody has claimed.
    NEXT_DUE = "SELECT min(due_at) FROM mails WHERE state IN ('pending', 'unknown') AND claimed_by IS NULL";
    UNSETTLED_MAILS = "SELECT count(*) FROM mails WHERE state IN ('pending', 'unknown')";
    /// Notes that a provider may have a worker's mail from now on.
    NOTE_PROVIDER = "UPDATE mails SET going_to = $4 WHERE mail_id = $1 AND version = $2 AND claimed_by = $3";
    /// Frees the claim of a worker on a mail it did not try.
    RELEASE_MAIL = "UPDATE mails SET claimed_by = NULL, going_to = NULL
        WHERE mail_id = $1 AND version = $2 AND claimed_by = $3";
    /// Ends all leases: on a database of one process, at its start.
    END_ALL_LEASES = "DELETE FROM workers";
    /// A request that was answered already.
    FORGET_REQUEST = "DELETE FROM pending_requests WHERE reset_id = $1";
    END_LEASE = "DELETE FROM workers WHERE worker_id = $1";
}

/// The settings of every connection to `store`.
#[must_use]
pub fn settings(store: &super::Store) -> &'static [(&'static str, &'static str)] {
    match store {
        super::Store::Sqlite(_) => &[],
        super::Store::Postgres(_) => &super::postgres::sql::SETTINGS,
    }
}

/// Every statement that `store` may be asked, with its name.
#[must_use]
pub fn every(store: &super::Store) -> Vec<(&'static str, &'static str)> {
    let (own, accounts) = match store {
        super::Store::Sqlite(_) => (super::sqlite::sql::ALL, super::sqlite::sql::accounts::ALL),
        super::Store::Postgres(_) => (super::postgres::sql::ALL, super::postgres::sql::accounts::ALL),
    };
    ALL.iter().chain(own).chain(accounts).copied().collect()
}
