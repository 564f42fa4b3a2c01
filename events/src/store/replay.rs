//! Replaying the stored log, and comparing what comes of it with the live views.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use sqlx::Executor;
use uuid::Uuid;

use super::{Store, StoreError, postgres, sql};
use crate::envelope::StoredEvent;
use crate::ids::AccountId;
use crate::replay::{AsOf, Bucket, Digest, Fold, Point, Step, ViewRow, Views};
use crate::rows::{AccountRow, MailRow, ResetRow};
use crate::seal::Flaw;

/// Buckets whose rows are compared one by one; there are that many differences at least when all are used up.
/// And misfiled events that are told.
const LOOKED_INTO: usize = 64;

/// A row that is not what the log makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The view.
    pub view: &'static str,
    /// The row's key.
    pub key: Uuid,
    /// As it is; `None` when it is missing.
    pub live: Option<ViewRow>,
    /// As the log has it; `None` when there should be no such row.
    pub replayed: Option<ViewRow>,
}

/// An event that is missing in the history of whom it is about, or in another's. The account stands beside
/// the event, to find it by, and is in no leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfiled {
    /// Where it is in the log.
    pub position: i64,
    /// In whose history it is.
    pub live: Option<AccountId>,
    /// Whom it is about.
    pub replayed: Option<AccountId>,
}

/// Live views, held against the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The position that both are at.
    pub position: i64,
    /// The rows of the live views.
    pub rows: u64,
    /// What differs; only the first of it when it is much.
    pub differences: Vec<Difference>,
    /// The events that are in a wrong history; the first of them.
    pub misfiled: Vec<Misfiled>,
    /// Whether there is more.
    pub and_more: bool,
    /// What is wrong with the log's head: then the log has less, or more, than was replayed.
    pub head: Option<Flaw>,
}

impl Comparison {
    /// Whether all is what the log makes of it.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.differences.is_empty() && self.misfiled.is_empty() && self.head.is_none()
    }
}

impl Store {
    /// Folds the log from its beginning up to a position, and tells of each event what it changed.
    ///
    /// # Errors
    /// The database does not answer, or holds what is no history.
    pub async fn replay(
        &self,
        until: i64,
        mut each: impl FnMut(&StoredEvent, Step),
    ) -> Result<(), StoreError> {
        self.replay_while(until, |_| true, |event, step| each(event, step)).await
    }

    /// The views as they were at a point; of one account, or of all. `went_on` hears of positions, and of
    /// the last one there is.
    ///
    /// # Errors
    /// The database does not answer, holds what is no history, or the point is still to come.
    pub async fn as_of(
        &self,
        point: Point,
        account: Option<AccountId>,
        mut went_on: impl FnMut(i64, i64),
    ) -> Result<AsOf, StoreError> {
        let end = self.last_position().await?;
        let (until, before) = match point {
            Point::Position(position) if position > end => {
                return Err(StoreError::Unusable(format!("the log ends at position {end}")));
            }
            Point::Position(position) => (position, None),
            Point::Time(at) => (end, Some(at)),
        };
        let mut then = AsOf::beginning(account);
        let has_happened = |event: &StoredEvent| before.is_none_or(|at| event.recorded_at <= at);
        let take = |event: &StoredEvent, step: Step| {
            then.take(event.position, event.recorded_at, step);
            went_on(event.position, until);
        };
        self.replay_while(until, has_happened, take).await?;
        then.at = before.unwrap_or(then.at);
        Ok(then)
    }

    /// Folds the log until a position, or the first event that is not wanted any more.
    async fn replay_while(
        &self,
        until: i64,
        wanted: impl Fn(&StoredEvent) -> bool,
        mut each: impl FnMut(&StoredEvent, Step),
    ) -> Result<(), StoreError> {
        let mut fold = Fold::default();
        let mut scan = self.scan(0, until);
        while let Some(batch) = scan.next().await? {
            for event in &batch {
                if !wanted(event) {
                    return Ok(());
                }
                each(event, self.step(&mut fold, event).await?);
            }
        }
        Ok(())
    }

    /// Has `fold` take an event, and before it what it has forgotten of its stream.
    pub(super) async fn step(&self, fold: &mut Fold, event: &StoredEvent) -> Result<Step, StoreError> {
        if fold.lacks(event) {
            let mut earlier = self.stream(event.stream).await?;
            earlier.retain(|earlier| earlier.version < event.version);
            fold.recall(&earlier)?;
        }
        Ok(fold.take(event)?)
    }

