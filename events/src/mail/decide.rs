//! What happens when a mail is asked for something.

use crate::mail::command::{MailCommand, MailRefusal};
use crate::mail::event::MailEvent;
use crate::mail::state::{Mail, MailState, may_be_copy};
use crate::policy::COPIES;

/// The events to record, none when it is already so, or why not.
type Answer = Result<Vec<MailEvent>, MailRefusal>;

/// Decides one command.
pub(super) fn decide(mail: &Mail, command: &MailCommand) -> Answer {
    use MailCommand as C;
    match (mail.state, command) {
        (MailState::Unrequested, C::Request { .. }) => Ok(vec![event(command)]),
        (MailState::Unrequested, _) => Err(MailRefusal::NoSuchMail),
        (_, C::Request { .. }) => Ok(Vec::new()),
        (state, C::Accept { .. }) => Ok(accept(state, command)),
        (state, C::Requeue { .. }) => requeue(state, command),
        (state, C::Reroute { .. }) if state.is_due() && !mail.may_go_elsewhere() => {
            Err(MailRefusal::NotReroutable)
        }
        (_, _) => attempt(mail, command),
    }
}

/// A server's 250 is a fact, whatever was recorded meanwhile by a worker that
/// took over: it is told in any state, once.
fn accept(state: MailState, command: &MailCommand) -> Vec<MailEvent> {
    if state == MailState::Accepted { Vec::new() } else { vec![event(command)] }
}

fn requeue(state: MailState, command: &MailCommand) -> Answer {
    if state.is_requeuable() { Ok(vec![event(command)]) } else { Err(MailRefusal::NotRequeuable) }
}

/// All else is for a mail that is still to be sent.
fn attempt(mail: &Mail, command: &MailCommand) -> Answer {
    let state = mail.state;
    if state.is_due() {
        return Ok(vec![unconfirmed(mail, command).unwrap_or_else(|| event(command))]);
    }
    if outcome(command) == Some(state) { Ok(Vec::new()) } else { Err(MailRefusal::Settled) }
}

/// The outcome that a command asks for.
fn outcome(command: &MailCommand) -> Option<MailState> {
    match command {
        MailCommand::Reject { .. } => Some(MailState::Rejected),
        MailCommand::Suppress => Some(MailState::Suppressed),
        MailCommand::Expire => Some(MailState::Expired),
        MailCommand::Supersede => Some(MailState::Superseded),
        MailCommand::Bury { .. } => Some(MailState::Dead),
        _ => None,
    }
}

/// The end of resends: as many copies as may be have gone out, perhaps, and none was confirmed.
fn unconfirmed(mail: &Mail, command: &MailCommand) -> Option<MailEvent> {
    let MailCommand::LoseTrack { reason, provider, code, enhanced, failure, .. } = command.clone() else {
        return None;
    };
    let copies = mail.copies.saturating_add(u16::from(may_be_copy(reason, provider.as_deref())));
    let unconfirmed = MailEvent::MailUnconfirmed { reason, provider, copies, code, enhanced, failure };
    (copies >= COPIES).then_some(unconfirmed)
}

/// The event that says a command was done.
fn event(command: &MailCommand) -> MailEvent {
    use MailCommand as C;
    use MailEvent as E;
    match command.clone() {
        C::Request { kind, account, reset, expires_at } => {
            E::MailRequested { kind, account, reset, expires_at }
        }
        C::Accept { provider, code } => E::MailAccepted { provider, code },
        C::Defer { phase, code, enhanced, due_at, counted, provider, failure } => {
            E::MailDeferred { phase, code, enhanced, due_at, counted, provider, failure }
        }
        C::Reroute { provider, phase, code, enhanced, due_at } => {
            E::MailRerouted { provider, phase, code, enhanced, due_at }
        }
        C::LoseTrack { reason, due_at, provider, code, enhanced, failure } => {
            E::MailOutcomeUnknown { reason, due_at, provider, code, enhanced, failure }
        }
        C::Reject { phase, code, enhanced, provider } => E::MailRejected { phase, code, enhanced, provider },
        C::Suppress => E::MailSuppressed {},
        C::Expire => E::MailExpired {},
        C::Supersede => E::MailSuperseded {},
        C::Bury { reason, code, enhanced, phase, provider } => {
            E::MailDead { reason, code, enhanced, phase, provider }
        }
        C::Requeue { expires_at } => E::MailRequeued { expires_at },
    }
}
