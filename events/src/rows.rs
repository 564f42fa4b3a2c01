//! Rows of the vault and of the views, and the changes a commit makes to them
//! in the same transaction as its events.

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, CodeId, CredentialId, EventId, FactorId, MailId, ResetId, SessionId};

/// A view row: an account and what can be done with it. A fold of its stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow, sqlx::Type), sqlx(type_name = "account_row"))]
pub struct AccountRow {
    /// The account.
    pub account_id: AccountId,
    /// `app` or `desktop`.
    pub origin: String,
    /// When it was registered, µs.
    pub registered_at: i64,
    /// When the person last signed in, anywhere, µs.
    pub last_signed_in_at: Option<i64>,
    /// The password it has.
    pub credential_id: Option<CredentialId>,
    /// Whether that must be changed at the next sign-in.
    pub must_change: bool,
    /// The second factor it has.
    pub factor_id: Option<FactorId>,
    /// Names of its permissions, sorted, separated by blanks.
    pub permissions: String,
    /// `eligible`, or why a self-service reset is refused.
    pub self_service: String,
    /// `eligible`, or why an administrator's reset is refused.
    pub by_administrator: String,
    /// Whether the person was erased.
    pub erased: bool,
}

/// A view row: a reset link and whether it can be used. A fold of the account's stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow, sqlx::Type), sqlx(type_name = "reset_row"))]
pub struct ResetRow {
    /// The reset.
    pub reset_id: ResetId,
    /// Whose.
    pub account_id: AccountId,
    /// The administrator who issued it, if one did.
    pub issued_by: Option<AccountId>,
    /// `live`, `completed`, `superseded`, `expired` or `revoked`.
    pub state: String,
    /// When it was issued, µs.
    pub issued_at: i64,
    /// Until when it can be used, µs.
    pub expires_at: i64,
    /// When it ended, µs.
    pub ended_at: Option<i64>,
}

/// A view row: a mail we owe. A fold of its stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow, sqlx::Type), sqlx(type_name = "mail_row"))]
pub struct MailRow {
    /// The mail.
    pub mail_id: MailId,
    /// Its kind's name.
    pub kind: String,
    /// To whom.
    pub account_id: AccountId,
    /// The reset whose link it carries.
    pub reset_id: Option<ResetId>,
    /// `pending`, `unknown`, `accepted`, `rejected`, `suppressed`, `expired`, `superseded`, `unconfirmed` or `dead`.
    pub state: String,
    /// The version of its stream that this row shows: the fence of a claim.
    pub version: i64,
    /// How often it was deferred at its own cost.
    pub attempts: i32,
    /// How many copies may have been delivered without a reply that confirms one.
    pub copies: i32,
    /// When it was requested, µs.
    pub requested_at: i64,
    /// When it is to be tried (next), µs.
    pub due_at: i64,
    /// Until when it is worth sending, µs.
    pub expires_at: i64,
    /// When it got its outcome, µs.
    pub settled_at: Option<i64>,
    /// The mail server's last code.
    pub last_code: Option<i32>,
    /// The enhanced status code (RFC 3463) that came with it.
    pub last_enhanced: Option<String>,
    /// Why the server's last answer is missing or of no use: the name of a
    /// [`FailureReason`](crate::mail::FailureReason).
    pub last_failure: Option<String>,
    /// The provider that may have taken it: it goes nowhere else.
    pub pinned_to: Option<String>,
    /// The provider that refused the message itself: it goes to another one, if there is one.
    pub refused_by: Option<String>,
}

/// A vault row: who an account's person is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct PersonRow {
    /// The account.
    pub account_id: AccountId,
    /// The username, as given.
    pub username: String,
    /// The username, folded for comparison; unique.
    pub username_key: String,
    /// The mail address on file, byte for byte.
    pub email: String,
    /// The address, folded for comparison.
    pub email_key: String,
    /// The person's name, as shown.
    pub display_name: String,
    /// The [`Language`](crate::Language) that the person reads, if that is known.
    pub language: Option<String>,
    /// The time zone that the person's moments are told in, if that is known: `Europe/Berlin`.
    pub zone: Option<String>,
}

/// A vault row: an address that a mail server called dead. Nothing is sent there for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct SuppressionRow {
    /// Whose mail was refused; the row is erased with the person.
    pub account_id: AccountId,
    /// The address, folded for comparison.
    pub email_key: String,
    /// When it is over, µs.
    pub ends_at: i64,
}

/// A vault row: by what an accepted mail is found in the mail server's log. It is erased with the person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct ReceiptRow {
    /// The `MailAccepted` event.
    pub event_id: EventId,
    /// To whom the mail was.
    pub account_id: AccountId,
    /// The mail's Message-ID, with angle brackets.
    pub message_id: String,
    /// What the server calls it in its queue, if it said so: foreign text, printable and bounded.
    pub queue_id: Option<String>,
}

