//! What can be asked of an account, and why it may say no.
//!
//! Comparing passwords and codes is slow and needs the vault, so it is done
//! before; a command carries the outcome of the comparison.

use crate::account::event::{Channel, Origin, RemovedBy, RevokedBy, SecondFactorUsed};
use crate::ids::{AccountId, CodeId, CredentialId, FactorId, ResetId};
use crate::permission::Permission;

/// What comparing the typed password gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProof {
    /// It is this credential. If that is no longer the account's, it is wrong.
    Matches(CredentialId),
    /// It is not the account's, or the account has none.
    Wrong,
}

/// What comparing the typed username gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsernameProof {
    /// It is the account's.
    Matches,
    /// It is another one, with this keyed fingerprint.
    Wrong(String),
}

/// What checking the typed second factor gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorProof {
    /// None was given.
    None,
    /// A valid code of the enrolled factor, or an unused recovery code.
    Valid(SecondFactorUsed),
    /// What was given is neither.
    Wrong,
}

/// A command to an account.
#[derive(Clone, Debug, PartialEq)]
pub enum AccountCommand {
    /// Comes to be; with a password already, when `credential` is given.
    Register {
        /// Where it is created.
        origin: Origin,
        /// The first password, if it has one yet.
        credential: Option<CredentialId>,
        /// Whether that must be changed at the next sign-in.
        must_change: bool,
    },
    /// Signs in with a password, and a second factor where one is enrolled.
    SignIn {
        /// The password.
        password: PasswordProof,
        /// The second factor.
        second_factor: SecondFactorProof,
    },
    /// The desktop app says that the person signed in there.
    RecordSignIn,
    /// Issues a self-service link, if the account is entitled to one.
    IssueReset {
        /// The reset, which is also the request's id.
        reset: ResetId,
    },
    /// Issues a link on an administrator's word.
    IssueAdminReset {
        /// The new reset.
        reset: ResetId,
        /// The administrator (whose right is checked on their own stream).
        by: AccountId,
    },
    /// Uses a link.
    CompleteReset {
        /// The reset the link is for.
        reset: ResetId,
        /// The typed username.
        username: UsernameProof,
        /// The new password.
        credential: CredentialId,
        /// Whether policy asks for the second factor here.
        needs_second_factor: bool,
        /// The second factor, where it was given.
        second_factor: SecondFactorProof,
    },
    /// Ends the live link (`None`), or this one only.
    RevokeReset {
        /// Which.
        reset: Option<ResetId>,
        /// By whom.
        by: RevokedBy,
    },
    /// Records that links whose hour is over have expired.
    ExpireResets,
    /// Changes a password the person knows.
    ChangePassword {
        /// The current password.
        current: PasswordProof,
        /// The new password.
        credential: CredentialId,
    },
    /// Sets a password, the desktop app's way.
    SetPassword {
        /// The password.
        credential: CredentialId,
        /// Where.
        channel: Channel,
        /// Whether it must be changed at the next sign-in.
        must_change: bool,
    },
    /// Enrols a second factor, confirmed by a code of it.
    EnrolSecondFactor {
        /// The factor.
        factor: FactorId,
        /// Its recovery codes.
        recovery_codes: Vec<CodeId>,
        /// The step of the confirming code; `None` when the code was wrong.
        step: Option<u64>,
    },
    /// Replaces all recovery codes.
    ReplaceRecoveryCodes {
        /// The new ones.
        recovery_codes: Vec<CodeId>,
    },
    /// Removes the second factor.
    RemoveSecondFactor {
        /// By whom.
        by: RemovedBy,
    },
    /// Grants a permission.
    GrantPermission(Permission),
    /// Revokes a permission.
    RevokePermission(Permission),
    /// Lets mails go to the address on file again although a mail server refused it.
    LiftSuppression {
        /// Whether the address is suppressed; the vault knows that, the account does not.
        is_suppressed: bool,
    },
    /// Erases the person.
    Erase,
}

/// Why an account said no. Nothing is recorded then; what must be recorded
/// (a wrong password, say) is an event and no refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// No such account (or it was erased).
    #[error("there is no such account")]
    NoSuchAccount,
    /// The account exists already.
    #[error("the account exists already")]
    AlreadyRegistered,
    /// The password is right, and a second factor is needed.
    #[error("a second factor is needed")]
    SecondFactorRequired,
    /// The link was never issued, has been used, replaced, ended, or is over.
    #[error("the link cannot be used")]
    LinkUnusable,
    /// The account is not entitled to a link.
    #[error("not eligible: {0}")]
    NotEligible(Ineligible),
    /// There is a second factor already.
    #[error("a second factor is enrolled already")]
    SecondFactorEnrolled,
    /// There is no second factor.
    #[error("no second factor is enrolled")]
    NoSecondFactor,
    /// The confirming code is wrong.
    #[error("the code is wrong")]
    WrongCode,
}

/// Why an account is not entitled to a link.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    thiserror::Error,
    serde::Serialize,
    serde::Deserialize,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Ineligible {
    /// Never signed in (and, for the self-service, not created in the app).
    #[error("the person has never signed in")]
    NeverSignedIn,
    /// A link was mailed less than a minute ago.
    #[error("a link was mailed less than a minute ago")]
    TooSoon,
    /// Five links were mailed in the last day.
    #[error("too many links were mailed in the last day")]
    TooMany,
    /// The person was erased.
    #[error("the person was erased")]
    Erased,
}
