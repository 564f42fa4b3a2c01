//! `/v1/events`: the log, as NDJSON.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rekey_events::envelope::StoredEvent;
use rekey_events::store::Store;
use rekey_events::store::audit::{EventFilter, EventSlice};
use rekey_events::{AccountId, Moment, Permission};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::App;
use super::caller::Called;
use super::params::{Query, between};
use crate::audit::{is_actor, reasons, types};
use crate::problem::Problem;

/// Events in one answer at most.
const MOST: i64 = 1000;
/// Seconds that a request may wait at most: less than it may take.
const PATIENCE: i64 = 20;
/// How often it is looked again meanwhile.
const AGAIN: Duration = Duration::from_millis(250);

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// After this position; 0 for the beginning.
    #[serde(default, deserialize_with = "between::<0, { i64::MAX }, _>")]
    after: i64,
    /// At most so many, up to 1,000.
    #[serde(default = "most", deserialize_with = "between::<1, MOST, _>")]
    #[param(minimum = 1, maximum = 1000)]
    limit: i64,
    /// About this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Of this type, such as `ResetRefused`.
    r#type: Option<String>,
    /// Caused by: `anyone`, `account:ID`, `key:NAME` or `system:ROLE`.
    actor: Option<String>,
    /// For this reason, such as `never_signed_in`.
    reason: Option<String>,
    /// Part of what one call led to.
    #[param(value_type = Option<String>)]
    correlation: Option<Uuid>,
    /// Not from before this time, such as `2026-05-03T14:03:00Z`.
    #[param(value_type = Option<String>)]
    since: Option<Moment>,
    /// From before this time.
    #[param(value_type = Option<String>)]
    until: Option<Moment>,
    /// Seconds to wait for an event when there is none yet, up to 20.
    #[serde(default, deserialize_with = "between::<0, PATIENCE, _>")]
    #[param(minimum = 0, maximum = 20)]
    wait: i64,
}

impl Search {
    /// Refuses words that no event has: they would answer nothing, silently.
    fn check(&self) -> Result<(), Problem> {
        let is_known =
            |word: &Option<String>, known: &dyn Fn(&str) -> bool| word.as_deref().is_none_or(known);
        if !is_known(&self.r#type, &|kind| types().contains(&kind)) {
            return Err(Problem::invalid("", "no event has this type: /v1/schemas lists all there are"));
        }
        if !is_known(&self.reason, &|reason| reasons().contains(reason)) {
            return Err(Problem::invalid(
                "",
                "no event gives this reason: the schemas at /v1/schemas name all there are",
            ));
        }
        if !is_known(&self.actor, &is_actor) {
            return Err(Problem::invalid("", "an actor is anyone, account:ID, key:NAME or system:ROLE"));
        }
        Ok(())
    }

    fn filter(&self) -> EventFilter {
        EventFilter {
            account: self.account,
            kinds: self.r#type.iter().cloned().collect(),
            actor: self.actor.clone(),
            reason: self.reason.clone(),
            correlation: self.correlation,
            since: self.since,
            until: self.until,
            after: Some(self.after),
            before: None,
            limit: self.limit,
        }
    }
}

fn most() -> i64 {
    MOST
}

/// An event, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadableEvent {
    position: i64,
    epoch: i32,
    stream: String,
    version: i64,
    event_id: String,
    r#type: String,
    schema: i32,
    recorded_at: String,
    /// The account it is about.
    subject: Option<String>,
    #[schema(value_type = Object)]
    payload: Value,
    #[schema(value_type = Object)]
    metadata: Value,
    /// The event's leaf in the log's Merkle tree, as hex.
    leaf: String,
}

impl From<&StoredEvent> for ReadableEvent {
    fn from(event: &StoredEvent) -> Self {
        Self {
            position: event.position,
            epoch: event.epoch,
            stream: event.stream.to_string(),
            version: event.version,
            event_id: event.event_id.to_string(),
            r#type: event.name.clone(),
            schema: event.schema,
            recorded_at: event.recorded_at.to_string(),
            subject: event.subject.map(|account| account.to_string()),
            payload: serde_json::from_slice(&event.payload).unwrap_or_default(),
            metadata: serde_json::from_slice(&event.metadata).unwrap_or_default(),
            leaf: hex::encode(event.leaf),
        }
    }
}

#[utoipa::path(
    get, path = "/v1/events", operation_id = "list_events", tag = "log", params(Search),
    responses((
        status = 200, description = "One event a line", body = ReadableEvent, content_type = "application/x-ndjson",
        headers(("Rekey-Next" = i64, description = "Up to here all was looked at: the `after` of the next request")),
    )),
    security(("bearer" = [])),
)]
/// Read the log: one event a line, in order. Needs `utilities.security.audit`. One request looks at 20,000 events at
/// most, and says in `Rekey-Next` how far it came: go on from there, also when there was nothing.
pub(super) async fn list(
    State(app): State<App>,
    Called(call): Called,
    Query(search): Query<Search>,
) -> Result<Response, Problem> {
    app.service.authorise(&call.caller, Permission::Audit).await?;
    search.check()?;
    let found = wait_for(app.service.store(), search.filter(), search.wait, &app.draining).await?;
    let lines =
        found.events.iter().filter_map(|event| serde_json::to_string(&ReadableEvent::from(event)).ok());
    let body: String = lines.flat_map(|line| [line, "\n".to_owned()]).collect();
    let next = (HeaderName::from_static("rekey-next"), HeaderValue::from(found.until));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(([kind, next], Body::from(body)).into_response())
}

/// The next events; when there are none yet, looks again for so many seconds, but not when the process is about to stop.
async fn wait_for(
    store: &Store,
    mut filter: EventFilter,
    seconds: i64,
    draining: &CancellationToken,
) -> Result<EventSlice, Problem> {
    let patience = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    let until = Instant::now() + patience;
    loop {
        let slice = store.events_after(&filter).await?;
        if !slice.events.is_empty() || !slice.is_last || Instant::now() + AGAIN > until {
            return Ok(slice);
        }
        if draining.run_until_cancelled(tokio::time::sleep(AGAIN)).await.is_none() {
            return Ok(slice);
        }
        filter.after = Some(slice.until);
    }
}
