//! What a mail is: the fold of its events.

use strum::{EnumString, IntoStaticStr};

use crate::aggregate::Rules;
use crate::ids::{AccountId, MailId, ResetId, StreamId};
use crate::mail::command::{MailCommand, MailRefusal};
use crate::mail::decide;
use crate::mail::event::{FailureReason, MailEvent, MailKind, UnknownBecause};
use crate::moment::Moment;
use crate::rows::{Change, MailRow};

/// Where a mail stands; its name is the view row's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MailState {
    /// We owe no such mail.
    #[default]
    Unrequested,
    /// To be sent.
    Pending,
    /// Sent or not, nobody knows; to be sent again with the same bytes.
    Unknown,
    /// The mail server took it.
    Accepted,
    /// The mail server refused the recipient.
    Rejected,
    /// The address on file was refused not long ago.
    Suppressed,
    /// Too late.
    Expired,
    /// The link it carries ended.
    Superseded,
    /// It may have gone out several times, and no server confirmed it; not sent again.
    Unconfirmed,
    /// Nothing more is tried.
    Dead,
}

impl MailState {
    /// Whether it is still to be sent.
    #[must_use]
    pub fn is_due(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }

    /// Whether somebody may have it tried again.
    #[must_use]
    pub fn is_requeuable(self) -> bool {
        matches!(self, Self::Rejected | Self::Suppressed | Self::Unconfirmed | Self::Dead | Self::Expired)
    }
}

/// A mail, as its events made it. Default: not requested.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub(super) state: MailState,
    order: Option<Order>,
    attempts: i32,
    pub(super) copies: u16,
    due_at: Moment,
    expires_at: Moment,
    settled_at: Option<Moment>,
    last: LastAnswer,
    pinned_to: Option<String>,
    refused_by: Option<String>,
}

/// What the mail server answered last, or why it did not.
#[derive(Clone, Debug, Default)]
struct LastAnswer {
    code: Option<u16>,
    enhanced: Option<String>,
    failure: Option<FailureReason>,
}

impl LastAnswer {
    fn new(code: Option<u16>, enhanced: Option<&String>, failure: Option<FailureReason>) -> Self {
        Self { code, enhanced: enhanced.cloned(), failure }
    }

    fn is_none(&self) -> bool {
        self.code.is_none() && self.failure.is_none()
    }
}

/// Whether the recipient may have a copy of a mail whose outcome is unknown: not if the worker died before it
/// noted a server.
pub(super) fn may_be_copy(reason: UnknownBecause, provider: Option<&str>) -> bool {
    reason == UnknownBecause::ReplyLost || provider.is_some()
}

/// What was asked for, once and for all.
#[derive(Clone, Copy, Debug)]
struct Order {
    kind: MailKind,
    account: AccountId,
    reset: Option<ResetId>,
    at: Moment,
}

impl Mail {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> MailState {
        self.state
    }

    /// Whether another provider may be asked when one refuses the message: once,
    /// and not when a provider may have taken it.
    #[must_use]
    pub fn may_go_elsewhere(&self) -> bool {
        self.pinned_to.is_none() && self.refused_by.is_none()
    }

    /// The mail that a view row shows: a row has the whole state. `None` when
    /// a newer program wrote it.
    #[must_use]
    pub fn from_row(row: &MailRow) -> Option<Self> {
        let order = Order {
            kind: row.kind.parse().ok()?,
            account: row.account_id,
            reset: row.reset_id,
            at: Moment::from_micros(row.requested_at),
        };
        Some(Self {
            state: row.state.parse().ok()?,
            order: Some(order),
            attempts: row.attempts,
            copies: u16::try_from(row.copies).unwrap_or(u16::MAX),
            due_at: Moment::from_micros(row.due_at),
            expires_at: Moment::from_micros(row.expires_at),
            settled_at: row.settled_at.map(Moment::from_micros),
            last: LastAnswer {
                code: row.last_code.and_then(|code| u16::try_from(code).ok()),
                enhanced: row.last_enhanced.clone(),
                failure: row.last_failure.as_deref().and_then(|name| name.parse().ok()),
            },
            pinned_to: row.pinned_to.clone(),
            refused_by: row.refused_by.clone(),
        })
    }

    fn requested(&mut self, order: Order, expires_at: Moment) {
        self.order = Some(order);
        self.reopened(order.at, expires_at);
    }

    fn reopened(&mut self, at: Moment, expires_at: Moment) {
        (self.attempts, self.copies, self.expires_at) = (0, 0, expires_at);
        (self.pinned_to, self.refused_by) = (None, None);
        self.waits(MailState::Pending, at);
    }

