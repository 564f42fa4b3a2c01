//! What can have happened to an account. No secret and no personal data: ids,
//! kinds, reasons and times.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::aggregate::EventKind;
use crate::ids::{AccountId, CodeId, CredentialId, FactorId, ResetId};
use crate::moment::Moment;
use crate::permission::Permission;

/// Where an account was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// Through the app: may reset without ever having signed in.
    App,
    /// In the desktop app only.
    Desktop,
}

/// Where a person signed in or set a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Here.
    App,
    /// In the desktop app, which told us.
    Desktop,
}

/// What was used beside the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SecondFactorUsed {
    /// A time-based code (RFC 6238) of this 30 s step; each step works once.
    Totp {
        /// The step's number since the epoch.
        step: u64,
    },
    /// A recovery code; each works once.
    RecoveryCode {
        /// Which.
        code: CodeId,
    },
}

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Failure {
    /// The password is not the account's.
    WrongPassword,
    /// The code is wrong, or was used before.
    WrongCode,
    /// Too soon after failures in a row; nothing was compared.
    Throttled,
}

/// Why a link ended in favour of something newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SupersededBy {
    /// A newer link.
    NewerLink,
    /// A password changed or set otherwise.
    NewPassword,
    /// A sign-in with the password.
    SignIn,
}

/// Who or what ended a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RevokedBy {
    /// The person it was mailed to: "this wasn't me".
    Owner,
    /// An administrator.
    Administrator,
    /// Too many wrong usernames were tried with it.
    WrongUsernames,
    /// The person was erased.
    Erasure,
}

/// Why a second factor was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RemovedBy {
    /// Its owner.
    Owner,
    /// An administrator, because it was lost.
    Administrator,
}

/// An event of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum AccountEvent {
    /// The account came to be.
    AccountRegistered {
        /// Where.
        origin: Origin,
    },
    /// The person signed in.
    SignedIn {
        /// Where.
        channel: Channel,
        /// With which second factor, if any.
        second_factor: Option<SecondFactorUsed>,
    },
    /// Somebody tried to sign in and did not.
    SignInFailed {
        /// Why.
        reason: Failure,
    },
    /// A self-service reset link was issued.
    ResetLinkIssued {
        /// The reset, which is also the request's id.
        reset: ResetId,
        /// Until when it can be used.
        expires_at: Moment,
    },
    /// An administrator issued a reset link.
    AdminResetIssued {
        /// The reset.
        reset: ResetId,
        /// Until when it can be used.
        expires_at: Moment,
        /// The administrator.
        by: AccountId,
    },
    /// A link was presented, and refused: wrong username or wrong second factor.
    ResetAttemptRefused {
        /// The reset.
        reset: ResetId,
        /// Why.
        reason: ResetAttempt,
        /// Keyed fingerprint of a wrong username, as hex, of this link alone: the same one counts once.
        fingerprint: Option<String>,
    },
    /// The link was used: the account has a new password.
    ResetCompleted {
        /// The reset.
        reset: ResetId,
        /// The new password.
        credential: CredentialId,
        /// With which second factor, where policy asks for one.
        second_factor: Option<SecondFactorUsed>,
    },
    /// The link ended in favour of something newer.
    ResetSuperseded {
        /// The reset.
        reset: ResetId,
        /// What ended it.
        by: SupersededBy,
    },
    /// The link's hour was over.
    ResetExpired {
        /// The reset.
        reset: ResetId,
    },
    /// The link was ended on purpose.
    ResetRevoked {
        /// The reset.
        reset: ResetId,
        /// By whom.
        by: RevokedBy,
    },
    /// The person changed a password they knew.
    PasswordChanged {
        /// The new password.
        credential: CredentialId,
    },
    /// Somebody signed in gave a wrong current password when changing it.
    PasswordChangeFailed {
        /// Why.
        reason: Failure,
    },
    /// A password was set by another way than the person's own change.
    PasswordSet {
        /// The password.
        credential: CredentialId,
        /// Where.
        channel: Channel,
        /// Whether it must be changed at the next sign-in.
        must_change: bool,
    },
    /// A second factor was enrolled, with its recovery codes.
    SecondFactorEnrolled {
        /// The factor.
        factor: FactorId,
        /// The recovery codes that came with it.
        recovery_codes: Vec<CodeId>,
        /// The step of the code that confirmed it, used up by that.
        step: u64,
    },
    /// New recovery codes replaced all older ones.
    RecoveryCodesReplaced {
        /// The new ones.
        recovery_codes: Vec<CodeId>,
    },
    /// The second factor is gone, with its recovery codes.
    SecondFactorRemoved {
        /// The factor.
        factor: FactorId,
        /// By whom.
        by: RemovedBy,
    },
    /// The account may do more.
    PermissionGranted {
        /// What.
        permission: Permission,
    },
    /// The account may do less.
    PermissionRevoked {
        /// What.
        permission: Permission,
    },
    /// The address on file gets mails again although a mail server refused it.
    SuppressionLifted {},
    /// The person was erased from the vault; the history stays.
    PersonErased {},
}

/// Why a presented link was refused although it is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ResetAttempt {
    /// The username is not the account's.
    WrongUsername,
    /// The second factor's code is wrong.
    WrongCode,
}

impl EventKind for AccountEvent {
    fn type_name(&self) -> &'static str {
        self.into()
    }
}
