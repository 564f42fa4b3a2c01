//! Mails as they are shown, over HTTP and on the command line.

pub mod words;

use rekey_events::Moment;
use rekey_events::envelope::StoredEvent;
use rekey_events::rows::{MailRow, ReceiptRow};
use rekey_events::store::overview::Wait;
use rekey_events::store::{Store, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::events::ReadableEvent;

/// The states a mail can be in.
pub const STATES: [&str; 9] = [
    "pending",
    "unknown",
    "accepted",
    "rejected",
    "suppressed",
    "expired",
    "superseded",
    "unconfirmed",
    "dead",
];

/// Those that somebody may want to look at.
pub const TROUBLED: [&str; 5] = ["unknown", "rejected", "suppressed", "unconfirmed", "dead"];

/// Those that an operator may requeue.
pub const REQUEUABLE: [&str; 5] = ["rejected", "suppressed", "unconfirmed", "dead", "expired"];

/// The kinds there are.
pub const KINDS: [&str; 3] = ["reset_link", "admin_reset_link", "password_changed"];

/// A mail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownMail {
    pub(crate) mail_id: String,
    /// `reset_link`, `admin_reset_link` or `password_changed`.
    pub(crate) kind: String,
    pub(crate) account_id: String,
    pub(crate) reset_id: Option<String>,
    /// `pending`, `unknown`, `accepted`, `rejected`, `suppressed`, `expired`, `superseded`, `unconfirmed` or `dead`.
    pub(crate) state: String,
    /// Whether it was tried before.
    pub(crate) tried: bool,
    /// How often the mail server put it off.
    pub(crate) attempts: i32,
    /// How many copies the recipient may have without the mail server having confirmed one.
    pub(crate) possible_copies: i32,
    pub(crate) requested_at: String,
    /// Seconds since it was requested.
    pub(crate) age_seconds: u64,
    /// When it is tried (next), while it has no outcome.
    pub(crate) due_at: Option<String>,
    /// Seconds until then; 0 when it is due.
    pub(crate) due_in_seconds: Option<u64>,
    pub(crate) expires_at: String,
    pub(crate) settled_at: Option<String>,
    /// The mail server's last code.
    pub(crate) last_code: Option<i32>,
    /// The enhanced status code (RFC 3463) that came with it, such as `5.7.1`.
    pub(crate) last_enhanced: Option<String>,
    /// Why the mail server's last answer is missing or of no use, such as `certificate_expired`.
    pub(crate) last_failure: Option<String>,
    /// What it waits for at this moment, while a worker has it in hand.
    pub(crate) waits_for: Option<WaitsFor>,
}

/// What a mail waits for that a worker tries to hand over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitsFor {
    /// The mail server, as the configuration names it.
    pub(crate) provider: String,
    /// `slot` (one of the connections there may be), `connect`, `greeting`, `hello`, `tls`, `auth`,
    /// `reset` (of a kept connection), `mail`, `rcpt`, `data`, `body` or `dot`.
    pub(crate) phase: String,
    /// For how long.
    pub(crate) seconds: u64,
}

impl ShownMail {
    /// The mail of this row, as it is `now`; `waits` is what is known to be waited for.
    #[must_use]
    pub fn new(row: MailRow, waits: &[Wait], now: Moment) -> Self {
        let time = |micros| Moment::from_micros(micros).to_string();
        let (requested, due) = (Moment::from_micros(row.requested_at), Moment::from_micros(row.due_at));
        let is_due = row.settled_at.is_none();
        let is_of = |wait: &&Wait| (wait.mail, wait.version) == (row.mail_id, row.version);
        Self {
            mail_id: row.mail_id.to_string(),
            kind: row.kind,
            account_id: row.account_id.to_string(),
            reset_id: row.reset_id.map(|reset| reset.to_string()),
            state: row.state,
            tried: row.version > 1,
            attempts: row.attempts,
            possible_copies: row.copies,
            requested_at: requested.to_string(),
            age_seconds: now.since(requested).as_secs(),
            due_at: is_due.then(|| due.to_string()),
            due_in_seconds: is_due.then(|| due.since(now).as_secs()),
            expires_at: time(row.expires_at),
            settled_at: row.settled_at.map(time),
            last_code: row.last_code,
            last_enhanced: row.last_enhanced,
            last_failure: row.last_failure,
            waits_for: waits.iter().find(is_of).map(WaitsFor::from),
        }
    }
}

impl From<&Wait> for WaitsFor {
    fn from(wait: &Wait) -> Self {
        Self { provider: wait.provider.clone(), phase: wait.phase.clone(), seconds: wait.millis / 1000 }
    }
}

/// A mail, and everything that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailHistory {
    pub(crate) mail: ShownMail,
    /// By what it is found in the mail server's log, for each time that it was accepted.
    pub(crate) receipts: Vec<Receipt>,
    /// Its events, in order.
    pub(crate) events: Vec<ReadableEvent>,
}

/// By what an accepted mail is found in the mail server's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// The `MailAccepted` event.
    pub(crate) event_id: String,
    /// The mail's Message-ID.
    pub(crate) message_id: String,
    /// What the mail server calls it in its queue, if it said so.
    pub(crate) queue_id: Option<String>,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        let ReceiptRow { event_id, message_id, queue_id, .. } = row;
        Self { event_id: event_id.to_string(), message_id, queue_id }
    }
}

impl MailHistory {
    pub(crate) fn new(mail: ShownMail, events: &[StoredEvent], receipts: Vec<ReceiptRow>) -> Self {
        let receipts = receipts.into_iter().map(Receipt::from).collect();
        Self { mail, receipts, events: events.iter().map(ReadableEvent::from).collect() }
    }
}

/// The receipts of a mail with these events, in their order.
pub(crate) async fn receipts(store: &Store, events: &[StoredEvent]) -> Result<Vec<ReceiptRow>, StoreError> {
    let ids: Vec<_> = events.iter().map(|event| event.event_id).collect();
    let mut receipts = store.receipts(&ids).await?;
    Ok(ids.iter().filter_map(|id| receipts.remove(id)).collect())
}
