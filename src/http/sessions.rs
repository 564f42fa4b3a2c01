//! `/v1/sessions`: signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_events::{Moment, SessionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::caller::{Called, Command};
use super::params::Named;
use super::text::{Line, Password};
use crate::problem::{Kind, Problem, ProblemBody};
use crate::service::sign_in::Opened;

/// What signing in takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The username.
    #[schema(value_type = String, min_length = 1, max_length = 256, example = "ana")]
    username: Line<256>,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: Password,
    /// A code of the second factor, or a recovery code, where one is enrolled.
    #[schema(value_type = Option<String>, max_length = 64)]
    code: Option<Line<64>>,
}

/// One of one's own sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// The session.
    #[schema(value_type = uuid::Uuid)]
    session_id: SessionId,
    /// Whether it is the one calling.
    current: bool,
    /// Whether a second factor was used.
    second_factor: bool,
    /// When it was opened.
    created_at: String,
    /// When it was last used, to the minute.
    seen_at: String,
    /// When it ends at the latest.
    expires_at: String,
    /// The user agent it was opened from.
    user_agent: String,
    /// The address it was opened from.
    source: String,
}

#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions", request_body = SignIn,
    responses(
        (status = 201, description = "Signed in", body = Opened),
        (status = 401, description = "Refused, whatever was wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "A code is needed", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
/// Sign in.
pub(super) async fn sign_in(
    State(app): State<App>,
    Command(call, body): Command<SignIn>,
) -> Result<(StatusCode, Json<Opened>), Problem> {
    let call = call.never_repeated();
    let opened = app.service.sign_in(&call, &body.username, &body.password, body.code.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(opened)))
}

#[utoipa::path(
    get, path = "/v1/sessions", operation_id = "list_sessions", tag = "sessions",
    responses((status = 200, description = "One's own sessions", body = [OwnSession])),
    security(("bearer" = [])),
)]
/// List one's own sessions.
pub(super) async fn list(
    State(app): State<App>,
    Called(call): Called,
) -> Result<Json<Vec<OwnSession>>, Problem> {
    let own = call.caller.session()?;
    let sessions = app.service.sessions_of(own.account_id).await?;
    let time = |micros| Moment::from_micros(micros).to_string();
    let shown = sessions.into_iter().map(|row| OwnSession {
        session_id: row.session_id,
        current: row.session_id == own.session_id,
        second_factor: row.second_factor,
        created_at: time(row.created_at),
        seen_at: time(row.seen_at),
        expires_at: time(row.expires_at),
        user_agent: row.user_agent,
        source: row.source,
    });
    Ok(Json(shown.collect()))
}

#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "sessions",
    params(("id" = String, Path, description = "A session's id, or `current`")),
    responses((status = 204, description = "Ended"), (status = 404, description = "No such session of one's own")),
    security(("bearer" = [])),
)]
/// End one of one's own sessions; `current` signs out.
pub(super) async fn end(
    State(app): State<App>,
    Called(call): Called,
    Named(id): Named,
) -> Result<StatusCode, Problem> {
    let own = call.caller.session()?;
    let session = match id.as_str() {
        "current" => own.session_id,
        id => id.parse::<SessionId>().map_err(|_| Kind::NotFound)?,
    };
    app.service.end_session(session, own.account_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
