//! The rules of an account, as stories: given – when – then.

mod admin_link;
mod administrator;
mod complete;
mod erased;
mod factor;
mod lifecycle;
mod link;
mod link_ends;
mod link_limits;
mod owes;
mod password;
mod permission;
mod rows;
mod sign_in;
mod throttle;

use crate::account::command::{AccountCommand, PasswordProof, SecondFactorProof, UsernameProof};
use crate::account::event::{
    AccountEvent, Channel, Failure, Origin, RemovedBy, ResetAttempt, RevokedBy, SecondFactorUsed,
    SupersededBy,
};
use crate::account::{Account, AccountRefusal, Ineligible};
use crate::ids::CredentialId;
use crate::permission::Permission;
use crate::story::{Story, id, t};

use AccountCommand as C;
use AccountEvent as E;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// An account that is not there yet.
fn nobody() -> Story<Account> {
    Story::given([])
}

/// Somebody created in the app with password 1.
fn app<const N: usize>(history: [(i64, E); N]) -> Story<Account> {
    person(Origin::App, history)
}

/// Somebody created in the desktop app with password 1.
fn desktop<const N: usize>(history: [(i64, E); N]) -> Story<Account> {
    person(Origin::Desktop, history)
}

fn person<const N: usize>(origin: Origin, history: [(i64, E); N]) -> Story<Account> {
    Story::given([(0, E::AccountRegistered { origin }), (0, set(1))]).and(history)
}

/// Somebody with password 1, second factor 1, its code of step 100 used and
/// recovery codes 1 and 2 left.
fn with_factor<const N: usize>(history: [(i64, E); N]) -> Story<Account> {
    app([(0, enrolled())]).and(history)
}

fn set(password: u128) -> E {
    E::PasswordSet { credential: id(password), channel: Channel::App, must_change: false }
}

fn enrolled() -> E {
    E::SecondFactorEnrolled { factor: id(1), recovery_codes: vec![id(1), id(2)], step: 100 }
}

fn signed_in(second_factor: Option<SecondFactorUsed>) -> E {
    E::SignedIn { channel: Channel::App, second_factor }
}

fn sign_in_failed(reason: Failure) -> E {
    E::SignInFailed { reason }
}

/// Link `reset`, issued at `second`.
fn link(reset: u128, second: i64) -> E {
    E::ResetLinkIssued { reset: id(reset), expires_at: t(second + HOUR) }
}

/// Link `reset`, issued by administrator 7 at `second`.
fn admin_link(reset: u128, second: i64) -> E {
    E::AdminResetIssued { reset: id(reset), expires_at: t(second + HOUR), by: id(7) }
}

fn superseded(reset: u128, by: SupersededBy) -> E {
    E::ResetSuperseded { reset: id(reset), by }
}

fn expired(reset: u128) -> E {
    E::ResetExpired { reset: id(reset) }
}

fn revoked(reset: u128, by: RevokedBy) -> E {
    E::ResetRevoked { reset: id(reset), by }
}

fn refused(reset: u128, reason: ResetAttempt) -> E {
    let is_username = reason == ResetAttempt::WrongUsername;
    E::ResetAttemptRefused { reset: id(reset), reason, fingerprint: is_username.then(|| "nobody".to_owned()) }
}

/// A wrong username, by its fingerprint.
fn refused_username(reset: u128, fingerprint: &str) -> E {
    let reason = ResetAttempt::WrongUsername;
    E::ResetAttemptRefused { reset: id(reset), reason, fingerprint: Some(fingerprint.to_owned()) }
}

fn completed(reset: u128, password: u128, second_factor: Option<SecondFactorUsed>) -> E {
    E::ResetCompleted { reset: id(reset), credential: id(password), second_factor }
}

fn sign_in(password: PasswordProof, second_factor: SecondFactorProof) -> C {
    C::SignIn { password, second_factor }
}

fn right(password: u128) -> PasswordProof {
    PasswordProof::Matches(id(password))
}

fn totp(step: u64) -> SecondFactorUsed {
    SecondFactorUsed::Totp { step }
}

fn recovery_code(code: u128) -> SecondFactorUsed {
    SecondFactorUsed::RecoveryCode { code: id(code) }
}

fn issue(reset: u128) -> C {
    C::IssueReset { reset: id(reset) }
}

fn admin_issue(reset: u128) -> C {
    C::IssueAdminReset { reset: id(reset), by: id(7) }
}

/// Uses link `reset` for password 9, without a second factor.
fn complete(reset: u128) -> C {
    complete_with(reset, None)
}

/// Uses link `reset` for password 9; with `Some`, policy asks for the factor.
fn complete_with(reset: u128, asked: Option<SecondFactorProof>) -> C {
    C::CompleteReset {
        reset: id(reset),
        username: UsernameProof::Matches,
        credential: id(9),
        needs_second_factor: asked.is_some(),
        second_factor: asked.unwrap_or(SecondFactorProof::None),
    }
}

/// Presents link `reset` with a username that is not the account's.
fn guess_username(reset: u128, username: &str) -> C {
    C::CompleteReset {
        reset: id(reset),
        username: UsernameProof::Wrong(username.to_owned()),
        credential: id(9),
        needs_second_factor: false,
        second_factor: SecondFactorProof::None,
    }
}
