//! The second factor.

use super::Answer;
use crate::account::command::AccountRefusal;
use crate::account::event::{AccountEvent, RemovedBy};
use crate::account::state::Account;
use crate::ids::{CodeId, FactorId};

pub fn enrol(account: &Account, factor: FactorId, recovery_codes: &[CodeId], step: Option<u64>) -> Answer {
    if account.factor.is_some() {
        return Err(AccountRefusal::SecondFactorEnrolled);
    }
    let step = step.ok_or(AccountRefusal::WrongCode)?;
    Ok(vec![AccountEvent::SecondFactorEnrolled { factor, recovery_codes: recovery_codes.to_vec(), step }])
}

pub fn replace_codes(account: &Account, recovery_codes: &[CodeId]) -> Answer {
    account.factor().ok_or(AccountRefusal::NoSecondFactor)?;
    Ok(vec![AccountEvent::RecoveryCodesReplaced { recovery_codes: recovery_codes.to_vec() }])
}

pub fn remove(account: &Account, by: RemovedBy) -> Answer {
    let factor = account.factor().ok_or(AccountRefusal::NoSecondFactor)?;
    Ok(vec![AccountEvent::SecondFactorRemoved { factor, by }])
}
