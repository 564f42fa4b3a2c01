//! What can be asked of a mail, and why it may say no.

use crate::ids::{AccountId, ResetId};
use crate::mail::event::{DeadBecause, MailKind, Phase, UnknownBecause};
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
    /// Nobody knows.
    LoseTrack {
        /// Why.
        reason: UnknownBecause,
        /// When to try again.
        due_at: Moment,
        /// The provider that may have taken it.
        provider: Option<String>,
    },
    /// The recipient was refused for good.
    Reject {
        /// How far it got.
        phase: Phase,
        /// The server's code.
        code: u16,
        /// The server's enhanced status code.
        enhanced: Option<String>,
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
    },
    /// Tries again what was rejected, suppressed, dead or expired.
    Requeue {
        /// Until when it is worth sending.
        expires_at: Moment,
    },
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
    /// Only what was rejected, suppressed, dead or expired can be requeued.
    #[error("only a mail that was rejected, suppressed, dead or expired can be requeued")]
    NotRequeuable,
    /// Another provider is asked once, and never while one may have taken it.
    #[error("another provider may not be asked")]
    NotReroutable,
}
