//! Mails over time: how many were requested, and what became of them.

use serde::Serialize;

use super::{Store, StoreError, reading, sql};
use crate::ids::MailId;
use crate::moment::Moment;

/// Mails that a chart counts at most.
const MOST: i64 = 100_000;

/// What became of mails, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// `accepted` ones.
    pub accepted: i64,
    /// Without an outcome: `pending` and `unknown` ones.
    pub waiting: i64,
    /// `rejected`, `suppressed`, `unconfirmed` and `dead` ones.
    pub failed: i64,
    /// Not wanted any more: `expired` and `superseded` ones.
    pub dropped: i64,
}

/// Mails by the time they were requested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MailChart {
    /// Of each stretch of time, the oldest first.
    pub stretches: Vec<Outcomes>,
    /// Whether all were counted: of more than 100,000, the newest are.
    pub complete: bool,
}

impl Outcomes {
    fn add(&mut self, state: &str, count: i64) {
        match state {
            "accepted" => self.accepted += count,
            "pending" | "unknown" => self.waiting += count,
            "expired" | "superseded" => self.dropped += count,
            _ => self.failed += count,
        }
    }
}

impl Store {
    /// What became of the mails requested from `since` until `until`, in so many stretches of
    /// equal length. They are found by their ids, which sort by time: rows of other times are
    /// not read, and of these the newest 100,000 at most.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mail_chart(
        &self,
        since: Moment,
        until: Moment,
        stretches: usize,
    ) -> Result<MailChart, StoreError> {
        let length = length(since, until, stretches);
        let counts: Vec<(i64, String, i64)> = reading!(self, pool => {
            let query = sqlx::query_as(sql::MAIL_CHART);
            let query = query.bind(MailId::first_of(since).0).bind(MailId::first_of(until).0);
            query.bind(MOST).bind(since.micros()).bind(length).fetch_all(pool).await
        })?;
        Ok(MailChart::of(&counts, stretches))
    }
}

/// How long each stretch is, µs.
fn length(since: Moment, until: Moment, stretches: usize) -> i64 {
    let micros = until.micros().saturating_sub(since.micros());
    i64::try_from(stretches).map_or(1, |stretches| (micros / stretches.max(1)).max(1))
}

impl MailChart {
    /// An id is made a moment after its request began: what falls out by that is counted at the border.
    fn of(counts: &[(i64, String, i64)], stretches: usize) -> Self {
        let mut chart = vec![Outcomes::default(); stretches];
        for (nth, state, count) in counts {
            let nth = usize::try_from(*nth).unwrap_or(0).min(stretches.saturating_sub(1));
            if let Some(outcomes) = chart.get_mut(nth) {
                outcomes.add(state, *count);
            }
        }
        let counted: i64 = counts.iter().map(|(_, _, count)| count).sum();
        Self { stretches: chart, complete: counted < MOST }
    }
}
