//! Links issued, used and ended.

use std::time::Duration;

use rekey_events::account::event::{ResetAttempt, RevokedBy, SupersededBy};
use rekey_events::account::{
    AccountCommand as C, AccountEvent as E, AccountRefusal as R, Ineligible, SecondFactorProof, UsernameProof,
};
use rekey_events::{Moment, ResetId};

use super::Answer;
use super::attempts::{is_fresh, used};
use crate::history::{DAY, History};

pub fn issue(history: &History, at: Moment, command: &C) -> Answer {
    let (reset, by) = match command {
        C::IssueReset { reset } => (*reset, None),
        C::IssueAdminReset { reset, by } => (*reset, Some(*by)),
        _ => return Ok(vec![]),
    };
    if history.links().iter().any(|(known, ..)| *known == reset) {
        return Ok(vec![]);
    }
    let is_app = by.is_none() && history.is_from_app();
    if !is_app && !history.signed_in() {
        return Err(R::NotEligible(Ineligible::NeverSignedIn));
    }
    let ages: Vec<_> = history.links().iter().map(|(_, issued_at, _)| at.since(*issued_at)).collect();
    if ages.iter().any(|age| *age < Duration::from_secs(60)) {
        return Err(R::NotEligible(Ineligible::TooSoon));
    }
    if ages.iter().filter(|age| **age < DAY).count() >= 5 {
        return Err(R::NotEligible(Ineligible::TooMany));
    }
    let expires_at = Moment::from_micros((at.micros() / 1_000_000 + 3600) * 1_000_000);
    let event = match by {
        None => E::ResetLinkIssued { reset, expires_at },
        Some(by) => E::AdminResetIssued { reset, expires_at, by },
    };
    let mut events = with_end(history, at, event, SupersededBy::NewerLink);
    events.reverse();
    Ok(events)
}

pub fn complete(history: &History, at: Moment, command: &C) -> Answer {
    let C::CompleteReset { reset, username, credential, needs_second_factor, second_factor } = command else {
        return Ok(vec![]);
    };
    let (reset, credential) = (*reset, *credential);
    if !history.open_links().iter().any(|(open, until)| *open == reset && at < *until) {
        return Err(R::LinkUnusable);
    }
    let asks = *needs_second_factor && history.factor().is_some();
    let second_factor = if asks { *second_factor } else { SecondFactorProof::None };
    let mut fingerprint = None;
    let reason = if let UsernameProof::Wrong(wrong) = username {
        if history.has_refused_username(reset, wrong) {
            return Ok(vec![]);
        }
        fingerprint = Some(wrong.clone());
        ResetAttempt::WrongUsername
    } else if asks && second_factor == SecondFactorProof::None {
        return Err(R::SecondFactorRequired);
    } else if asks && !is_fresh(history, second_factor) {
        ResetAttempt::WrongCode
    } else {
        return Ok(vec![E::ResetCompleted {
            reset,
            credential,
            second_factor: used(history, second_factor),
        }]);
    };
    let mut events = vec![E::ResetAttemptRefused { reset, reason, fingerprint }];
    if history.refusals_of(reset) == 4 {
        events.push(E::ResetRevoked { reset, by: RevokedBy::WrongUsernames });
    }
    Ok(events)
}

pub fn revoked(history: &History, at: Moment, only: Option<ResetId>, by: RevokedBy) -> Vec<E> {
    let mut events = ends(history, at, |reset| E::ResetRevoked { reset, by });
    if only.is_some_and(|only| history.open_links().iter().all(|(open, _)| *open != only)) {
        events.clear();
    }
    events
}

pub fn expired(history: &History, at: Moment) -> Vec<E> {
    let over = history.open_links().into_iter().filter(|(_, until)| at >= *until);
    over.map(|(reset, _)| E::ResetExpired { reset }).collect()
}

pub fn erased(history: &History, at: Moment) -> Vec<E> {
    let mut events = ends(history, at, |reset| E::ResetRevoked { reset, by: RevokedBy::Erasure });
    events.push(E::PersonErased {});
    events
}

/// An event, then the end that it brings to the open link.
pub fn with_end(history: &History, at: Moment, event: E, by: SupersededBy) -> Vec<E> {
    let mut events = ends(history, at, |reset| E::ResetSuperseded { reset, by });
    events.insert(0, event);
    events
}

fn ends(history: &History, at: Moment, end: impl Fn(ResetId) -> E) -> Vec<E> {
    let end = |(reset, until)| if at >= until { E::ResetExpired { reset } } else { end(reset) };
    history.open_links().into_iter().map(end).collect()
}
