//! What each command ought to be answered, read from the history alone.

mod attempts;
mod links;
mod rights;

use rekey_events::Moment;
use rekey_events::account::event::{Channel, Origin, SupersededBy};
use rekey_events::account::{AccountCommand as C, AccountEvent as E, AccountRefusal as R, Ineligible};

use crate::history::History;
use links::with_end;

pub type Answer = Result<Vec<E>, R>;

/// The answer to a command that comes at `at`.
pub fn expected(history: &History, at: Moment, command: &C) -> Answer {
    match command {
        C::Register { .. } if !history.0.is_empty() => Err(R::AlreadyRegistered),
        C::Register { .. } => Ok(registered(command)),
        _ if history.exists() => of_existing(history, at, command),
        C::CompleteReset { .. } => Err(R::LinkUnusable),
        C::Erase if history.is_erased() => Ok(vec![]),
        C::IssueReset { .. } | C::IssueAdminReset { .. } if history.is_erased() => {
            Err(R::NotEligible(Ineligible::Erased))
        }
        _ => Err(R::NoSuchAccount),
    }
}

fn registered(command: &C) -> Vec<E> {
    let C::Register { origin, credential, must_change } = *command else { return vec![] };
    let channel = if origin == Origin::App { Channel::App } else { Channel::Desktop };
    let mut events = vec![E::AccountRegistered { origin }];
    events.extend(credential.map(|credential| E::PasswordSet { credential, channel, must_change }));
    events
}

fn of_existing(history: &History, at: Moment, command: &C) -> Answer {
    match command {
        C::SignIn { password, second_factor } => attempts::sign_in(history, at, *password, *second_factor),
        C::RecordSignIn => {
            let event = E::SignedIn { channel: Channel::Desktop, second_factor: None };
            Ok(with_end(history, at, event, SupersededBy::SignIn))
        }
        C::ChangePassword { current, credential } => attempts::change(history, at, *current, *credential),
        C::SetPassword { credential, channel, must_change } => {
            let event =
                E::PasswordSet { credential: *credential, channel: *channel, must_change: *must_change };
            Ok(with_end(history, at, event, SupersededBy::NewPassword))
        }
        C::IssueReset { .. } | C::IssueAdminReset { .. } => links::issue(history, at, command),
        C::CompleteReset { .. } => links::complete(history, at, command),
        C::RevokeReset { reset, by } => Ok(links::revoked(history, at, *reset, *by)),
        C::ExpireResets => Ok(links::expired(history, at)),
        C::Erase => Ok(links::erased(history, at)),
        _ => rights::answer(history, command),
    }
}
