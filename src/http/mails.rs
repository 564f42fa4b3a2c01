//! `/v1/mails`: the queue, and what became of each mail.

use axum::Json;
use axum::extract::State;
use rekey_events::{MailId, Permission};
use serde::Deserialize;
use utoipa::IntoParams;

use super::App;
use super::caller::Called;
use super::params::{Named, Query};
use crate::mails::{KINDS, MailHistory, STATES, ShownMail, receipts};
use crate::problem::{Kind, Problem};

/// Mails on one page at most.
const PAGE: i64 = 200;

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// In this state: `pending`, `unknown`, `accepted`, `rejected`, `suppressed`, `expired`, `superseded`,
    /// `unconfirmed`, `dead`.
    #[serde(default)]
    state: String,
    /// Of this kind: `reset_link`, `admin_reset_link`, `password_changed`.
    #[serde(default)]
    kind: String,
    /// Older than this mail: the last of the page before.
    before: Option<uuid::Uuid>,
}

#[utoipa::path(
    get, path = "/v1/mails", operation_id = "list_mails", tag = "mails", params(Search),
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
    known(&search.state, &STATES, "the query has a state that no mail has")?;
    known(&search.kind, &KINDS, "the query has a kind that no mail is of")?;
    let before = search.before.map(MailId);
    let store = app.service.store();
    let mails = store.mails(before, &search.state, &search.kind, PAGE).await?;
    let waits = store.waits().await?;
    Ok(Json(mails.into_iter().map(|row| ShownMail::new(row, &waits, call.context.at)).collect()))
}

/// Nothing, or one of the words there are.
fn known(word: &str, words: &[&str], wrong: &str) -> Result<(), Problem> {
    if word.is_empty() || words.contains(&word) { Ok(()) } else { Err(Problem::invalid("", wrong)) }
}

#[utoipa::path(
    get, path = "/v1/mails/{id}", operation_id = "mail", tag = "mails", params(("id" = uuid::Uuid, Path, description = "The mail")),
    responses((status = 200, description = "The mail, and what happened to it", body = MailHistory)),
    security(("bearer" = [])),
)]
/// One mail and its events. Needs `utilities.mail`.
pub(super) async fn one(
    State(app): State<App>,
    Called(call): Called,
    Named(id): Named,
) -> Result<Json<MailHistory>, Problem> {
    app.service.authorise(&call.caller, Permission::Mail).await?;
    let id: MailId = id.parse().map_err(|_| Kind::NotFound)?;
    let row = app.service.store().mail(id).await?.ok_or(Kind::NotFound)?;
    let store = app.service.store();
    let events = store.stream(id.into()).await?;
    let receipts = receipts(store, &events).await?;
    let mail = ShownMail::new(row, &store.waits().await?, call.context.at);
    Ok(Json(MailHistory::new(mail, &events, receipts)))
}
