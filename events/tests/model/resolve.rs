//! From words to commands: what is asked, in the light of a history.

use rekey_events::account::event::{Channel, SecondFactorUsed};
use rekey_events::account::{
    AccountCommand as C, AccountEvent as E, PasswordProof, SecondFactorProof, UsernameProof,
};
use rekey_events::{CodeId, Moment, ResetId};
use uuid::Uuid;

use crate::asks::{Ask, Factor, Link, Password, Username};
use crate::history::{DAY, History};

impl Ask {
    pub fn command(self, at: Moment, history: &History) -> C {
        let credential = fresh(history, 0).into();
        match self {
            Self::Register(origin, password, must_change) => {
                C::Register { origin, credential: password.then_some(credential), must_change }
            }
            Self::SignIn(password, factor) => {
                C::SignIn { password: password.proof(history), second_factor: factor.proof(history) }
            }
            Self::RecordSignIn => C::RecordSignIn,
            Self::Issue(link) => C::IssueReset { reset: link.to_issue(at, history) },
            Self::IssueByAdministrator(link) => {
                C::IssueAdminReset { reset: link.to_issue(at, history), by: Uuid::from_u128(7).into() }
            }
            Self::Complete(link, username, needs_second_factor, factor) => C::CompleteReset {
                reset: link.among(history),
                username: username.proof(),
                credential,
                needs_second_factor,
                second_factor: factor.proof(history),
            },
            Self::Revoke(link, by) => C::RevokeReset { reset: link.map(|link| link.among(history)), by },
            Self::Expire => C::ExpireResets,
            Self::Change(password) => C::ChangePassword { current: password.proof(history), credential },
            Self::Set(must_change) => C::SetPassword { credential, channel: Channel::Desktop, must_change },
            Self::Enrol(right) => C::EnrolSecondFactor {
                factor: fresh(history, 0).into(),
                recovery_codes: fresh_codes(history),
                step: right.then_some(1000),
            },
            Self::ReplaceCodes => C::ReplaceRecoveryCodes { recovery_codes: fresh_codes(history) },
            Self::RemoveFactor(by) => C::RemoveSecondFactor { by },
            Self::Grant(permission) => C::GrantPermission(permission),
            Self::Withdraw(permission) => C::RevokePermission(permission),
            Self::LiftSuppression(is_suppressed) => C::LiftSuppression { is_suppressed },
            Self::Erase => C::Erase,
        }
    }
}

impl Username {
    fn proof(self) -> UsernameProof {
        match self {
            Self::Right => UsernameProof::Matches,
            Self::Wrong(other) => UsernameProof::Wrong(other.to_string()),
        }
    }
}

impl Password {
    fn proof(self, history: &History) -> PasswordProof {
        let passwords = history.passwords();
        let meant = match self {
            Self::Current => passwords.last(),
            Self::Older => passwords.iter().rev().nth(1),
            Self::Wrong => None,
        };
        meant.map_or(PasswordProof::Wrong, |password| PasswordProof::Matches(*password))
    }
}

impl Factor {
    fn proof(self, history: &History) -> SecondFactorProof {
        let totp = |step| SecondFactorProof::Valid(SecondFactorUsed::Totp { step });
        match self {
            Self::None => SecondFactorProof::None,
            Self::Fresh => totp(history.last_step() + 1),
            Self::Replayed => totp(history.last_step()),
            Self::Code(n) => any_code(history, n).map_or(SecondFactorProof::Wrong, |code| {
                SecondFactorProof::Valid(SecondFactorUsed::RecoveryCode { code })
            }),
            Self::Wrong => SecondFactorProof::Wrong,
        }
    }
}

impl Link {
    /// One of those ever issued, or one that never was.
    fn among(self, history: &History) -> ResetId {
        let links = history.links();
        let meant = match self {
            Self::New => None,
            Self::Newest => links.last(),
            Self::Any(n) => links.get(n % links.len().max(1)),
        };
        meant.map_or(fresh(history, 0).into(), |(link, ..)| *link)
    }

    /// A link to issue: a new one, or one of the last day again. Whether an
    /// older one was issued, the request's own stream knows.
    fn to_issue(self, at: Moment, history: &History) -> ResetId {
        let meant = self.among(history);
        let is_old =
            history.links().iter().any(|(link, issued_at, _)| *link == meant && at.since(*issued_at) >= DAY);
        if is_old { fresh(history, 0).into() } else { meant }
    }
}

/// An id never used so far: the history grows by what uses one.
fn fresh(history: &History, n: usize) -> Uuid {
    Uuid::from_u128((history.0.len() as u128 + 1000) * 10 + n as u128)
}

fn fresh_codes(history: &History) -> Vec<CodeId> {
    (1..4).map(|n| fresh(history, n).into()).collect()
}

/// One of all codes there ever were.
fn any_code(history: &History, n: usize) -> Option<CodeId> {
    let codes = history.events().flat_map(|event| match event {
        E::SecondFactorEnrolled { recovery_codes, .. } | E::RecoveryCodesReplaced { recovery_codes } => {
            recovery_codes.as_slice()
        }
        _ => &[],
    });
    let codes: Vec<_> = codes.collect();
    codes.get(n % codes.len().max(1)).map(|code| **code)
}
