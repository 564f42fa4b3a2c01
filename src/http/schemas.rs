//! `/v1/schemas`: what events look like. And `/asyncapi.json`: where they, and hints about mails, can be read.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rekey_events::schema::{EventSchema, SCHEMAS, schema};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::params::Named;
use crate::problem::{Kind, Problem, ProblemBody};

/// A version of a type of event.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemaLine {
    r#type: &'static str,
    version: i32,
    /// Where its schema is.
    path: String,
}

impl From<&EventSchema> for SchemaLine {
    fn from(schema: &EventSchema) -> Self {
        Self { r#type: schema.name, version: schema.version, path: path(schema) }
    }
}

fn path(schema: &EventSchema) -> String {
    format!("/v1/schemas/{}/{}", schema.name, schema.version)
}

#[utoipa::path(
    get, path = "/v1/schemas", operation_id = "list_schemas", tag = "log",
    responses((status = 200, description = "All versions of all types", body = [SchemaLine])),
)]
/// The types of events there are, and their versions: an event names both (`type`, `schema`).
pub(super) async fn list() -> Json<Vec<SchemaLine>> {
    Json(SCHEMAS.iter().map(SchemaLine::from).collect())
}

#[utoipa::path(
    get, path = "/v1/schemas/{type}/{version}", operation_id = "schema", tag = "log",
    params(
        ("type" = String, Path, description = "The event's `type`"),
        ("version" = i32, Path, description = "The event's `schema`"),
    ),
    responses(
        (status = 200, description = "JSON Schema 2020-12", body = Object, content_type = "application/schema+json"),
        (status = 404, description = "No such type or version", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
/// The schema of a version of a type of event: of its `payload`. It never changes.
pub(super) async fn one(Named((name, version)): Named<(String, String)>) -> Result<Response, Problem> {
    let unknown = || Problem::because(Kind::NotFound, "No such type or version: /v1/schemas lists all.");
    let version = version.parse().map_err(|_| unknown())?;
    let found = schema(&name, version).ok_or_else(unknown)?;
    Ok(([(header::CONTENT_TYPE, "application/schema+json")], found.text).into_response())
}

/// What can be read as it happens: AsyncAPI 3.0.
pub(super) async fn asyncapi() -> Json<Value> {
    Json(described())
}

fn described() -> Value {
    let mut messages: Map<_, _> = SCHEMAS.iter().map(|schema| (key(schema), message(schema))).collect();
    let events: Map<_, _> = messages.keys().map(|key| (key.clone(), reference("messages", key))).collect();
    messages.insert("hint".to_owned(), hint());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "rekey",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The log's events, read over HTTP; and hints about mails that are due, on NATS.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": "/v1/events",
                "description": "NDJSON: an event a line, in order. `after` resumes, `wait` waits for more (see /openapi.json).",
                "messages": events,
            },
            "links": hints("mail.v1.{log}.link", "Mails with a link"),
            "notices": hints("mail.v1.{log}.notice", "Notices, which may come later"),
        },
        "operations": {
            "publishEvents": { "action": "send", "channel": { "$ref": "#/channels/events" } },
            "publishLinkHints": { "action": "send", "channel": { "$ref": "#/channels/links" } },
            "publishNoticeHints": { "action": "send", "channel": { "$ref": "#/channels/notices" } },
        },
        "components": { "messages": messages },
    })
}

fn key(schema: &EventSchema) -> String {
    format!("{}.{}", schema.name, schema.version)
}

fn reference(of: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{of}/{name}") })
}

/// A line of `/v1/events`.
fn message(schema: &EventSchema) -> Value {
    let text = json!({ "type": "string" });
    let id = json!({ "type": "string", "format": "uuid" });
    json!({
        "name": schema.name,
        "payload": {
            "type": "object",
            "required": ["position", "epoch", "stream", "version", "event_id", "type", "schema", "recorded_at", "payload", "metadata", "leaf"],
            "properties": {
                "position": { "type": "integer", "minimum": 1 },
                "epoch": { "type": "integer", "minimum": 1 },
                "stream": id,
                "version": { "type": "integer", "minimum": 1 },
                "event_id": id,
                "type": { "const": schema.name },
                "schema": { "const": schema.version },
                "recorded_at": { "type": "string", "format": "date-time" },
                "subject": { "type": ["string", "null"], "format": "uuid" },
                "payload": { "$ref": path(schema) },
                "metadata": {
                    "type": "object",
                    "required": ["actor", "correlation"],
                    "properties": { "actor": text, "correlation": id, "causation": id },
                },
                "leaf": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            },
        },
    })
}

fn hints(subject: &str, about: &str) -> Value {
    json!({
        "address": subject,
        "description": format!("{about}: that one may be due. Only `rekey work` reads them; they may be lost, or come twice."),
        "parameters": { "log": { "description": "The log's id in hexadecimal, without hyphens." } },
        "messages": { "hint": reference("messages", "hint") },
    })
}

/// What is published on NATS: nothing but which mail.
fn hint() -> Value {
    json!({
        "name": "hint",
        "payload": {
            "type": "object",
            "additionalProperties": false,
            "required": ["v", "id"],
            "properties": { "v": { "const": 1 }, "id": { "type": "string", "format": "uuid" } },
        },
    })
}
