//! What can be asked of a mail, and why it may say no.

use crate::ids::{AccountId, ResetId};
use crate::mail::event::{DeadBecause, FailureReason, MailKind, Phase, UnknownBecause};
use crate::moment::Moment;

/// A command to a mail.
#[derive(Clone, Debug, PartialEq)]
pub enum MailCommand {
    /// We owe it.
    Request {
        /// What it is.
        kind: MailKind,
        /// To whom.
        account: AccountId,
        /// The reset whose link it carries.
        reset: Option<ResetId>,
        /// Until when it is worth sending.
        expires_at: Moment,
    },
    /// The server took it. Recorded even after another worker took over.
    Accept {
        /// The provider.
        provider: String,
        /// The server's code.
        code: u16,
    },
    /// Not now.
    Defer {
        /// How far it got.
        phase: Phase,
        /// The server's code.
        code: Option<u16>,
        /// The server's enhanced status code.
        enhanced: Option<String>,
        /// When to try again.
        due_at: Moment,
        /// Whether this uses up an attempt.
        counted: bool,
        /// The provider.
        provider: Option<String>,
        /// Why there was no answer, or none of use.
        failure: Option<FailureReason>,
    },
    /// This provider refused the message itself: ask another, once.
    Reroute {
        /// The provider.
        provider: String,
        /// How far it got.
        phase: Phase,
        /// The server's code.
        code: u16,
        /// The server's enhanced status code.
        enhanced: Option<String>,
        /// When to ask.
        due_at: Moment,
    },
    /// The outcome is unknown. After [`COPIES`](crate::policy::COPIES) that may have arrived, nothing more is sent.
    LoseTrack {
        /// Why.
        reason: UnknownBecause,
        /// When to try again.
        due_at: Moment,
        /// The provider that may have taken it; `None` if the worker died before any server had it.
        provider: Option<String>,
        /// The server's code, if it gave one.
        code: Option<u16>,
        /// The server's enhanced status code.
        enhanced: Option<String>,
        /// Why the reply was lost.
        failure: Option<FailureReason>,
    },
    /// The recipient was refused for good.
    Reject {
        /// How far it got.
        phase: Phase,
        /// The server's code.
        code: u16,
        /// The server's enhanced status code.
        enhanced: Option<String>,
        /// The provider.
        provider: Option<String>,
    },
    /// The address on file is suppressed.
    Suppress,
    /// Too late.
    Expire,
    /// The link it carries ended.
    Supersede,
    /// Nothing more is tried.
    Bury {
        /// Why.
        reason: DeadBecause,
        /// The server's code.
        code: Option<u16>,
        /// The server's enhanced status code.
        enhanced: Option<String>,
        /// How far it got.
        phase: Option<Phase>,
        /// The provider.
        provider: Option<String>,
    },
    /// Tries again what was rejected, suppressed, unconfirmed, dead or expired.
    Requeue {
        /// Until when it is worth sending.
        expires_at: Moment,
    },
}

impl MailCommand {
    /// Gives up a mail that no server was asked to take.
    #[must_use]
    pub fn bury_unsent(reason: DeadBecause) -> Self {
        Self::Bury { reason, code: None, enhanced: None, phase: None, provider: None }
    }

    /// The outcome is unknown because the worker died; `provider` may have the mail.
    #[must_use]
    pub fn worker_died(due_at: Moment, provider: Option<String>) -> Self {
        let (reason, code, enhanced, failure) = (UnknownBecause::WorkerDied, None, None, None);
        Self::LoseTrack { reason, due_at, provider, code, enhanced, failure }
    }
}

/// Why a mail said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailRefusal {
    /// No such mail.
    #[error("there is no such mail")]
    NoSuchMail,
    /// It has its outcome already.
    #[error("the mail has its outcome already")]
    Settled,
    /// Only what was rejected, suppressed, unconfirmed, dead or expired can be requeued.
    #[error("only a mail that was rejected, suppressed, unconfirmed, dead or expired can be requeued")]
    NotRequeuable,
    /// Another provider is asked once, and never while one may have taken it.
    #[error("another provider may not be asked")]
    NotReroutable,
}
