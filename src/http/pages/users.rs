//! `/utilities/security/users`: everybody, found quickly however many they are.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use rekey_events::Permission;
use rekey_events::store::accounts::{AccountQuery, Page, Place, Sort};
use rekey_events::store::vault::ListedAccount;
use serde::{Deserialize, Serialize};

use super::page as rendered;
use super::visitor::Visitor;
use crate::http::App;
use crate::http::params::Query;
use crate::problem::Problem;

/// Users on one page.
const PAGE: i64 = 50;

/// Which users, as the form and the links have it.
#[derive(Clone, Default, Deserialize, Serialize)]
struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sort: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    order: String,
    /// Those after this one, or before it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    before: String,
}

#[derive(Template)]
#[template(path = "users.html")]
struct Users<'a> {
    page: &'a Visitor,
    wanted: &'a Wanted,
    columns: Vec<Column>,
    users: Vec<ListedAccount>,
    has_more_matches: bool,
    previous: Option<String>,
    next: Option<String>,
}

/// A column's head.
struct Column {
    label: String,
    /// Where it is sorted by, and the other way round on a second click.
    link: Option<String>,
    /// As `aria-sort` has it.
    sorted: Option<&'static str>,
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/utilities/security/users", get(list))
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    app.service.authorise(&visitor.call.caller, Permission::UsersView).await?;
    let found = app.service.store().list_accounts(&wanted.query()).await?;
    let (previous, next) = (found.previous.map(written), found.next.map(written));
    rendered(&Users {
        page: &visitor,
        columns: columns(&visitor, &wanted),
        previous: previous.map(|before| wanted.link(|wanted| wanted.before = before)),
        next: next.map(|after| wanted.link(|wanted| wanted.after = after)),
        has_more_matches: found.finds_more,
        users: found.accounts,
        wanted: &wanted,
    })
}

/// A place in the list, as links have it.
fn written(place: Place) -> String {
    format!("{}:{}", place.account, place.key)
}

/// What cannot be read is no place.
fn read(text: &str) -> Option<Place> {
    let (account, key) = text.split_once(':')?;
    Some(Place { account: account.parse().ok()?, key: key.to_owned() })
}

/// What can be sorted by, and its name in links.
const SORTS: [(Sort, &str); 3] =
    [(Sort::Username, "username"), (Sort::Address, "address"), (Sort::LastSignIn, "last-sign-in")];

impl Wanted {
    fn sort(&self) -> Sort {
        let named = SORTS.iter().find(|(_, name)| *name == self.sort);
        named.map_or(Sort::default(), |(sort, _)| *sort)
    }

    fn is_descending(&self) -> bool {
        self.order == "descending"
    }

    fn query(&self) -> AccountQuery {
        let page = match (read(&self.after), read(&self.before)) {
            (Some(place), _) => Page::After(place),
            (None, Some(place)) => Page::Before(place),
            (None, None) => Page::First,
        };
        AccountQuery {
            search: self.search.clone(),
            sort: self.sort(),
            descending: self.is_descending(),
            page,
            limit: PAGE,
        }
    }

    /// The address of the same users, but for a change, from their beginning.
    fn link(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut other = Self { after: String::new(), before: String::new(), ..self.clone() };
        change(&mut other);
        format!("?{}", serde_urlencoded::to_string(other).unwrap_or_default())
    }
}

fn columns(visitor: &Visitor, wanted: &Wanted) -> Vec<Column> {
    let labels = ["user", "address", "last-sign-in"];
    let sorted = SORTS.iter().zip(labels).map(|(sort, label)| column(visitor, wanted, label, *sort));
    let plain = ["second-factor", "self-service", "by-administrator"];
    let plain = plain.map(|label| Column { label: visitor.say(label), link: None, sorted: None });
    sorted.chain(plain).collect()
}

fn column(visitor: &Visitor, wanted: &Wanted, label: &str, (sort, name): (Sort, &str)) -> Column {
    let is_mine = wanted.sort() == sort;
    let turned = is_mine && !wanted.is_descending();
    let link = wanted.link(|wanted| {
        wanted.sort = name.to_owned();
        wanted.order = if turned { "descending" } else { "ascending" }.to_owned();
    });
    let order = if wanted.is_descending() { "descending" } else { "ascending" };
    Column { label: visitor.say(label), link: Some(link), sorted: is_mine.then_some(order) }
}
