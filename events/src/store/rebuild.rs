//! Rebuilding the views, while all goes on: the log is folded into a second set of tables beside the live
//! one, and once that has caught up the two swap names, while nobody appends.
//!
//! Until that one commit the live set is the old one, whatever happens to the rebuild; what a broken one
//! left in the second set the next one clears away. No event is appended, so no mail is sent: which worker
//! is at a mail is carried over.

use std::fs::File;
use std::time::{Duration, Instant};

use sqlx::PgConnection;
use tokio::task::JoinSet;

use super::{Store, StoreError, postgres, sqlite};
use crate::envelope::StoredEvent;
use crate::replay::{Fold, Views};

/// Rows written by a transaction: SQLite's commits wait for as long as that takes.
const AT_ONCE: usize = 1000;
/// Positions read by one scan: for so long SQLite's WAL cannot start over.
const STRETCH: i64 = 10_000;
/// Events that may have come when the sets are to swap: those who append wait meanwhile.
const FEW: i64 = 500;
/// Pauses before rows that the database did not take are written again.
const AGAIN: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];
/// How long after a swap that was hindered the next is tried; then twice as long each time, up to the second.
const HINDERED: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];

/// Views that were rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The position they were at when they became the live ones.
    pub position: i64,
    /// How long those who append had to wait for that.
    pub held_up: Duration,
}

/// What makes sure, until it is dropped, that nobody else rebuilds the views.
#[expect(dead_code, reason = "held for what they lock")]
enum Alone {
    Sqlite(File),
    Postgres(PgConnection),
}

/// A transaction beside the live views.
enum Beside {
    Sqlite(sqlite::rebuild::Beside),
    Postgres(postgres::rebuild::Beside),
}

/// Calls the function of that name of either twin.
macro_rules! twin {
    ($beside:expr, $function:ident $(, $argument:expr)*) => {
        match $beside {
            Beside::Sqlite(beside) => sqlite::rebuild::$function(beside $(, $argument)*).await,
            Beside::Postgres(beside) => postgres::rebuild::$function(beside $(, $argument)*).await,
        }
    };
}

/// The views on their way into the second set.
struct Rebuild<'a> {
    store: &'a Store,
    fold: Fold,
    /// What is still to be written.
    rows: Views,
    position: i64,
    /// How long to wait when the next swap is hindered.
    pause: Duration,
}

impl Store {
    /// Rebuilds the views from the log, while it goes on. `went_on` hears of positions, and of the last one
    /// there is. Dropped halfway, it leaves the live views as they are.
    ///
    /// # Errors
    /// The views are being rebuilt already, the log cannot be folded, or the database does not answer.
    pub async fn rebuild_views(&self, mut went_on: impl FnMut(i64, i64)) -> Result<Rebuilt, StoreError> {
        let _alone = self.rebuild_alone().await?;
        let mut helpers = JoinSet::new();
        if let Self::Sqlite(database) = self {
            helpers.spawn(database.checkpointer.clone().run());
        }
        self.clear_next().await?;
        let (fold, rows) = (Fold::default(), Views::default());
        let mut rebuild = Rebuild { store: self, fold, rows, position: 0, pause: HINDERED[0] };
        rebuild.catch_up(&mut went_on).await?;
        if let Self::Postgres(database) = self {
            postgres::rebuild::look_over(database).await?;
        }
        let held_up = loop {
            rebuild.catch_up(&mut went_on).await?;
            if let Some(held_up) = rebuild.swap().await? {
                break held_up;
            }
        };
        self.clear_next().await?;
        Ok(Rebuilt { position: rebuild.position, held_up })
    }

    async fn rebuild_alone(&self) -> Result<Alone, StoreError> {
        let alone = match self {
            Self::Sqlite(database) => sqlite::rebuild::alone(database)?.map(Alone::Sqlite),
            Self::Postgres(database) => postgres::rebuild::alone(database).await?.map(Alone::Postgres),
        };
        alone.ok_or_else(|| StoreError::Unusable("the views are being rebuilt already".to_owned()))
    }

