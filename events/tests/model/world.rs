//! An account as it is in use, beside its history.

use std::collections::BTreeMap;

use rekey_events::account::{Account, AccountCommand as C, AccountEvent as E};
use rekey_events::rows::Change;
use rekey_events::{Moment, Rules};

use crate::answers::expected;
use crate::asks::Ask;
use crate::history::{History, STREAM};
use crate::waits::Wait;

/// The rows of the views, by what they are about.
pub type Views = BTreeMap<String, Change>;

pub struct World {
    now: Moment,
    account: Account,
    pub history: History,
    pub views: Views,
}

impl Default for World {
    fn default() -> Self {
        let now = Moment::from_micros(1_767_225_600_000_000);
        Self { now, account: Account::default(), history: History::default(), views: Views::new() }
    }
}

impl World {
    pub fn wait(&mut self, wait: Wait) {
        self.now = wait.from(self.now, &self.history);
    }

    /// Asks something, and checks the answer.
    pub fn ask(&mut self, ask: Ask) {
        let command = ask.command(self.now, &self.history);
        let answer = self.account.decide(self.now, &command);
        assert_eq!(answer, expected(&self.history, self.now, &command), "{command:?} at {}", self.now);
        assert_eq!(
            answer,
            replayed(&self.history).decide(self.now, &command),
            "decided by a replayed account"
        );
        self.record(&command, answer.unwrap_or_default());
    }

    fn record(&mut self, command: &C, events: Vec<E>) {
        let factor = self.account.factor();
        events.iter().for_each(|event| self.account.apply(self.now, event));
        put(&mut self.views, self.account.rows(STREAM, 1, &events));
        self.history.0.extend(events.into_iter().map(|event| (self.now, event)));
        if matches!(command, C::CompleteReset { .. }) {
            assert_eq!(self.account.factor(), factor, "a reset leaves the second factor on");
        }
        self.compare();
    }

    /// The account says of itself what its history says of it.
    fn compare(&self) {
        let (account, history) = (&self.account, &self.history);
        assert_eq!((account.exists(), account.is_erased()), (history.exists(), history.is_erased()));
        let live = history.open_links().into_iter().find(|(_, until)| self.now < *until);
        assert_eq!(account.live_reset(self.now), live);
        if history.exists() {
            assert_eq!(account.credential(), history.passwords().last().copied());
            assert_eq!(account.factor(), history.factor());
            let left = history.codes().into_iter().filter(|code| !history.is_used(*code));
            assert_eq!(account.recovery_codes(), left.collect::<Vec<_>>());
        }
    }
}

/// The account, folded from its whole history.
fn replayed(history: &History) -> Account {
    let mut account = Account::default();
    history.0.iter().for_each(|(at, event)| account.apply(*at, event));
    account
}

/// Puts rows in their places.
pub fn put(views: &mut Views, rows: Vec<Change>) {
    for row in rows {
        let place = match &row {
            Change::PutReset(row) => row.reset_id.to_string(),
            Change::PutAccount(_) => "account".to_owned(),
            other => panic!("{other:?} is no row of an account"),
        };
        views.insert(place, row);
    }
}
