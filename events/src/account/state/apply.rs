//! How each event changes an account.

use crate::account::event::{AccountEvent, SecondFactorUsed};
use crate::account::state::{Account, End, Factor, Failures, Reset};
use crate::ids::{CredentialId, ResetId};
use crate::moment::Moment;

/// Takes in one event. Whatever is in the log is so: nothing here says no.
pub fn apply(account: &mut Account, at: Moment, event: &AccountEvent) {
    use AccountEvent as E;
    match event {
        E::AccountRegistered { origin } => account.registered = Some((*origin, at)),
        E::SignedIn { second_factor, .. } => account.signed_in(at, second_factor.as_ref()),
        E::SignInFailed { reason } => account.sign_ins.count(at, *reason),
        E::ResetLinkIssued { reset, expires_at } => account.issued(Reset::new(*reset, None, at, *expires_at)),
        E::AdminResetIssued { reset, expires_at, by } => {
            account.issued(Reset::new(*reset, Some(*by), at, *expires_at));
        }
        E::ResetAttemptRefused { reset, fingerprint, .. } => account.refused(*reset, fingerprint.as_deref()),
        E::ResetCompleted { reset, credential, second_factor } => {
            account.ended(*reset, End::Completed, at);
            account.used(second_factor.as_ref());
            account.renewed(*credential, false);
        }
        E::ResetSuperseded { reset, .. } => account.ended(*reset, End::Superseded, at),
        E::ResetExpired { reset } => account.ended(*reset, End::Expired, at),
        E::ResetRevoked { reset, .. } => account.ended(*reset, End::Revoked, at),
        E::PasswordChanged { credential } => account.renewed(*credential, false),
        E::PasswordChangeFailed { reason } => account.changes.count(at, *reason),
        E::PasswordSet { credential, must_change, .. } => account.renewed(*credential, *must_change),
        E::SecondFactorEnrolled { factor, recovery_codes, step } => {
            account.factor = Some(Factor { id: *factor, last_step: *step, codes: recovery_codes.clone() });
        }
        E::RecoveryCodesReplaced { recovery_codes } => {
            if let Some(factor) = &mut account.factor {
                factor.codes.clone_from(recovery_codes);
            }
        }
        E::SecondFactorRemoved { .. } => account.factor = None,
        E::PermissionGranted { permission } => _ = account.permissions.insert(*permission),
        E::PermissionRevoked { permission } => _ = account.permissions.remove(permission),
        // Which addresses are suppressed is in the vault.
        E::SuppressionLifted {} => {}
        E::PersonErased {} => account.erase(),
    }
}

impl Account {
    fn signed_in(&mut self, at: Moment, second_factor: Option<&SecondFactorUsed>) {
        self.last_signed_in = Some(at);
        self.sign_ins = Failures::default();
        self.used(second_factor);
    }

    fn used(&mut self, second_factor: Option<&SecondFactorUsed>) {
        if let (Some(factor), Some(used)) = (&mut self.factor, second_factor) {
            factor.use_up(used);
        }
    }

    /// A new password begins new counts, so that a stranger's failures keep
    /// nobody out who has just proved who they are.
    fn renewed(&mut self, credential: CredentialId, must_change: bool) {
        self.credential = Some(credential);
        self.must_change = must_change;
        self.sign_ins = Failures::default();
        self.changes = Failures::default();
    }

    fn issued(&mut self, reset: Reset) {
        self.resets.retain(|older| !older.is_forgettable(reset.issued_at));
        self.resets.push(reset);
    }

    fn refused(&mut self, id: ResetId, wrong_username: Option<&str>) {
        if let Some(reset) = self.resets.iter_mut().find(|reset| reset.id == id) {
            reset.refusals = reset.refusals.saturating_add(1);
            reset.wrong_usernames.extend(wrong_username.map(str::to_owned));
        }
    }

    fn ended(&mut self, id: ResetId, end: End, at: Moment) {
        if let Some(reset) = self.resets.iter_mut().find(|reset| reset.id == id) {
            reset.ended = Some((end, at));
        }
    }

    fn erase(&mut self) {
        *self = Self {
            registered: self.registered,
            last_signed_in: self.last_signed_in,
            resets: std::mem::take(&mut self.resets),
            erased: true,
            ..Self::default()
        };
    }
}
