//! Accounts that live: a log with the events and the proportions of a real one, its views left out.

use std::sync::Arc;
use std::time::Duration;

use rekey_events::account::event::{Channel, Origin};
use rekey_events::account::{Account, AccountEvent as A};
use rekey_events::aggregate::{EventKind, Rules};
use rekey_events::envelope::{Metadata, NewEvent, canonical, payload};
use rekey_events::mail::{Mail, MailEvent as M, MailKind};
use rekey_events::request::{Request, RequestEvent as R};
use rekey_events::store::{Commit, Log, Store};
use rekey_events::{AccountId, CredentialId, Env, EventId, MailId, ResetId, StreamId, SystemEnv};

/// Events in a commit.
const AT_ONCE: usize = 5000;

/// One after the other, what happens to accounts.
struct Lives {
    env: SystemEnv,
    metadata: Vec<u8>,
    events: Vec<NewEvent>,
}

/// Appends so many events.
pub async fn live(store: &Store, events: i64) {
    let (log, writer) = Log::open(store.clone(), Arc::new(SystemEnv)).await.unwrap();
    tokio::spawn(writer.run());
    let metadata =
        Metadata { actor: "system:issuer".to_owned(), correlation: SystemEnv.uuid(), causation: None };
    let metadata = canonical(&metadata).unwrap();
    let mut lives = Lives { env: SystemEnv, metadata, events: Vec::new() };
    let mut left = usize::try_from(events).unwrap();
    while left > 0 {
        while lives.events.len() < AT_ONCE.min(left) {
            lives.one();
        }
        let rest = lives.events.split_off(AT_ONCE.min(left));
        let events = std::mem::replace(&mut lives.events, rest);
        left -= events.len();
        log.append(Commit { events, ..Commit::default() }).await.unwrap();
    }
}

impl Lives {
    /// An account is made, signs in some times, forgets its password, gets a link and uses it.
    fn one(&mut self) {
        let (account, reset) = (AccountId::new(&self.env), ResetId::new(&self.env));
        let expires_at = self.env.now().after(Duration::from_secs(3600));
        let credential = || CredentialId::new(&SystemEnv);
        let mut own = vec![A::AccountRegistered { origin: Origin::App }];
        own.push(A::PasswordSet { credential: credential(), channel: Channel::App, must_change: false });
        own.extend((0..3).map(|_| A::SignedIn { channel: Channel::App, second_factor: None }));
        own.push(A::ResetLinkIssued { reset, expires_at });
        own.push(A::ResetCompleted { reset, credential: credential(), second_factor: None });
        own.push(A::SignedIn { channel: Channel::App, second_factor: None });
        self.all::<Account>(account.into(), &own);
        let fingerprint = "5f2c9a7e11d84c03b6a0e4f19d2c7b58".to_owned();
        self.all::<Request>(reset.into(), &[R::ResetRequested { fingerprint }, R::ResetMatched { account }]);
        for (kind, reset) in [(MailKind::ResetLink, Some(reset)), (MailKind::PasswordChanged, None)] {
            let requested = M::MailRequested { kind, account, reset, expires_at };
            let accepted = M::MailAccepted { provider: "smtp.example.org".to_owned(), code: 250 };
            self.all::<Mail>(MailId::new(&self.env).into(), &[requested, accepted]);
        }
    }

    fn all<S: Rules>(&mut self, stream: StreamId, events: &[S::Event]) {
        let mut state = S::default();
        for (event, version) in events.iter().zip(1..) {
            state.apply(self.env.now(), event);
            self.events.push(NewEvent {
                stream,
                version,
                event_id: EventId::new(&self.env),
                name: event.type_name(),
                schema: event.schema(),
                recorded_at: self.env.now(),
                payload: payload(event).unwrap(),
                metadata: self.metadata.clone(),
                subject: state.subject(stream),
            });
        }
    }
}