    fn waits(&mut self, state: MailState, due_at: Moment) {
        (self.state, self.due_at, self.settled_at) = (state, due_at, None);
    }

    fn settled(&mut self, state: MailState, at: Moment) {
        (self.state, self.settled_at) = (state, Some(at));
    }

    /// Notes what the server answered. What was not about an answer leaves the last one as it is.
    fn answered(&mut self, code: Option<u16>, enhanced: Option<&String>, failure: Option<FailureReason>) {
        let answer = LastAnswer::new(code, enhanced, failure);
        if !answer.is_none() {
            self.last = answer;
        }
    }

    fn lost(&mut self, reason: UnknownBecause, provider: Option<&String>) {
        self.copies =
            self.copies.saturating_add(u16::from(may_be_copy(reason, provider.map(String::as_str))));
        self.pinned_to = provider.cloned().or(self.pinned_to.take());
    }

    fn row(&self, mail_id: MailId, version: i64) -> Option<MailRow> {
        let order = self.order?;
        Some(MailRow {
            mail_id,
            kind: <&str>::from(order.kind).to_owned(),
            account_id: order.account,
            reset_id: order.reset,
            state: <&str>::from(self.state).to_owned(),
            version,
            attempts: self.attempts,
            copies: self.copies.into(),
            requested_at: order.at.micros(),
            due_at: self.due_at.micros(),
            expires_at: self.expires_at.micros(),
            settled_at: self.settled_at.map(Moment::micros),
            last_code: self.last.code.map(i32::from),
            last_enhanced: self.last.enhanced.clone(),
            last_failure: self.last.failure.map(|failure| <&str>::from(failure).to_owned()),
            pinned_to: self.pinned_to.clone(),
            refused_by: self.refused_by.clone(),
        })
    }
}

impl Rules for Mail {
    const NAME: &'static str = "mail";
    type Command = MailCommand;
    type Event = MailEvent;
    type Refusal = MailRefusal;

    fn decide(&self, _at: Moment, command: &MailCommand) -> Result<Vec<MailEvent>, MailRefusal> {
        decide::decide(self, command)
    }

    fn apply(&mut self, at: Moment, event: &MailEvent) {
        use MailEvent as E;
        match event {
            E::MailRequested { kind, account, reset, expires_at } => {
                let order = Order { kind: *kind, account: *account, reset: *reset, at };
                self.requested(order, *expires_at);
            }
            E::MailDeferred { code, enhanced, failure, due_at, counted, .. } => {
                self.attempts = self.attempts.saturating_add(i32::from(*counted));
                self.answered(*code, enhanced.as_ref(), *failure);
                self.waits(MailState::Pending, *due_at);
            }
            E::MailRerouted { provider, code, enhanced, due_at, .. } => {
                self.refused_by = Some(provider.clone());
                self.answered(Some(*code), enhanced.as_ref(), None);
                self.waits(MailState::Pending, *due_at);
            }
            E::MailOutcomeUnknown { reason, due_at, provider, code, enhanced, failure } => {
                self.lost(*reason, provider.as_ref());
                self.answered(*code, enhanced.as_ref(), *failure);
                self.waits(MailState::Unknown, *due_at);
            }
            E::MailUnconfirmed { reason, provider, code, enhanced, failure, .. } => {
                self.lost(*reason, provider.as_ref());
                self.answered(*code, enhanced.as_ref(), *failure);
                self.settled(MailState::Unconfirmed, at);
            }
            E::MailAccepted { code, .. } => {
                self.answered(Some(*code), None, None);
                self.settled(MailState::Accepted, at);
            }
            E::MailRejected { code, enhanced, .. } => {
                self.answered(Some(*code), enhanced.as_ref(), None);
                self.settled(MailState::Rejected, at);
            }
            E::MailSuppressed {} => self.settled(MailState::Suppressed, at),
            E::MailExpired {} => self.settled(MailState::Expired, at),
            E::MailSuperseded {} => self.settled(MailState::Superseded, at),
            E::MailDead { code, enhanced, .. } => {
                self.answered(*code, enhanced.as_ref(), None);
                self.settled(MailState::Dead, at);
            }
            E::MailRequeued { expires_at } => self.reopened(at, *expires_at),
        }
    }

    fn rows(&self, stream: StreamId, version: i64, _events: &[MailEvent]) -> Vec<Change> {
        self.row(MailId(stream.0), version).map(Change::PutMail).into_iter().collect()
    }

    fn subject(&self, _stream: StreamId) -> Option<AccountId> {
        self.order.map(|order| order.account)
    }
}
