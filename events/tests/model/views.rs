//! The rows that commits left behind, against a rebuild and a plain reading.

use rekey_events::account::Account;
use rekey_events::rows::Change;
use rekey_events::{AccountId, Rules};

use crate::history::{History, STREAM};
use crate::world::{Views, put};

pub fn check(history: &History, views: &Views) {
    assert_eq!(&rebuilt(history), views, "a rebuild comes to the rows that the commits left");
    for change in views.values() {
        match change {
            Change::PutReset(row) => {
                let end = history.end_of(row.reset_id);
                assert_eq!(row.state, end.map_or("live", |(_, name)| name));
                assert_eq!(row.ended_at, end.map(|(at, _)| at.micros()));
            }
            Change::PutAccount(row) => {
                assert_eq!((row.account_id, row.erased), (AccountId(STREAM.0), history.is_erased()))
            }
            other => panic!("{other:?} is no row of an account"),
        }
    }
    assert_eq!(views.len(), history.links().len() + usize::from(!history.0.is_empty()));
}

/// The rows, event by event: a rebuild knows nothing of commits.
fn rebuilt(history: &History) -> Views {
    let (mut account, mut views) = (Account::default(), Views::new());
    for (at, event) in &history.0 {
        account.apply(*at, event);
        put(&mut views, account.rows(STREAM, 1, std::slice::from_ref(event)));
    }
    views
}
