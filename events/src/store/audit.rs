//! The log as auditors look through it: the newest events first, by what they are about, of
//! which types, from when to when.

use std::time::Duration;

use super::many::json;
use super::reads::events;
use super::{Store, StoreError, postgres, reading, sql, sqlite};
use crate::envelope::StoredEvent;
use crate::ids::AccountId;
use crate::moment::Moment;

/// Positions that one request looks at, at most.
const LOOKED_AT: i64 = 20_000;
/// How much later than another event one may be in the log that is earlier by its time: a
/// call is given up after half of it.
const DISORDER: Duration = Duration::from_secs(60);

/// Which events; all of them when it says nothing but how many.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// About this account.
    pub account: Option<AccountId>,
    /// Of these types; of any when empty.
    pub kinds: Vec<String>,
    /// Not from before this moment.
    pub since: Option<Moment>,
    /// From before this moment.
    pub until: Option<Moment>,
    /// After this position.
    pub after: Option<i64>,
    /// Before this position: the [`EventPage::next`] of the page before.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// Some events, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<StoredEvent>,
    /// What comes before this position has not been looked at; `None` when all has. There is
    /// one without a full page of events when those asked for are rare: see [`Store::events`].
    pub next: Option<i64>,
}

/// Positions to look at, without the two themselves.
#[derive(Clone, Copy, Debug)]
struct Span {
    after: i64,
    before: i64,
}

impl Store {
    /// A page of events. One request looks at no more than 20,000 positions of the log, and
    /// says how far it came. An account's events are found by index, and all looked at.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn events(&self, filter: &EventFilter) -> Result<EventPage, StoreError> {
        let asked = self.span(filter).await?;
        let looked_at = match filter.account {
            Some(_) => asked,
            None => Span { after: asked.after.max(asked.before - 1 - LOOKED_AT), ..asked },
        };
        let mut events = self.events_within(filter, looked_at).await?;
        let limit = usize::try_from(filter.limit).unwrap_or(0);
        let next = if events.len() > limit {
            events.truncate(limit);
            events.last().map(|event| event.position)
        } else {
            (looked_at.after > asked.after).then_some(looked_at.after + 1)
        };
        Ok(EventPage { events, next })
    }

    /// The positions that may hold what is asked for.
    async fn span(&self, filter: &EventFilter) -> Result<Span, StoreError> {
        let end = self.last_position().await?.saturating_add(1);
        let mut after = filter.after.unwrap_or(0).clamp(0, end);
        let mut before = filter.before.unwrap_or(end).clamp(0, end);
        if let Some(since) = filter.since {
            after = after.max(self.first_since(since.before(DISORDER), end).await? - 1);
        }
        if let Some(until) = filter.until {
            before = before.min(self.first_since(until.after(DISORDER), end).await?);
        }
        Ok(Span { after, before })
    }

    /// The first position from which on events are of `moment` or later, more or less, as they
    /// are not quite in the order of their times; `end` when none are.
    async fn first_since(&self, moment: Moment, end: i64) -> Result<i64, StoreError> {
        let (mut from, mut to) = (1, end);
        while from < to {
            let middle = from + (to - from) / 2;
            let at: Option<i64> = reading!(self, pool => {
                sqlx::query_scalar(sql::RECORDED_AT).bind(middle).fetch_optional(pool).await
            })?;
            if at.is_some_and(|at| at < moment.micros()) { from = middle + 1 } else { to = middle }
        }
        Ok(from)
    }

    /// One more than asked for, if there are so many.
    async fn events_within(&self, filter: &EventFilter, span: Span) -> Result<Vec<StoredEvent>, StoreError> {
        let statement = match (self, filter.account) {
            (Self::Sqlite(_), None) => sqlite::sql::NEWEST,
            (Self::Sqlite(_), Some(_)) => sqlite::sql::NEWEST_ABOUT,
            (Self::Postgres(_), None) => postgres::sql::NEWEST,
            (Self::Postgres(_), Some(_)) => postgres::sql::NEWEST_ABOUT,
        };
        let since = filter.since.map_or(i64::MIN, Moment::micros);
        let until = filter.until.map_or(i64::MAX, Moment::micros);
        let kinds = json(&filter.kinds)?;
        events(reading!(self, pool => {
            let query = sqlx::query_as(statement).bind(span.after).bind(span.before).bind(since).bind(until);
            let query = query.bind(kinds).bind(filter.limit.saturating_add(1));
            filter.account.iter().fold(query, |query, account| query.bind(account.0)).fetch_all(pool).await
        })?)
    }
}