    /// Empties the second set.
    async fn clear_next(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(database) => sqlite::rebuild::clear(database).await?,
            Self::Postgres(database) => postgres::rebuild::clear(database).await?,
        }
        Ok(())
    }

    async fn beside(&self) -> Result<Beside, StoreError> {
        Ok(match self {
            Self::Sqlite(database) => Beside::Sqlite(sqlite::rebuild::begin(database).await?),
            Self::Postgres(database) => Beside::Postgres(postgres::rebuild::begin(database).await?),
        })
    }
}

impl Rebuild<'_> {
    /// Folds what the log has by now into the second set.
    async fn catch_up(&mut self, went_on: &mut impl FnMut(i64, i64)) -> Result<(), StoreError> {
        let end = self.store.last_position().await?;
        while self.position < end {
            let mut scan = self.store.scan(self.position, end.min(self.position + STRETCH));
            while let Some(batch) = scan.next().await? {
                for event in &batch {
                    self.take(event).await?;
                }
                went_on(self.position, end);
            }
        }
        self.write().await
    }

    async fn take(&mut self, event: &StoredEvent) -> Result<(), StoreError> {
        self.rows.take(self.store.step(&mut self.fold, event).await?);
        self.position = event.position;
        if self.rows.len() < AT_ONCE { Ok(()) } else { self.write().await }
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        let mut written = self.write_once().await;
        for pause in AGAIN {
            match &written {
                Err(error) if error.is_passing() => tracing::warn!(%error, "rows are written again"),
                _ => break,
            }
            tokio::time::sleep(pause).await;
            written = self.write_once().await;
        }
        written
    }

    async fn write_once(&mut self) -> Result<(), StoreError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let since = Instant::now();
        let mut beside = self.store.beside().await?;
        twin!(&mut beside, put, &self.rows)?;
        twin!(beside, commit)?;
        self.rows = Views::default();
        if !self.store.is_shared() {
            // Those who append have as much of the time as we.
            tokio::time::sleep(since.elapsed()).await;
        }
        Ok(())
    }

    /// Makes the second set the live one, and the live one the second; how long nobody could append. Not now
    /// when too much came meanwhile, or when somebody reads the live one at length.
    async fn swap(&mut self) -> Result<Option<Duration>, StoreError> {
        let mut beside = self.store.beside().await?;
        let since = Instant::now();
        let hindered = match self.swap_in(&mut beside).await {
            Ok(true) => {
                twin!(beside, commit)?;
                return Ok(Some(since.elapsed()));
            }
            Ok(false) => None,
            Err(StoreError::Unavailable(error) | StoreError::Refused(error)) if is_hindered(&error) => {
                Some(error)
            }
            Err(error) => return Err(error),
        };
        twin!(beside, give_up)?;
        if let Some(error) = hindered {
            tracing::warn!(%error, "the rebuilt views wait for somebody who reads the live ones at length");
            tokio::time::sleep(self.pause).await;
            self.pause = HINDERED[1].min(2 * self.pause);
        }
        Ok(None)
    }

    async fn swap_in(&mut self, beside: &mut Beside) -> Result<bool, StoreError> {
        let head = twin!(&mut *beside, hold_head)?;
        if head - self.position > FEW {
            return Ok(false);
        }
        for event in self.store.after(self.position, FEW).await? {
            self.rows.take(self.store.step(&mut self.fold, &event).await?);
            self.position = event.position;
        }
        twin!(&mut *beside, put, &self.rows)?;
        twin!(&mut *beside, swap)?;
        Ok(true)
    }
}

/// Whether a lock was not to be had in time: PostgreSQL's 55P03, or a deadlock that it broke.
pub(crate) fn is_hindered(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| matches!(&*code, "55P03" | "40P01"))
}
