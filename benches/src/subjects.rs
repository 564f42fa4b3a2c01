//! What is written: the same account for all, with views or without.

use cqrs_es::{EventEnvelope, View};
use rekey_events::account::command::AccountRefusal;
use rekey_events::account::event::AccountEvent;
use rekey_events::account::{Account, AccountCommand};
use rekey_events::aggregate::Ruled;
use rekey_events::{Moment, Rules, StreamId};
use serde::{Deserialize, Serialize};

/// An account that shows in no view and owes no mail.
#[derive(Clone, Debug, Default)]
pub struct EventsAlone(Account);

impl Rules for EventsAlone {
    const NAME: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Refusal = AccountRefusal;

    fn decide(&self, at: Moment, command: &AccountCommand) -> Result<Vec<AccountEvent>, AccountRefusal> {
        self.0.decide(at, command)
    }

    fn apply(&mut self, at: Moment, event: &AccountEvent) {
        self.0.apply(at, event);
    }

    fn subject(&self, stream: StreamId) -> Option<rekey_events::AccountId> {
        self.0.subject(stream)
    }
}

/// The aggregate as cqrs-es' framework takes it.
pub type Subject = Ruled<EventsAlone>;

/// An account as the peers' view repository keeps it: what our view row has.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct AccountView {
    origin: Option<String>,
    registered_at: Option<Moment>,
    last_signed_in_at: Option<Moment>,
    credential: Option<rekey_events::CredentialId>,
    must_change: bool,
    self_service: String,
    by_administrator: String,
    link: Option<rekey_events::ResetId>,
    link_expires_at: Option<Moment>,
}

impl View<Subject> for AccountView {
    fn update(&mut self, event: &EventEnvelope<Subject>) {
        let at = event.payload.at;
        match &event.payload.what {
            AccountEvent::AccountRegistered { origin } => {
                self.origin = Some(<&str>::from(origin).to_owned());
                self.registered_at = Some(at);
                self.self_service = "eligible".to_owned();
                self.by_administrator = "never_signed_in".to_owned();
            }
            AccountEvent::PasswordSet { credential, must_change, .. } => {
                self.credential = Some(*credential);
                self.must_change = *must_change;
            }
            AccountEvent::ResetLinkIssued { reset, expires_at } => {
                self.link = Some(*reset);
                self.link_expires_at = Some(*expires_at);
            }
            _ => {}
        }
    }
}

/// The mail owed last, as the peers' view repository keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct MailView {
    kind: String,
    account: String,
    reset: Option<rekey_events::ResetId>,
    state: String,
    attempts: u32,
    requested_at: Option<Moment>,
    due_at: Option<Moment>,
    expires_at: Option<Moment>,
}

impl View<Subject> for MailView {
    fn update(&mut self, event: &EventEnvelope<Subject>) {
        if let AccountEvent::ResetLinkIssued { reset, expires_at } = &event.payload.what {
            *self = Self {
                kind: "reset_link".to_owned(),
                account: event.aggregate_id.clone(),
                reset: Some(*reset),
                state: "pending".to_owned(),
                attempts: 0,
                requested_at: Some(event.payload.at),
                due_at: Some(event.payload.at),
                expires_at: Some(*expires_at),
            };
        }
    }
}

/// Whether an event makes us owe a mail.
pub fn owes_mail(event: &EventEnvelope<Subject>) -> bool {
    matches!(event.payload.what, AccountEvent::ResetLinkIssued { .. })
}
