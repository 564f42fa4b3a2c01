//! What became of a delivery, in the terms the mailer decides by.

use std::{fmt, io, time::Duration};

use super::{
    refusal::{self, Refusal},
    reply::Reply,
    tls_failure::TlsFailure,
};

/// Where in the conversation something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Name lookup and TCP connect; waiting for a slot of a closed pool.
    Connect,
    /// The server's first line.
    Greeting,
    /// STARTTLS and the handshake.
    Tls,
    /// EHLO.
    Hello,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, up to its 354.
    Data,
    /// The message, up to the final dot.
    Body,
    /// The final dot and its reply.
    Dot,
}

impl Phase {
    /// Its name in events and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Tls => "tls",
            Self::Hello => "hello",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Body => "body",
            Self::Dot => "dot",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a conversation broke. Its texts hold no personal data and may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The phase's limit passed.
    #[error("no complete reply within the limit")]
    TimedOut,
    /// The server hung up.
    #[error("the server closed the connection")]
    Closed,
    /// The socket failed.
    #[error("the connection failed: {0}")]
    Io(io::ErrorKind),
    /// The host has no address.
    #[error("the host name has no address")]
    Unresolved,
    /// The handshake failed.
    #[error("TLS failed: {0} ({1})")]
    Tls(TlsFailure, String),
    /// A refusal that concerns the connection or the session, not the mail.
    #[error("the server refused: {0}")]
    Refused(Reply),
    /// A code that does not belong to this phase.
    #[error("the server's reply does not belong here: {0}")]
    Unexpected(Reply),
    /// Not a reply at all.
    #[error("the server's reply is malformed")]
    Malformed,
    /// The server spoke out of turn, so its replies can no longer be told apart.
    #[error("the server spoke out of turn")]
    OutOfTurn,
    /// STARTTLS is configured and not offered.
    #[error("the server does not offer STARTTLS")]
    NoStartTls,
    /// There is no mechanism for AUTH that both sides have.
    #[error("the server does not offer AUTH PLAIN or LOGIN")]
    NoCommonMechanism,
    /// The pool was closed.
    #[error("the pool is closed")]
    PoolClosed,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            kind => Self::Io(kind),
        }
    }
}

/// A conversation that broke before the final dot: the mail was certainly not sent.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) phase: Phase,
    pub(super) reason: Failure,
}

/// Notes the phase in which something failed.
pub(super) trait At<T> {
    fn at(self, phase: Phase) -> Result<T, Broken>;
}

impl<T> At<T> for Result<T, Failure> {
    fn at(self, phase: Phase) -> Result<T, Broken> {
        self.map_err(|reason| Broken { phase, reason })
    }
}

/// The outcome of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The server has taken the mail.
    Accepted {
        /// Its reply to the final dot.
        reply: Reply,
    },
    /// The server did not take it now (4xx).
    Deferred {
        /// Where.
        phase: Phase,
        /// Its words.
        reply: Reply,
        /// "Try again in …", if it said so.
        retry_after: Option<Duration>,
    },
    /// The server refused it (5xx), or it cannot be sent at all.
    Rejected {
        /// Where.
        phase: Phase,
        /// Its words, or ours where we did not even ask.
        reply: Reply,
        /// What it is about: [`Refusal::Recipient`], [`Refusal::Message`] or [`Refusal::Unclear`].
        about: Refusal,
    },
    /// Nothing is said about this mail: the connection, the session or the sender was refused. Uses up no attempt.
    ConnectionFailed {
        /// Where.
        phase: Phase,
        /// Why.
        reason: Failure,
    },
    /// The final dot went out, or may have, and no complete reply came back: the mail was sent, or not.
    Ambiguous {
        /// Why.
        reason: Failure,
    },
    /// The gate said stop: not sent.
    Withheld,
}

impl Delivery {
    pub(super) fn deferred(phase: Phase, reply: Reply) -> Self {
        let retry_after = reply.retry_after();
        Self::Deferred { phase, reply, retry_after }
    }

    /// What a 4xx or 5xx to the recipient, to DATA or to the dot means.
    pub(super) fn refused(phase: Phase, reply: Reply) -> Self {
        match refusal::classify(phase, &reply) {
            Refusal::Sender => Self::ConnectionFailed { phase, reason: Failure::Refused(reply) },
            Refusal::Temporary => Self::deferred(phase, reply),
            about @ (Refusal::Recipient | Refusal::Message | Refusal::Unclear) => {
                Self::Rejected { phase, reply, about }
            }
        }
    }

    /// Whether the server asks for fewer connections.
    pub(super) fn is_throttled(&self) -> bool {
        match self {
            Self::Deferred { reply, .. } => reply.is_throttling(),
            Self::ConnectionFailed { reason: Failure::Refused(reply), .. } => reply.is_throttling(),
            _ => false,
        }
    }
}

impl From<Broken> for Delivery {
    fn from(Broken { phase, reason }: Broken) -> Self {
        Self::ConnectionFailed { phase, reason }
    }
}
