//! `rekey audit log`.

mod form;
mod stories;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use rekey_events::names::username_key;
use rekey_events::store::Store;
use rekey_events::store::audit::EventFilter;
use rekey_events::{AccountId, Moment};
use uuid::Uuid;

use crate::audit::{is_actor, reasons};
use crate::cli::database::DatabaseArgs;
use form::Sheet;

/// Events read at a time.
const PAGE: i64 = 1000;
/// How often it is looked for more.
const AGAIN: Duration = Duration::from_secs(1);

/// Which events, and how they are told.
#[derive(Debug, Args)]
pub(in crate::cli) struct Log {
    #[command(flatten)]
    database: DatabaseArgs,
    /// About this account.
    #[arg(long, value_name = "ID", conflicts_with = "username")]
    account: Option<AccountId>,
    /// About the account that has this username now.
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// Caused by: `anyone`, `account:ID`, `key:NAME` or `system:ROLE`.
    #[arg(long, value_parser = actor)]
    actor: Option<String>,
    /// Of this type, such as ResetRefused; may be given more than once.
    #[arg(long = "type", value_name = "TYPE", value_parser = clap::builder::PossibleValuesParser::new(crate::audit::types()))]
    types: Vec<String>,
    /// For this reason, as the event has it, such as `never_signed_in`.
    #[arg(long, value_parser = reason)]
    reason: Option<String>,
    /// Part of what one call led to.
    #[arg(long, value_name = "ID")]
    correlation: Option<Uuid>,
    /// Not from before this time, such as 2026-05-03T14:03:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// From before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// After this position.
    #[arg(long, value_name = "POSITION", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    after: i64,
    /// At most so many.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Tell each reset as one story, from being asked for to being used, or not.
    #[arg(long, conflicts_with_all = ["types", "actor", "reason", "limit", "follow"])]
    stories: bool,
    /// Wait for more, and tell them as they come.
    #[arg(long)]
    follow: bool,
    /// For people, or for programs.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

fn actor(text: &str) -> Result<String, &'static str> {
    if is_actor(text) { Ok(text.to_owned()) } else { Err("give anyone, account:ID, key:NAME or system:ROLE") }
}

fn reason(text: &str) -> Result<String, String> {
    let known = reasons();
    if known.contains(text) { Ok(text.to_owned()) } else { Err(format!("give one of {known:?}")) }
}

/// How events are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line of words each.
    Table,
    /// A line of JSON each, as `GET /v1/events` has it.
    Ndjson,
    /// For spreadsheets.
    Csv,
}

impl Log {
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open_to_read().await?;
        let told = if self.stories { self.tell_stories(&store).await } else { self.tell(&store).await };
        store.close().await;
        told.map(|()| ExitCode::SUCCESS)
    }

    async fn tell(&self, store: &Store) -> Result<(), Box<dyn Error>> {
        let (mut filter, epoch) = (self.filter(store).await?, store.head().await?.epoch);
        let mut left = self.limit.unwrap_or(usize::MAX);
        let mut sheet = Sheet::begin(self.format)?;
        while left > 0 {
            filter.limit = i64::try_from(left).unwrap_or(i64::MAX).min(PAGE);
            let slice = store.events_after(&filter).await?;
            left -= slice.events.len();
            sheet.tell(store, &slice.events).await?;
            filter.after = Some(slice.until);
            match (slice.is_last, self.follow) {
                (true, false) => break,
                (true, true) => {
                    tokio::time::sleep(AGAIN).await;
                    same_epoch(store, epoch).await?;
                }
                (false, _) => {}
            }
        }
        Ok(())
    }

    async fn tell_stories(&self, store: &Store) -> Result<(), Box<dyn Error>> {
        stories::tell(store, &self.filter(store).await?, self.format).await
    }

    async fn filter(&self, store: &Store) -> Result<EventFilter, Box<dyn Error>> {
        Ok(EventFilter {
            account: self.account(store).await?,
            kinds: self.types.clone(),
            actor: self.actor.clone(),
            reason: self.reason.clone(),
            correlation: self.correlation,
            since: self.since,
            until: self.until,
            after: Some(self.after),
            ..EventFilter::default()
        })
    }

    async fn account(&self, store: &Store) -> Result<Option<AccountId>, Box<dyn Error>> {
        let Some(name) = &self.username else { return Ok(self.account) };
        let person = match username_key(name) {
            Some(key) => store.person_by_username(&key).await?,
            None => None,
        };
        let person = person.ok_or_else(|| {
            format!("nobody has the username {name:?} now; of somebody who was erased, give --account ID")
        })?;
        Ok(Some(person.account_id))
    }
}

/// Fails once another epoch has begun: what was told last may not be in the log any more.
async fn same_epoch(store: &Store, epoch: i32) -> Result<(), String> {
    // While the database does not answer, nothing is told either.
    match store.head().await {
        Ok(head) if head.epoch != epoch => Err(format!(
            "the log is in epoch {} now, after a restore: the last of what was told may not be in it any more",
            head.epoch
        )),
        _ => Ok(()),
    }
}
