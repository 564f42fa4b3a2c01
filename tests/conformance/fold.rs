//! The views once more, from nothing but the log.

use std::collections::{BTreeMap, HashMap};

use rekey_events::account::Account;
use rekey_events::envelope::StoredEvent;
use rekey_events::mail::Mail;
use rekey_events::rows::{AccountRow, Change, MailRow, ResetRow};
use rekey_events::store::Store;
use rekey_events::{AccountId, Fact, MailId, ResetId, Rules, StreamId};

use crate::bed::Bed;
use crate::facts::log_after;

/// The rows that follow from a log.
#[derive(Default)]
pub struct Fold {
    accounts: HashMap<StreamId, Account>,
    mails: HashMap<StreamId, Mail>,
    account_rows: BTreeMap<AccountId, AccountRow>,
    reset_rows: BTreeMap<ResetId, ResetRow>,
    mail_rows: BTreeMap<MailId, MailRow>,
}

impl Fold {
    pub fn of(events: &[StoredEvent]) -> Self {
        let mut fold = Self::default();
        events.iter().for_each(|event| fold.take(event));
        fold
    }

    fn take(&mut self, event: &StoredEvent) {
        let changes = match Fact::decode(&event.name, event.schema, &event.payload).unwrap() {
            Fact::Account(what) => apply(&mut self.accounts, event, &what),
            Fact::Mail(what) => apply(&mut self.mails, event, &what),
            Fact::Request(_) | Fact::Attempt(_) => Vec::new(),
        };
        changes.into_iter().for_each(|change| self.put(change));
    }

    fn put(&mut self, change: Change) {
        match change {
            Change::PutAccount(row) => drop(self.account_rows.insert(row.account_id, row)),
            Change::PutReset(row) => drop(self.reset_rows.insert(row.reset_id, row)),
            Change::PutMail(row) => drop(self.mail_rows.insert(row.mail_id, row)),
            other => panic!("{other:?} is no view's"),
        }
    }

    /// Fails unless the live views have each of these rows.
    pub async fn assert_live(&self, store: &Store) {
        for (id, row) in &self.account_rows {
            assert_eq!(store.account(*id).await.unwrap().as_ref(), Some(row));
        }
        for (id, row) in &self.reset_rows {
            assert_eq!(store.reset(*id).await.unwrap().as_ref(), Some(row));
        }
        for (id, row) in &self.mail_rows {
            assert_eq!(store.mail(*id).await.unwrap().as_ref(), Some(row));
        }
    }

    /// How many rows there are of accounts, resets and mails.
    pub fn sizes(&self) -> [usize; 3] {
        [self.account_rows.len(), self.reset_rows.len(), self.mail_rows.len()]
    }
}

fn apply<R: Rules>(states: &mut HashMap<StreamId, R>, event: &StoredEvent, what: &R::Event) -> Vec<Change> {
    let state = states.entry(event.stream).or_default();
    state.apply(event.recorded_at, what);
    state.rows(event.stream, event.version, std::slice::from_ref(what))
}

/// Fails unless the live views are the fold of the log: the same rows, and no other.
pub async fn assert_views(bed: &Bed) {
    let fold = Fold::of(&log_after(&bed.store, 0).await);
    fold.assert_live(&bed.store).await;
    let mut sql = bed.sql().await;
    let mut live = Vec::new();
    for table in ["accounts", "resets", "mails"] {
        live.push(sql.number(&format!("SELECT count(*) FROM {table}")).await as usize);
    }
    assert_eq!(live, fold.sizes());
}
