//! `/v1/events`: the log, as NDJSON.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rekey_events::Permission;
use rekey_events::envelope::StoredEvent;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::caller::Called;
use super::params::{Query, between};
use crate::problem::Problem;

/// Events in one answer at most.
const MOST: i64 = 1000;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// After this position; 0 for the beginning.
    #[serde(default, deserialize_with = "between::<0, { i64::MAX }, _>")]
    after: i64,
    /// At most so many, up to 1,000.
    #[serde(default = "most", deserialize_with = "between::<1, MOST, _>")]
    #[param(minimum = 1, maximum = 1000)]
    limit: i64,
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
    get, path = "/v1/events", tag = "log", params(Range),
    responses((status = 200, description = "One event a line", body = ReadableEvent, content_type = "application/x-ndjson")),
    security(("bearer" = [])),
)]
/// Read the log: one event a line, in order. Needs `utilities.security.audit`.
pub(super) async fn list(
    State(app): State<App>,
    Called(call): Called,
    Query(range): Query<Range>,
) -> Result<Response, Problem> {
    app.service.authorise(&call.caller, Permission::Audit).await?;
    let events = app.service.store().after(range.after, range.limit).await?;
    let lines = events.iter().filter_map(|event| serde_json::to_string(&ReadableEvent::from(event)).ok());
    let body: String = lines.flat_map(|line| [line, "\n".to_owned()]).collect();
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from(body)).into_response())
}
