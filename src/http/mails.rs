//! `/v1/mails`: the queue, and what became of each mail.

use axum::Json;
use axum::extract::State;
use rekey_events::mail::MailState;
use rekey_events::rows::MailRow;
use rekey_events::{MailId, Moment, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::caller::Called;
use super::params::Query;
use crate::problem::Problem;

/// Mails on one page at most.
const PAGE: i64 = 200;

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// In this state: `pending`, `unknown`, `accepted`, `rejected`, `expired`, `superseded`, `dead`.
    state: Option<String>,
    /// Older than this mail: the last of the page before.
    before: Option<uuid::Uuid>,
}

/// A mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownMail {
    mail_id: String,
    kind: String,
    account_id: String,
    reset_id: Option<String>,
    state: String,
    attempts: i32,
    requested_at: String,
    /// When it is tried (next), while it has no outcome.
    due_at: Option<String>,
    expires_at: String,
    settled_at: Option<String>,
    /// The mail server's last code.
    last_code: Option<i32>,
}

impl From<MailRow> for ShownMail {
    fn from(row: MailRow) -> Self {
        let time = |micros| Moment::from_micros(micros).to_string();
        Self {
            mail_id: row.mail_id.to_string(),
            kind: row.kind,
            account_id: row.account_id.to_string(),
            reset_id: row.reset_id.map(|reset| reset.to_string()),
            state: row.state,
            attempts: row.attempts,
            requested_at: time(row.requested_at),
            due_at: row.settled_at.is_none().then(|| time(row.due_at)),
            expires_at: time(row.expires_at),
            settled_at: row.settled_at.map(time),
            last_code: row.last_code,
        }
    }
}

#[utoipa::path(
    get, path = "/v1/mails", tag = "mails", params(Search),
    responses((status = 200, description = "Mails, the newest first", body = [ShownMail])),
    security(("bearer" = [])),
)]
/// List mails. Needs `utilities.mail`.
pub(super) async fn list(
    State(app): State<App>,
    Called(call): Called,
    Query(search): Query<Search>,
) -> Result<Json<Vec<ShownMail>>, Problem> {
    app.service.authorise(&call.caller, Permission::Mail).await?;
    let state = search.state.as_deref().unwrap_or_default();
    if !state.is_empty() && state.parse::<MailState>().is_err() {
        return Err(Problem::invalid("", "the query has a state that no mail has"));
    }
    let mails = app.service.store().mails(search.before.map(MailId), state, PAGE).await?;
    Ok(Json(mails.into_iter().map(ShownMail::from).collect()))
}
