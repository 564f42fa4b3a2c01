//! `/v1/accounts`: who there is, what each is entitled to, and what happened.

use axum::Json;
use axum::extract::State;
use rekey_events::names::username_key;
use rekey_events::store::vault::ListedAccount;
use rekey_events::text::trim;
use rekey_events::{Moment, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::caller::Called;
use super::events::ReadableEvent;
use super::params::{Named, Query, between};
use crate::problem::{Kind, Problem};
use crate::service::accounts::parse_account;

/// Accounts on one page at most.
const PAGE: i64 = 100;

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Those whose username begins with this.
    #[serde(default)]
    username: String,
    /// Those after this username: the `next` of the page before.
    #[serde(default)]
    after: String,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownAccount {
    account_id: String,
    username: String,
    email: String,
    display_name: String,
    /// `app` or `desktop`.
    origin: String,
    registered_at: String,
    last_signed_in_at: Option<String>,
    /// Whether a second factor is enrolled.
    second_factor: bool,
    must_change_password: bool,
    permissions: Vec<String>,
    /// `eligible`, or why the person cannot reset by themselves.
    self_service: String,
    /// `eligible`, or why an administrator cannot send a link.
    by_administrator: String,
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accounts {
    accounts: Vec<ShownAccount>,
    /// Give this as `after` for the next page.
    next: Option<String>,
}

impl From<ListedAccount> for ShownAccount {
    fn from(listed: ListedAccount) -> Self {
        let row = listed.account;
        let time = |micros| Moment::from_micros(micros).to_string();
        Self {
            account_id: row.account_id.to_string(),
            username: listed.username,
            email: listed.email,
            display_name: listed.display_name,
            origin: row.origin,
            registered_at: time(row.registered_at),
            last_signed_in_at: row.last_signed_in_at.map(time),
            second_factor: row.factor_id.is_some(),
            must_change_password: row.must_change,
            permissions: row.permissions.split_whitespace().map(str::to_owned).collect(),
            self_service: row.self_service,
            by_administrator: row.by_administrator,
        }
    }
}

#[utoipa::path(
    get, path = "/v1/accounts", operation_id = "list_accounts", tag = "accounts", params(Search),
    responses((status = 200, description = "A page of accounts, by username", body = Accounts)),
    security(("bearer" = [])),
)]
/// List accounts. Needs `utilities.security.users.view`.
pub(super) async fn list(
    State(app): State<App>,
    Called(call): Called,
    Query(search): Query<Search>,
) -> Result<Json<Accounts>, Problem> {
    app.service.authorise(&call.caller, Permission::UsersView).await?;
    let (prefix, after) = (folded(&search.username)?, folded(&search.after)?);
    let accounts = app.service.store().accounts(&prefix, &after, PAGE).await?;
    let next =
        (accounts.len() as i64 == PAGE).then(|| accounts.last().map(|last| last.username.clone())).flatten();
    Ok(Json(Accounts { accounts: accounts.into_iter().map(ShownAccount::from).collect(), next }))
}

/// A (part of a) username as it is compared; nothing for nothing.
fn folded(text: &str) -> Result<String, Problem> {
    if trim(text).is_empty() {
        return Ok(String::new());
    }
    username_key(text).ok_or_else(|| Problem::invalid("", "the query has a username that can be nobody's"))
}

#[utoipa::path(
    get, path = "/v1/accounts/{id}", operation_id = "account", tag = "accounts", params(("id" = uuid::Uuid, Path, description = "The account")),
    responses((status = 200, description = "The account", body = ShownAccount)),
    security(("bearer" = [])),
)]
/// One account: one's own, or with `utilities.security.users.view` anybody's.
pub(super) async fn one(
    State(app): State<App>,
    Called(call): Called,
    Named(id): Named,
) -> Result<Json<ShownAccount>, Problem> {
    let id = parse_account(&id)?;
    app.service.authorise_over(&call.caller, id, Permission::UsersView).await?;
    let account = app.service.store().account(id).await?.ok_or(Kind::NotFound)?;
    let (username, email, display_name) = match app.service.store().person(id).await? {
        Some(person) => (person.username, person.email, person.display_name),
        None => ("(erased)".to_owned(), String::new(), String::new()),
    };
    Ok(Json(ListedAccount { account, username, email, display_name }.into()))
}

/// Which part of a history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// After this position.
    #[serde(default, deserialize_with = "between::<0, { i64::MAX }, _>")]
    after: i64,
}

#[utoipa::path(
    get, path = "/v1/accounts/{id}/history", tag = "accounts",
    params(("id" = uuid::Uuid, Path, description = "The account"), Since),
    responses((status = 200, description = "What happened to the account, at most 500 events", body = [ReadableEvent])),
    security(("bearer" = [])),
)]
/// An account's history: one's own, or with `utilities.security.users.view` anybody's.
pub(super) async fn history(
    State(app): State<App>,
    Called(call): Called,
    Named(id): Named,
    Query(since): Query<Since>,
) -> Result<Json<Vec<ReadableEvent>>, Problem> {
    let id = parse_account(&id)?;
    app.service.authorise_over(&call.caller, id, Permission::UsersView).await?;
    app.service.store().account(id).await?.ok_or(Kind::NotFound)?;
    let events = app.service.store().about(id, since.after, 500).await?;
    Ok(Json(events.iter().map(ReadableEvent::from).collect()))
}