    /// Compares the live views with those that the log folds to, row by row, and each event's account with whom
    /// it is about. `went_on` hears of positions, and of the last one; twice when there are differences, which
    /// take a second look.
    ///
    /// # Errors
    /// The database does not answer, or holds what is no history.
    pub async fn compare_views(&self, mut went_on: impl FnMut(i64, i64)) -> Result<Comparison, StoreError> {
        let (mut live, mut rows) = (Digest::default(), 0);
        let position = self
            .live_rows(|row| {
                rows += 1;
                live.add(&row);
            })
            .await?;
        let (mut replayed, mut misfiled) = (live.twin(), Vec::new());
        self.replay(position, |event, step| {
            replayed.take(&step);
            if event.subject != step.subject && misfiled.len() <= LOOKED_INTO {
                let (position, live, replayed) = (event.position, event.subject, step.subject);
                misfiled.push(Misfiled { position, live, replayed });
            }
            went_on(event.position, position);
        })
        .await?;
        let differing = live.differing(&replayed);
        let and_more = differing.len().max(misfiled.len()) > LOOKED_INTO;
        misfiled.truncate(LOOKED_INTO);
        let looked_into = differing.into_iter().take(LOOKED_INTO).collect();
        let differences = self.look_into(&live, &looked_into, went_on).await?;
        let head = self.wrong_edges().await?;
        Ok(Comparison { position, rows, differences, misfiled, and_more, head })
    }

    /// What differs in these buckets.
    async fn look_into(
        &self,
        digest: &Digest,
        buckets: &BTreeSet<Bucket>,
        mut went_on: impl FnMut(i64, i64),
    ) -> Result<Vec<Difference>, StoreError> {
        if buckets.is_empty() {
            return Ok(Vec::new());
        }
        let is_in = |row: &ViewRow| buckets.contains(&digest.bucket(row));
        let (mut live, mut replayed) = (Views::default(), Views::default());
        let position = self
            .live_rows(|row| {
                if is_in(&row) {
                    live.put(row);
                }
            })
            .await?;
        self.replay(position, |event, step| {
            step.after.into_iter().filter(&is_in).for_each(|row| replayed.put(row));
            went_on(event.position, position);
        })
        .await?;
        Ok(differences(live, replayed))
    }

    /// Tells of every row of the live views, all at one position, which it answers.
    async fn live_rows(&self, mut each: impl FnMut(ViewRow)) -> Result<i64, StoreError> {
        macro_rules! rows {
            ($transaction:ident) => {{
                let (_, _, position): (Uuid, i32, i64) =
                    sqlx::query_as(sql::HEAD).fetch_one(&mut *$transaction).await?;
                let mut accounts =
                    sqlx::query_as::<_, AccountRow>(sql::ALL_ACCOUNTS).fetch(&mut *$transaction);
                while let Some(row) = accounts.try_next().await? {
                    each(ViewRow::Account(row));
                }
                drop(accounts);
                let mut resets = sqlx::query_as::<_, ResetRow>(sql::ALL_RESETS).fetch(&mut *$transaction);
                while let Some(row) = resets.try_next().await? {
                    each(ViewRow::Reset(row));
                }
                drop(resets);
                let mut mails = sqlx::query_as::<_, MailRow>(sql::ALL_MAILS).fetch(&mut *$transaction);
                while let Some(row) = mails.try_next().await? {
                    each(ViewRow::Mail(row));
                }
                drop(mails);
                $transaction.rollback().await?;
                Ok(position)
            }};
        }
        match self {
            Self::Sqlite(database) => {
                let mut transaction = database.readers.begin().await?;
                rows!(transaction)
            }
            Self::Postgres(database) => {
                let mut transaction = database.connections.begin(postgres::sql::BEGIN_SNAPSHOT).await?;
                transaction.execute(postgres::sql::KEEP_VIEWS).await?;
                rows!(transaction)
            }
        }
    }
}

/// The rows that are not the same in both.
fn differences(live: Views, replayed: Views) -> Vec<Difference> {
    let (mut live, mut replayed) = (live.into_rows(), replayed.into_rows());
    let keys: BTreeSet<_> = live.keys().chain(replayed.keys()).copied().collect();
    let compared = keys.into_iter().map(|(view, key)| {
        let (live, replayed) = (live.remove(&(view, key)), replayed.remove(&(view, key)));
        Difference { view, key, live, replayed }
    });
    compared.filter(|difference| difference.live != difference.replayed).collect()
}
