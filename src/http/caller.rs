//! Who calls, from where, and with what body: what every command begins with.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rekey_events::Moment;
use rekey_events::rows::IdempotencyRow;
use rekey_events::store::Context;
use rekey_events::store::execute::Origin;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::field_value::field_value;
use super::{App, body};
use crate::problem::{Kind, Problem, ProblemBody};
use crate::service::call::{Idempotency, Outcome};
use crate::service::sessions::token_hash;
use crate::service::{Answer, Call, Caller};

/// What may be called while the password must be changed.
const ALLOWED_BEFORE_CHANGE: [&str; 2] = ["/v1/commands/change-password", "/v1/sessions"];
/// How often work is done again that was disturbed.
const TRIES: u32 = 8;
/// Characters of a user agent that are kept.
const USER_AGENT: usize = 200;

/// A call without a body.
pub(super) struct Called(pub Call);

/// A call with a JSON body.
pub(super) struct Command<T>(pub Call, pub T);

impl FromRequestParts<App> for Called {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = caller(app, &parts.headers, parts.uri.path()).await?;
        Ok(Self(call(app, parts, caller)))
    }
}

/// A call by `caller`, now, from where the request comes from.
pub(super) fn call(app: &App, parts: &Parts, caller: Caller) -> Call {
    let mut context = Context::new(app.service.env(), caller.actor());
    let source = app.proxies.client_address(parts).unwrap_or_default();
    context.origin = Some(Origin { source, user_agent: user_agent(&parts.headers) });
    Call { caller, context, idempotency: None }
}

impl<T: DeserializeOwned> FromRequest<App> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Called(mut call) = Called::from_request_parts(&mut parts, app).await?;
        let bytes = body::read(&parts.headers, body).await?;
        let value = body::parse(&bytes)?;
        if let Some(key) = idempotency_key(&parts.headers)? {
            make_idempotent(app, &mut call, parts.uri.path(), key, &bytes);
        }
        Ok(Self(call, value))
    }
}

/// The caller, by the token sent.
async fn caller(app: &App, headers: &HeaderMap, path: &str) -> Result<Caller, Problem> {
    let Some(value) = field_value(headers, header::AUTHORIZATION) else { return Ok(Caller::Anyone) };
    let (scheme, token) = value.split_once(' ').ok_or(Kind::NotSignedIn)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Kind::NotSignedIn.into());
    }
    // Looked up by hash: what the comparison takes says nothing about the token.
    let hash = token_hash(token.trim());
    if let Some(key) = app.api_keys.iter().find(|key| key.token_hash == hash) {
        return Ok(Caller::Key { name: key.name.clone(), permissions: key.permissions.clone() });
    }
    let (session, must_change) = app.service.session(token.trim(), app.service.env().now()).await?;
    if must_change && !ALLOWED_BEFORE_CHANGE.iter().any(|allowed| path.starts_with(allowed)) {
        return Err(Kind::PasswordChangeRequired.into());
    }
    Ok(Caller::Person(session))
}

fn user_agent(headers: &HeaderMap) -> String {
    let value = field_value(headers, header::USER_AGENT).unwrap_or_default();
    value.chars().filter(|character| !character.is_control()).take(USER_AGENT).collect()
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    match key.filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic())) {
        Some(key) if values.next().is_none() => Ok(Some(key)),
        _ => Err(Problem::invalid("", "one Idempotency-Key header of 1 to 255 visible ASCII characters")),
    }
}

/// The same caller, command and key give the same event ids.
///
/// A caller without a name is told apart by what is sent, since a phone changes its address between two tries, and
/// only who sent the body before can send it again. Its address tells apart only what is sent differently under one
/// key: keys such as "1" are popular.
pub(super) fn make_idempotent(app: &App, call: &mut Call, path: &str, key: &str, bytes: &[u8]) {
    let keys = app.service.keys();
    let body = keys.blind("idempotent body", &[&String::from_utf8_lossy(bytes)]);
    let name = |whose: &str| keys.blind("idempotency", &[&call.caller.actor(), whose, path, key]);
    let names = match (&call.caller, &call.context.origin) {
        (Caller::Anyone, Some(origin)) => vec![name(&body), name(&origin.source)],
        (Caller::Anyone, None) => vec![name(&body)],
        _ => vec![name("")],
    };
    // Answers are kept for a day; a key used again later is a new call.
    let day = call.context.at.seconds() / (24 * 60 * 60);
    let mut seed = [0; 32];
    seed.copy_from_slice(keys.blind("event ids", &[&names[0], &day.to_string()]).as_bytes());
    call.context.seed = Some(seed);
    call.idempotency = Some(Idempotency { names, body });
}

/// Does the work, unless its answer is kept already; as a response.
pub(super) async fn answered<F>(app: &App, call: &Call, work: impl Fn() -> F) -> Response
where
    F: Future<Output = Outcome>,
{
    outcome(app, call, work).await.map_or_else(Problem::into_response, respond)
}

/// Does the work, unless its answer is kept already.
pub(super) async fn outcome<F>(app: &App, call: &Call, work: impl Fn() -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    if let Some(outcome) = kept(app, call).await? {
        return outcome;
    }
    let outcome = undisturbed(work).await;
    // The same call, made twice at once: the answer of the one that was recorded counts.
    kept(app, call).await?.unwrap_or(outcome)
}

/// Does the work again when a stream it relied on moved on, such as that of an
/// administrator under whose name somebody else just failed to sign in.
async fn undisturbed<F: Future<Output = Outcome>>(work: impl Fn() -> F) -> Outcome {
    for _ in 0..TRIES {
        match work().await {
            Err(problem) if problem.kind == Kind::Disturbed => tokio::task::yield_now().await,
            outcome => return outcome,
        }
    }
    work().await
}

async fn kept(app: &App, call: &Call) -> Result<Option<Outcome>, Problem> {
    let Some(idempotency) = &call.idempotency else { return Ok(None) };
    for name in &idempotency.names {
        match app.service.store().idempotency(name).await? {
            Some(row) if row.body == idempotency.body => return Ok(Some(repeat(app, call, &row).await)),
            Some(_) => return Err(Kind::IdempotencyKeyReused.into()),
            None => {}
        }
    }
    Ok(None)
}

async fn repeat(app: &App, call: &Call, row: &IdempotencyRow) -> Outcome {
    let status = u16::try_from(row.status).unwrap_or(500);
    if status >= 400 {
        let body: Option<ProblemBody> = serde_json::from_str(&row.answer).ok();
        let problem = body.and_then(Problem::of).unwrap_or_else(|| Kind::Internal.into());
        return Err(problem.later(call.context.at.since(Moment::from_micros(row.recorded_at))));
    }
    let body: Map<String, Value> = serde_json::from_str(&row.answer).unwrap_or_default();
    let position = app.service.store().position_of(row.event_id).await?;
    Ok(Answer { status, body }.at(position))
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer as a response.
pub(super) fn respond(answer: Answer) -> Response {
    (status_of(answer.status), Json(answer.body)).into_response()
}
