//! The same commands through cqrs-es' framework on postgres-es and sqlite-es.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cqrs_es::persist::{GenericQuery, PersistedEventRepository, PersistedEventStore, ViewRepository};
use cqrs_es::{AggregateError, CqrsFramework, EventEnvelope, Query};
use futures::future::BoxFuture;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use rekey_events::account::AccountCommand;
use rekey_events::{At, Env, Moment, SystemEnv};
use sqlite_es::{SqliteEventRepository, SqliteViewRepository};
use sqlx_of_peers::postgres::PgPoolOptions;
use sqlx_of_peers::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx_of_peers::{Executor, PgPool, SqlitePool};
use uuid::Uuid;

use crate::Kind;
use crate::bed::Bed;
use crate::report::Contenders;
use crate::run::Contender;
use crate::subjects::{AccountView, MailView, Subject, owes_mail};
use crate::work::{Call, Calls, Work, for_each, register};

/// The tables that both crates ask for.
const POSTGRES: &str = "
    CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence));
    CREATE TABLE accounts (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL);
    CREATE TABLE mails (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL);";
const SQLITE: &str = "
    CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT;
    CREATE TABLE accounts (view_id text NOT NULL PRIMARY KEY, version integer NOT NULL, payload text NOT NULL) STRICT;
    CREATE TABLE mails (view_id text NOT NULL PRIMARY KEY, version integer NOT NULL, payload text NOT NULL) STRICT;";

/// Their framework on a repository of theirs.
type Framework<R> = CqrsFramework<Subject, PersistedEventStore<R, Subject>>;
type Queries = Vec<Box<dyn Query<Subject>>>;

/// The contenders with `accounts` in their databases: pools as their crates
/// make them, and on SQLite also of one connection, which does not fight for
/// the file's lock with itself.
pub async fn commands(
    bed: &Bed,
    calls: &impl Fn() -> Calls,
    views: bool,
    accounts: &[Uuid],
    pool: Option<u32>,
) -> Contenders {
    let url = bed.database("theirs").await;
    let size = pool.unwrap_or(10);
    match bed.kind {
        Kind::Postgres => vec![("postgres-es", postgres(&url, calls(), views, accounts, size).await)],
        Kind::Sqlite => {
            let other = bed.database("theirs").await;
            vec![
                ("sqlite-es", sqlite(&url, calls(), views, accounts, size).await),
                ("sqlite-es, 1 connection", sqlite(&other, calls(), views, accounts, 1).await),
            ]
        }
    }
}

async fn postgres(url: &str, calls: Calls, views: bool, accounts: &[Uuid], size: u32) -> Arc<dyn Contender> {
    let pool = PgPoolOptions::new().max_connections(size).connect(url).await.unwrap();
    pool.execute(POSTGRES).await.unwrap();
    // To be there sooner, the first accounts need not be durable.
    let hasty = PgPoolOptions::new().max_connections(size).after_connect(|connection, _| {
        Box::pin(async { connection.execute("SET synchronous_commit = off").await.map(drop) })
    });
    let hasty = hasty.connect(url).await.unwrap();
    fill(framework_on_postgres(&hasty, views), accounts).await;
    hasty.close().await;
    Arc::new(Commands { calls, framework: framework_on_postgres(&pool, views) })
}

fn framework_on_postgres(pool: &PgPool, views: bool) -> Framework<PostgresEventRepository> {
    let queries = queries(
        views,
        PostgresViewRepository::<AccountView, Subject>::new("accounts", pool.clone()),
        PostgresViewRepository::<MailView, Subject>::new("mails", pool.clone()),
    );
    let repository = PostgresEventRepository::new(pool.clone());
    CqrsFramework::new(PersistedEventStore::new_event_store(repository), queries, ())
}

async fn sqlite(url: &str, calls: Calls, views: bool, accounts: &[Uuid], size: u32) -> Arc<dyn Contender> {
    let hasty = sqlite_pool(url, SqliteSynchronous::Off, 1).await;
    hasty.execute(SQLITE).await.unwrap();
    fill(framework_on_sqlite(&hasty, views), accounts).await;
    hasty.close().await;
    let pool = sqlite_pool(url, SqliteSynchronous::Full, size).await;
    Arc::new(Commands { calls, framework: framework_on_sqlite(&pool, views) })
}

async fn sqlite_pool(url: &str, synchronous: SqliteSynchronous, size: u32) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(url.strip_prefix("sqlite:").unwrap())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous);
    let patient = SqlitePoolOptions::new().max_connections(size).acquire_timeout(Duration::from_secs(120));
    patient.connect_with(options).await.unwrap()
}

fn framework_on_sqlite(pool: &SqlitePool, views: bool) -> Framework<SqliteEventRepository> {
    let queries = queries(
        views,
        SqliteViewRepository::<AccountView, Subject>::new("accounts", pool.clone()),
        SqliteViewRepository::<MailView, Subject>::new("mails", pool.clone()),
    );
    let repository = SqliteEventRepository::new(pool.clone());
    CqrsFramework::new(PersistedEventStore::new_event_store(repository), queries, ())
}

fn queries<V, M>(views: bool, accounts: V, mails: M) -> Queries
where
    V: ViewRepository<AccountView, Subject> + 'static,
    M: ViewRepository<MailView, Subject> + 'static,
{
    let accounts = GenericQuery::new(Arc::new(accounts));
    let mails = MailsOwed(GenericQuery::new(Arc::new(mails)));
    if views { vec![Box::new(accounts), Box::new(mails)] } else { Vec::new() }
}

/// Spares them the view of mails where no mail is owed.
struct MailsOwed<M: ViewRepository<MailView, Subject>>(GenericQuery<M, MailView, Subject>);

#[async_trait]
impl<M: ViewRepository<MailView, Subject>> Query<Subject> for MailsOwed<M> {
    async fn dispatch(&self, id: &str, events: &[EventEnvelope<Subject>]) {
        if events.iter().any(owes_mail) {
            self.0.dispatch(id, events).await;
        }
    }
}

async fn fill<R: PersistedEventRepository + Send + Sync + 'static>(
    framework: Framework<R>,
    accounts: &[Uuid],
) {
    let framework = Arc::new(framework);
    for_each(accounts, move |account| {
        let framework = framework.clone();
        async move { carry_out(&framework, account, SystemEnv.now(), register()).await }
    })
    .await;
}

async fn carry_out<R: PersistedEventRepository>(
    framework: &Framework<R>,
    account: Uuid,
    at: Moment,
    command: AccountCommand,
) {
    let id = account.to_string();
    let metadata = [("actor", "anyone".to_owned()), ("correlation", SystemEnv.uuid().to_string())];
    let metadata: HashMap<_, _> = metadata.map(|(key, value)| (key.to_owned(), value)).into();
    // A busy file is no answer: their caller would try again, too.
    loop {
        let command = At::new(at, command.clone());
        match framework.execute_with_metadata(&id, command, metadata.clone()).await {
            Ok(()) => return,
            Err(AggregateError::UserError(refusal)) => panic!("refused: {refusal}"),
            Err(error) if error.to_string().contains("locked") => {}
            Err(error) => panic!("{error}"),
        }
    }
}

struct Commands<R: PersistedEventRepository> {
    calls: Calls,
    framework: Framework<R>,
}

impl<R: PersistedEventRepository + Send + Sync> Contender for Commands<R> {
    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if self.calls.work == Work::Unmet {
                self.calls.once_around();
            }
        })
    }

    fn call(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            let Some(Call { account, at, command }) = self.calls.next() else { return false };
            carry_out(&self.framework, account, at, command).await;
            true
        })
    }
}
