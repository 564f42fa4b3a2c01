//! Wake-ups, after the commit: within the process at once, and between the
//! processes on one PostgreSQL by NOTIFY. That is sent from a connection of its
//! own, never inside an append: there it would serialise all commits of the
//! server. A wake-up that is lost is made up for by a poll.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{Executor, PgPool};
use tokio::sync::Notify;

use super::postgres::{Database, sql};
use super::{Log, Store};
use crate::rows::Change;

/// At most one NOTIFY of a kind in this time.
const EVERY: Duration = Duration::from_millis(20);
/// The pause before listening anew.
const AGAIN: Duration = Duration::from_secs(1);
const MAILS: &str = "rekey_mails";
const REQUESTS: &str = "rekey_requests";

/// Wake-ups in this process, each for one who waits.
#[derive(Debug, Default)]
pub struct Wakes {
    /// For the mailer: a mail was requested, is due again, or has its outcome.
    pub mails: Notify,
    /// For the relay: a mail was requested, or is due again.
    pub relay: Notify,
    /// For the issuer: somebody asked for a reset.
    pub requests: Notify,
    /// For who tells other processes.
    mails_for_others: Notify,
    requests_for_others: Notify,
}

impl Wakes {
    /// Wakes those whom a committed change is for.
    pub(crate) fn committed(&self, change: &Change) {
        match change {
            Change::PutMail(row) if matches!(row.state.as_str(), "pending" | "unknown") => {
                self.wake_mails();
                self.mails_for_others.notify_one();
            }
            Change::PutMail(_) => self.mails.notify_one(),
            Change::PutPendingRequest(_) => {
                self.requests.notify_one();
                self.requests_for_others.notify_one();
            }
            _ => {}
        }
    }

    fn wake_mails(&self) {
        self.mails.notify_one();
        self.relay.notify_one();
    }

    fn wake_all(&self) {
        self.wake_mails();
        self.requests.notify_one();
    }

    fn heard(&self, channel: &str) {
        match channel {
            MAILS => self.wake_mails(),
            REQUESTS => self.requests.notify_one(),
            _ => {}
        }
    }
}

impl Log {
    /// Wakes other processes on the same PostgreSQL, and is woken by them, until
    /// `stop`. A database of one process has nobody to wake: there it returns at once.
    pub async fn spread_wakes(self, stop: impl Future<Output = ()>) {
        let Store::Postgres(database) = self.store() else { return };
        let (wakes, own) = (self.wakes(), self.env().uuid().to_string());
        let mut moves = database.connections.moves();
        tokio::pin!(stop);
        let mut stops = false;
        while !stops {
            let pool = aside(database);
            stops = tokio::select! {
                () = tell(&pool, MAILS, &own, &wakes.mails_for_others) => false,
                () = tell(&pool, REQUESTS, &own, &wakes.requests_for_others) => false,
                () = listen(&pool, &own, wakes) => false,
                // A server that lives on beside the one that all others use now would wake nobody.
                moved = moves.changed() => moved.is_err(),
                () = &mut stop => true,
            };
            // One that went away without a word does not take its leave.
            let _ = tokio::time::timeout(AGAIN, pool.close()).await;
        }
    }
}

/// Two connections of our own: one listens, one tells. A NOTIFY is worth no sync of the disk.
fn aside(database: &Database) -> PgPool {
    PgPoolOptions::new()
        .max_connections(2)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| {
            Box::pin(async { connection.execute(sql::DO_NOT_SYNC).await.map(drop) })
        })
        .connect_lazy_with((*database.connections.options()).clone())
}

async fn tell(pool: &PgPool, channel: &str, own: &str, news: &Notify) {
    loop {
        news.notified().await;
        if let Err(error) = sqlx::query(sql::NOTIFY).bind(channel).bind(own).execute(pool).await {
            tracing::debug!(%error, channel, "other processes find it by their poll");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn listen(pool: &PgPool, own: &str, wakes: &Wakes) {
    loop {
        if let Err(error) = listen_once(pool, own, wakes).await {
            tracing::debug!(%error, "not woken by other processes for a while");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Listens until the line is lost for good. Whatever was said meanwhile is
/// lost with it, so everybody is woken when there is a line again.
async fn listen_once(pool: &PgPool, own: &str, wakes: &Wakes) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all([MAILS, REQUESTS]).await?;
    wakes.wake_all();
    loop {
        match listener.try_recv().await? {
            Some(told) if told.payload() == own => {}
            Some(told) => wakes.heard(told.channel()),
            None => wakes.wake_all(),
        }
    }
}
