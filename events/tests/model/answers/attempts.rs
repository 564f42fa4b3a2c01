//! Signing in and changing the password.

use std::time::Duration;

use rekey_events::account::event::{Channel, Failure, SecondFactorUsed, SupersededBy};
use rekey_events::account::{AccountEvent as E, AccountRefusal as R, PasswordProof, SecondFactorProof};
use rekey_events::{CredentialId, Moment};

use super::Answer;
use super::links::with_end;
use crate::history::{DAY, History};

pub fn sign_in(history: &History, at: Moment, password: PasswordProof, proof: SecondFactorProof) -> Answer {
    let mut failure = failure(history, &history.failed_sign_ins(), at, password);
    if failure.is_none() && history.factor().is_some() {
        if proof == SecondFactorProof::None {
            return Err(R::SecondFactorRequired);
        }
        failure = (!is_fresh(history, proof)).then_some(Failure::WrongCode);
    }
    if let Some(reason) = failure {
        return Ok(vec![E::SignInFailed { reason }]);
    }
    let event = E::SignedIn { channel: Channel::App, second_factor: used(history, proof) };
    Ok(with_end(history, at, event, SupersededBy::SignIn))
}

pub fn change(history: &History, at: Moment, current: PasswordProof, credential: CredentialId) -> Answer {
    if let Some(reason) = failure(history, &history.failed_changes(), at, current) {
        return Ok(vec![E::PasswordChangeFailed { reason }]);
    }
    Ok(with_end(history, at, E::PasswordChanged { credential }, SupersededBy::NewPassword))
}

/// Why a password does not do, after these failures in a row.
fn failure(history: &History, failures: &[Moment], at: Moment, password: PasswordProof) -> Option<Failure> {
    let delays = [0, 0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900];
    let failures = of_a_day(failures, at);
    let delay = Duration::from_secs(delays[failures.len().min(delays.len() - 1)]);
    if failures.last().is_some_and(|last| at < last.after(delay)) {
        return Some(Failure::Throttled);
    }
    let current = history.passwords().last().map(|current| PasswordProof::Matches(*current));
    (current != Some(password)).then_some(Failure::WrongPassword)
}

/// The failures that count at `at`: those within a day of the first one that does.
fn of_a_day(failures: &[Moment], at: Moment) -> &[Moment] {
    let mut counted = failures;
    while let Some(first) = counted.first().copied().filter(|first| at > first.after(DAY)) {
        let over = counted.iter().take_while(|failure| **failure <= first.after(DAY)).count();
        counted = &counted[over..];
    }
    counted
}

/// Whether this second factor counts and was not used before.
pub fn is_fresh(history: &History, proof: SecondFactorProof) -> bool {
    match proof {
        SecondFactorProof::Valid(SecondFactorUsed::Totp { step }) => step > history.last_step(),
        SecondFactorProof::Valid(SecondFactorUsed::RecoveryCode { code }) => {
            history.codes().contains(&code) && !history.is_used(code)
        }
        SecondFactorProof::None | SecondFactorProof::Wrong => false,
    }
}

/// What is noted as used: nothing, where no factor is enrolled.
pub fn used(history: &History, proof: SecondFactorProof) -> Option<SecondFactorUsed> {
    match proof {
        SecondFactorProof::Valid(used) if history.factor().is_some() => Some(used),
        _ => None,
    }
}
