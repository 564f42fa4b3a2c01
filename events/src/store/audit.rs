//! The log as auditors look through it, from either end: by what events are about, who caused them,
//! of which types, why, from when to when.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::many::json;
use super::reads::events;
use super::{Store, StoreError, postgres, reading, sql, sqlite};
use crate::envelope::{Metadata, StoredEvent};
use crate::ids::AccountId;
use crate::moment::Moment;

/// Positions that one request looks at, at most.
const LOOKED_AT: i64 = 20_000;
/// Events read by one statement, where not all that are read are wanted.
const AT_A_TIME: i64 = 1000;
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
    /// Caused by this actor, as the metadata have it.
    pub actor: Option<String>,
    /// For this reason, as the payload has it.
    pub reason: Option<String>,
    /// Part of what one call led to.
    pub correlation: Option<Uuid>,
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

/// Some events, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventSlice {
    /// The events.
    pub events: Vec<StoredEvent>,
    /// Up to this position all was looked at: the next slice is after it.
    pub until: i64,
    /// Whether there is nothing more yet.
    pub is_last: bool,
}

impl EventFilter {
    /// Whether it is one of those asked for, but for account and positions.
    #[must_use]
    pub fn admits(&self, event: &StoredEvent) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&event.name))
            && self.since.is_none_or(|since| event.recorded_at >= since)
            && self.until.is_none_or(|until| event.recorded_at < until)
            && self.admits_metadata(event)
            && self.reason.as_ref().is_none_or(|reason| has_reason(event, reason))
    }

    fn admits_metadata(&self, event: &StoredEvent) -> bool {
        if self.actor.is_none() && self.correlation.is_none() {
            return true;
        }
        serde_json::from_slice::<Metadata>(&event.metadata).is_ok_and(|metadata| {
            self.actor.as_ref().is_none_or(|actor| *actor == metadata.actor)
                && self.correlation.is_none_or(|correlation| correlation == metadata.correlation)
        })
    }

    /// Events to read at a time: more than are asked for, where many may not be admitted.
    fn at_a_time(&self) -> i64 {
        let is_by_index = self.actor.is_none() && self.reason.is_none() && self.correlation.is_none();
        if is_by_index { self.limit.saturating_add(1) } else { self.limit.max(AT_A_TIME) }
    }
}

/// A reason is a word, or an object that names its kind.
fn has_reason(event: &StoredEvent, reason: &str) -> bool {
    #[derive(Deserialize)]
    struct Reasoned {
        reason: Value,
    }
    serde_json::from_slice::<Reasoned>(&event.payload)
        .is_ok_and(|payload| payload.reason == reason || payload.reason["kind"] == reason)
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
        let limit = usize::try_from(filter.limit).unwrap_or(0);
        let (mut events, mut rest) = (Vec::new(), looked_at);
        while events.len() <= limit {
            let read = self.events_within(filter, rest).await?;
            let Some(last) = read.last() else { break };
            rest.before = last.position;
            let is_last = (read.len() as i64) < filter.at_a_time();
            events.extend(read.into_iter().filter(|event| filter.admits(event)));
            if is_last {
                break;
            }
        }
        let next = if events.len() > limit {
            events.truncate(limit);
            events.last().map(|event| event.position)
        } else {
            (looked_at.after > asked.after).then_some(looked_at.after + 1)
        };
        Ok(EventPage { events, next })
    }

    /// The next events after [`EventFilter::after`], in order. One request looks at no more than 20,000.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn events_after(&self, filter: &EventFilter) -> Result<EventSlice, StoreError> {
        let span = self.span(filter).await?;
        let limit = usize::try_from(filter.limit).unwrap_or(0);
        let mut slice = EventSlice { until: span.after, ..EventSlice::default() };
        let mut looked_at = 0;
        while slice.events.len() < limit && looked_at < LOOKED_AT {
            let read = match filter.account {
                Some(account) => self.about(account, slice.until, AT_A_TIME).await?,
                None => self.after(slice.until, AT_A_TIME).await?,
            };
            slice.is_last = (read.len() as i64) < AT_A_TIME;
            looked_at += AT_A_TIME;
            for event in read {
                if event.position >= span.before {
                    slice.is_last = true;
                    break;
                }
                if slice.events.len() == limit {
                    slice.is_last = false;
                    return Ok(slice);
                }
                slice.until = event.position;
                slice.events.extend(filter.admits(&event).then_some(event));
            }
            if slice.is_last {
                break;
            }
        }
        Ok(slice)
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

    /// The newest of them, as far as SQL can tell.
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
            let query = query.bind(kinds).bind(filter.at_a_time());
            filter.account.iter().fold(query, |query, account| query.bind(account.0)).fetch_all(pool).await
        })?)
    }
}