/// A vault row: the password an account has, hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct CredentialRow {
    /// The account; it has one password at a time.
    pub account_id: AccountId,
    /// Which password.
    pub credential_id: CredentialId,
    /// The hash, a PHC string.
    pub hash: String,
}

/// A vault row: a second factor's secret, sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct FactorRow {
    /// The account; it has one factor at a time.
    pub account_id: AccountId,
    /// Which factor.
    pub factor_id: FactorId,
    /// The sealed secret, as hex.
    pub sealed: String,
    /// Whether a code has confirmed it.
    pub confirmed: bool,
    /// When it was offered, µs.
    pub offered_at: i64,
}

/// A vault row: a recovery code, hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct RecoveryCodeRow {
    /// The code.
    pub code_id: CodeId,
    /// Whose.
    pub account_id: AccountId,
    /// Keyed hash of the code, as hex.
    pub hash: String,
}

/// A vault row: what somebody typed when asking for a reset; gone when answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct PendingRequestRow {
    /// The request.
    pub reset_id: ResetId,
    /// The username typed.
    pub username: String,
    /// The address typed.
    pub email: String,
    /// Keyed hash of where it came from, as hex: for limits.
    pub source_key: String,
    /// Keyed fingerprint of what was typed, as in the event.
    pub fingerprint: String,
    /// When, µs.
    pub requested_at: i64,
}

/// A vault row: where an event's caller was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct OriginRow {
    /// The event.
    pub event_id: EventId,
    /// The source address.
    pub source: String,
    /// The user agent, shortened.
    pub user_agent: String,
    /// When, µs.
    pub recorded_at: i64,
}

/// A vault row: a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct SessionRow {
    /// The session.
    pub session_id: SessionId,
    /// SHA-256 of its token, as hex.
    pub token_hash: String,
    /// Whose.
    pub account_id: AccountId,
    /// The password it was opened with; a session ends with its password.
    pub credential_id: CredentialId,
    /// Whether a second factor was used.
    pub second_factor: bool,
    /// When it was opened, µs.
    pub created_at: i64,
    /// When it was last used, µs.
    pub seen_at: i64,
    /// When it ends at the latest, µs.
    pub expires_at: i64,
    /// The user agent it was opened from, shortened.
    pub user_agent: String,
    /// The source address it was opened from.
    pub source: String,
}

/// A vault row: an answer given under an idempotency key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "store", derive(sqlx::FromRow))]
pub struct IdempotencyRow {
    /// Keyed hash of caller, command and key, as hex.
    pub key: String,
    /// Keyed hash of the body, as hex.
    pub body: String,
    /// The first event recorded, whose position the answer names.
    pub event_id: EventId,
    /// The HTTP status.
    pub status: i32,
    /// The body of the answer, JSON without the position.
    pub answer: String,
    /// When, µs.
    pub recorded_at: i64,
}

/// A change to the vault or a view, made in its commit's transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Sets an account's view row.
    PutAccount(AccountRow),
    /// Sets a reset's view row.
    PutReset(ResetRow),
    /// Sets a mail's view row; ends the claim on it.
    PutMail(MailRow),
    /// Sets who the person is; a username that is taken fails the commit.
    PutPerson(PersonRow),
    /// Suppresses an address, if it is (still) the one on file.
    PutSuppression(SuppressionRow),
    /// Ends the suppression of this address, folded.
    DropSuppression(String),
    /// Keeps by what an accepted mail is found in the mail server's log.
    PutReceipt(ReceiptRow),
    /// Sets the account's password.
    PutCredential(CredentialRow),
    /// Sets the account's second factor.
    PutFactor(FactorRow),
    /// Forgets the account's second factor and recovery codes.
    DropFactor(AccountId),
    /// Forgets the account's recovery codes.
    DropRecoveryCodes(AccountId),
    /// Adds a recovery code.
    PutRecoveryCode(RecoveryCodeRow),
    /// Keeps what somebody typed until the issuer has answered.
    PutPendingRequest(PendingRequestRow),
    /// Forgets it.
    DropPendingRequest(ResetId),
    /// Keeps where an event's caller was.
    PutOrigin(OriginRow),
    /// Opens a session.
    PutSession(SessionRow),
    /// Ends the account's sessions, but for one, which goes on with the new password.
    EndSessions {
        /// Whose.
        account_id: AccountId,
        /// The one that goes on, if any.
        keep: Option<SessionId>,
        /// The new password, if there is one.
        credential_id: Option<CredentialId>,
    },
    /// Keeps an answer under its idempotency key.
    PutIdempotency(IdempotencyRow),
    /// Forgets everything the vault has about a person.
    ErasePerson(AccountId),
}
