//! What was true then, from the stored log, against a plain reading of what had happened by then.

use std::collections::BTreeMap;

use rekey_events::account::{Account, AccountEvent as E};
use rekey_events::aggregate::EventKind;
use rekey_events::env::ManualEnv;
use rekey_events::envelope::{NewEvent, payload};
use rekey_events::mail::{Mail, MailCommand};
use rekey_events::replay::{AsOf, Point};
use rekey_events::store::{Commit, Log, Store};
use rekey_events::{AccountId, EventId, MailId, Moment, Permission, Rules, StreamId};
use strum::IntoEnumIterator;
use uuid::Uuid;

use crate::history::{History, STREAM};

/// An account's history as a log, with the mails that it made us owe.
#[derive(Default)]
pub struct Recorded {
    events: Vec<NewEvent>,
    /// Of each mail: when it was owed, and since when it was not any more.
    mails: BTreeMap<MailId, (Moment, Option<Moment>)>,
}

impl Recorded {
    pub fn new(history: &History) -> Self {
        let mut recorded = Self::default();
        for (nth, (at, event)) in history.0.iter().enumerate() {
            recorded.push(STREAM, nth as i64 + 1, *at, event);
            for command in Account::owes(STREAM, *at, std::slice::from_ref(event)) {
                recorded.owe(*at, &command);
            }
            // Some are accepted at once, some later, some never.
            recorded.accept(*at, nth as u128 % 5);
        }
        recorded
    }

    fn push<K: EventKind>(&mut self, stream: StreamId, version: i64, at: Moment, event: &K) {
        self.events.push(NewEvent {
            stream,
            version,
            event_id: EventId(Uuid::from_u128(1000 + self.events.len() as u128)),
            name: event.type_name(),
            schema: event.schema(),
            recorded_at: at,
            payload: payload(event).unwrap(),
            metadata: b"{}".to_vec(),
            subject: Some(AccountId(STREAM.0)),
        });
    }

    fn owe(&mut self, at: Moment, command: &MailCommand) {
        let mail = MailId(Uuid::from_u128(500_000 + self.mails.len() as u128));
        let requested = Mail::default().decide(at, command).unwrap();
        self.push(mail.into(), 1, at, &requested[0]);
        self.mails.insert(mail, (at, None));
    }

    fn accept(&mut self, at: Moment, which: u128) {
        let open: Vec<_> =
            self.mails.iter().filter(|(_, (_, until))| until.is_none()).map(|(id, _)| *id).collect();
        for mail in open.into_iter().filter(|mail| mail.0.as_u128() % 5 == which) {
            let accepted =
                rekey_events::mail::MailEvent::MailAccepted { provider: "x".to_owned(), code: 250 };
            self.push(mail.into(), 2, at, &accepted);
            self.mails.insert(mail, (self.mails[&mail].0, Some(at)));
        }
    }

    /// A database with this log.
    pub async fn stored(&self) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("log.db").display())).await.unwrap();
        store.migrate(Uuid::from_u128(7)).await.unwrap();
        let env = std::sync::Arc::new(ManualEnv::new(Moment::default(), 1));
        let (log, writer) = Log::open(store.clone(), env).await.unwrap();
        tokio::spawn(writer.run());
        if !self.events.is_empty() {
            log.append(Commit { events: self.events.clone(), ..Commit::default() }).await.unwrap();
        }
        (folder, store)
    }

    /// Compares the answer about a moment, and about the position before it.
    pub async fn check(&self, store: &Store, history: &History, at: Moment) {
        let then = store.as_of(Point::Time(at), None, |_, _| {}).await.unwrap();
        assert_eq!(then.at, at);
        self.check_as(&then, &cut(history, at), at);
        let of_account = store.as_of(Point::Time(at), Some(AccountId(STREAM.0)), |_, _| {}).await.unwrap();
        assert_eq!(of_account.views, then.views, "there is nobody else");
        let other =
            store.as_of(Point::Time(at), Some(AccountId(Uuid::from_u128(6))), |_, _| {}).await.unwrap();
        assert_eq!(other.accounts().count() + other.live_links().count() + other.owed_mails().count(), 0);
        let by_position = store.as_of(Point::Position(then.position), None, |_, _| {}).await.unwrap();
        assert_eq!(by_position.views, then.views);
    }

    fn check_as(&self, then: &AsOf, history: &History, at: Moment) {
        let live: Vec<_> = then.live_links().map(|row| row.reset_id).collect();
        let expected: Vec<_> = history.open_links().into_iter().filter(|(_, until)| at < *until).collect();
        assert_eq!(live, expected.iter().map(|(link, _)| *link).collect::<Vec<_>>());
        let owed: Vec<_> = then.owed_mails().map(|row| row.mail_id).collect();
        let is_owed =
            |(from, until): (Moment, Option<Moment>)| from <= at && until.is_none_or(|until| at < until);
        let expected: Vec<_> =
            self.mails.iter().filter(|(_, span)| is_owed(**span)).map(|(id, _)| *id).collect();
        assert_eq!(owed, expected);
        let Some(row) = then.accounts().next() else {
            return assert!(history.0.is_empty(), "the account is missing");
        };
        let rights = Permission::iter()
            .filter(|right| !history.is_erased() && history.may(*right))
            .map(Permission::name);
        let mut rights: Vec<_> = rights.collect();
        rights.sort_unstable();
        assert_eq!((row.permissions.clone(), row.erased), (rights.join(" "), history.is_erased()));
        let because = |entitled: bool| match (history.is_erased(), entitled) {
            (true, _) => "erased",
            (false, false) => "never_signed_in",
            (false, true) => "eligible",
        };
        let signed_in = history.signed_in();
        assert_eq!(row.self_service, because(history.is_from_app() || signed_in));
        assert_eq!(row.by_administrator, because(signed_in));
    }
}

/// What had happened by then.
fn cut(history: &History, at: Moment) -> History {
    let events = history.0.iter().take_while(|(when, _)| *when <= at);
    History(events.map(|(when, event): &(Moment, E)| (*when, event.clone())).collect())
}
