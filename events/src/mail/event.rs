//! What can have happened to a mail we owe.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr, VariantNames};

use crate::aggregate::EventKind;
use crate::ids::{AccountId, ResetId};
use crate::moment::Moment;

/// What the mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, EnumString)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MailKind {
    /// The link a person asked for.
    ResetLink,
    /// The link an administrator sent.
    AdminResetLink,
    /// The notice that the password was changed.
    PasswordChanged,
}

/// How far a delivery got (RFC 5321, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, EnumString)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Phase {
    /// Before the server's greeting.
    Connect,
    /// The greeting.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS, or TLS from the start.
    Tls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// The message itself.
    Body,
    /// The dot that ends it, and the server's word on it.
    Dot,
}

/// Why a mail server did not answer, or gave an answer that is of no use.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    IntoStaticStr,
    EnumString,
    VariantNames,
    EnumIter,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FailureReason {
    /// No complete reply came within the limit of the phase.
    TimedOut,
    /// The server closed the connection.
    ConnectionClosed,
    /// Nothing listens on the port, or a firewall rejects the connection.
    ConnectionRefused,
    /// The connection was reset.
    ConnectionReset,
    /// There is no route to the server.
    NetworkUnreachable,
    /// The connection failed in another way.
    ConnectionFailed,
    /// DNS has no address for the host name.
    HostNotFound,
    /// The server does not offer STARTTLS.
    TlsNotOffered,
    /// The server answers the TLS handshake with something else: wrong port, or wrong `mail.tls`.
    TlsNotSpoken,
    /// The TLS handshake failed in another way.
    TlsFailed,
    /// The server's certificate has expired.
    CertificateExpired,
    /// The server's certificate is not valid yet.
    CertificateNotYetValid,
    /// The server's certificate is for another host name.
    CertificateWrongHost,
    /// The server's certificate was issued by an authority that is not trusted, or by itself.
    CertificateUnknownAuthority,
    /// The server's certificate cannot be used for another reason.
    CertificateInvalid,
    /// The server offers no authentication mechanism that rekey has (PLAIN, LOGIN).
    AuthNotOffered,
    /// The server's answer is not an SMTP reply.
    MalformedReply,
    /// The reply code is not one of those that belong to the command.
    UnexpectedReply,
    /// The server sent a reply that no command had asked for.
    SurplusReply,
    /// The server was not asked: it has been unavailable, and the mail may go to no other.
    ProviderPaused,
    /// The process was stopping.
    ShuttingDown,
    /// The folder for mails cannot be written.
    InboxUnwritable,
}

/// Why nobody knows whether the mail went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UnknownBecause {
    /// The line was lost after the dot.
    ReplyLost,
    /// The worker that had claimed it died.
    WorkerDied,
}

/// Why a mail is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeadBecause {
    /// The server refused the message itself.
    MessageRefused,
    /// It could not be rendered.
    CannotRender,
    /// The person has no address on file (any more).
    NoAddress,
}

/// An event of a mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum MailEvent {
    /// We owe this mail.
    MailRequested {
        /// What it is.
        kind: MailKind,
        /// To whom.
        account: AccountId,
        /// The reset whose link it carries.
        reset: Option<ResetId>,
        /// Until when it is worth sending.
        expires_at: Moment,
    },
    /// Not now; to be tried again.
    MailDeferred {
        /// How far it got.
        phase: Phase,
        /// The server's code, if it gave one.
        code: Option<u16>,
        /// The server's enhanced status code (RFC 3463), if it gave one.
        enhanced: Option<String>,
        /// When it will be tried again.
        due_at: Moment,
        /// Whether this used up an attempt.
        counted: bool,
        /// The provider, if one was asked.
        #[serde(deserialize_with = "Option::deserialize")]
        provider: Option<String>,
        /// Why there was no answer, or none of use; null if the server's code says all.
        #[serde(deserialize_with = "Option::deserialize")]
        failure: Option<FailureReason>,
    },
    /// A provider refused the message itself; another one is asked, once.
    MailRerouted {
        /// The provider that refused it.
        provider: String,
        /// How far it got.
        phase: Phase,
        /// The server's code.
        code: u16,
        /// The server's enhanced status code, if it gave one.
        enhanced: Option<String>,
        /// When another one will be asked.
        due_at: Moment,
    },
    /// It may have gone out, or not; to be tried again with the same bytes, and nowhere else.
    MailOutcomeUnknown {
        /// Why.
        reason: UnknownBecause,
        /// When it will be tried again.
        due_at: Moment,
        /// The provider that may have taken it, where that is known; null if no server had it yet.
        #[serde(deserialize_with = "Option::deserialize")]
        provider: Option<String>,
        /// The server's code, if it gave one that says neither yes nor no.
        #[serde(deserialize_with = "Option::deserialize")]
        code: Option<u16>,
        /// The server's enhanced status code, if it gave one.
        #[serde(deserialize_with = "Option::deserialize")]
        enhanced: Option<String>,
        /// Why the reply was lost; null if the worker died.
        #[serde(deserialize_with = "Option::deserialize")]
        failure: Option<FailureReason>,
    },
    /// It may have gone out several times, and no reply ever came: not sent again until an operator requeues it.
    MailUnconfirmed {
        /// Why the last outcome is unknown.
        reason: UnknownBecause,
        /// The provider that may have taken it.
        #[serde(deserialize_with = "Option::deserialize")]
        provider: Option<String>,
        /// How many copies the recipient may have.
        copies: u16,
        /// The server's code, if it gave one that says neither yes nor no.
        #[serde(deserialize_with = "Option::deserialize")]
        code: Option<u16>,
        /// The server's enhanced status code, if it gave one.
        #[serde(deserialize_with = "Option::deserialize")]
        enhanced: Option<String>,
        /// Why the reply was lost; null if the worker died.
        #[serde(deserialize_with = "Option::deserialize")]
        failure: Option<FailureReason>,
    },
    /// The mail server took it.
    MailAccepted {
        /// The provider.
        provider: String,
        /// The server's code.
        code: u16,
    },
    /// The mail server refused the recipient for good.
    MailRejected {
        /// How far it got.
        phase: Phase,
        /// The server's code.
        code: u16,
        /// The server's enhanced status code, if it gave one.
        enhanced: Option<String>,
        /// The provider, where that is known.
        #[serde(deserialize_with = "Option::deserialize")]
        provider: Option<String>,
    },
    /// The address on file was refused not long ago: not sent.
    MailSuppressed {},
    /// Too late to be worth sending.
    MailExpired {},
    /// The link it carries was used, replaced or ended: not sent.
    MailSuperseded {},
    /// Nothing more is tried until somebody requeues it.
    MailDead {
        /// Why.
        reason: DeadBecause,
        /// The server's code, if it gave one.
        code: Option<u16>,
        /// The server's enhanced status code, if it gave one.
        #[serde(deserialize_with = "Option::deserialize")]
        enhanced: Option<String>,
        /// How far it got, if a server was asked.
        #[serde(deserialize_with = "Option::deserialize")]
        phase: Option<Phase>,
        /// The provider, if one was asked.
        #[serde(deserialize_with = "Option::deserialize")]
        provider: Option<String>,
    },
    /// Somebody asked to try again.
    MailRequeued {
        /// Until when it is worth sending now.
        expires_at: Moment,
    },
}

impl EventKind for MailEvent {
    fn type_name(&self) -> &'static str {
        self.into()
    }
}
