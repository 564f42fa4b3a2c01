//! The second factor's life, and permissions.

use rekey_events::account::{AccountCommand as C, AccountEvent as E, AccountRefusal as R};

use super::Answer;
use crate::history::History;

pub fn answer(history: &History, command: &C) -> Answer {
    let events = match (command.clone(), history.factor()) {
        (C::EnrolSecondFactor { .. }, Some(_)) => return Err(R::SecondFactorEnrolled),
        (C::EnrolSecondFactor { step: None, .. }, None) => return Err(R::WrongCode),
        (C::EnrolSecondFactor { factor, recovery_codes, step: Some(step) }, None) => {
            vec![E::SecondFactorEnrolled { factor, recovery_codes, step }]
        }
        (C::ReplaceRecoveryCodes { .. } | C::RemoveSecondFactor { .. }, None) => {
            return Err(R::NoSecondFactor);
        }
        (C::ReplaceRecoveryCodes { recovery_codes }, Some(_)) => {
            vec![E::RecoveryCodesReplaced { recovery_codes }]
        }
        (C::RemoveSecondFactor { by }, Some(factor)) => vec![E::SecondFactorRemoved { factor, by }],
        (C::GrantPermission(permission), _) if !history.may(permission) => {
            vec![E::PermissionGranted { permission }]
        }
        (C::RevokePermission(permission), _) if history.may(permission) => {
            vec![E::PermissionRevoked { permission }]
        }
        (C::LiftSuppression { is_suppressed: true }, _) => vec![E::SuppressionLifted {}],
        _ => vec![],
    };
    Ok(events)
}
