//! The list of accounts: searched, sorted, page by page, however many there are.

use sqlx::FromRow;
use uuid::Uuid;

use super::vault::ListedAccount;
use super::{Store, StoreError, postgres, reading, sqlite};
use crate::ids::AccountId;
use crate::names::{address_prefix, username_key};
use crate::text::trim;

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The username, folded.
    #[default]
    Username,
    /// The address on file, folded.
    Address,
    /// The last sign-in; those who never did come before all others.
    LastSignIn,
}

/// A place in the list: an account's sort key, and the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The username or the address, folded; or when the last sign-in was, in µs, 0 for never.
    /// What is no such number counts as never.
    pub key: String,
    /// The account.
    pub account: AccountId,
}

/// Which page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The first.
    #[default]
    First,
    /// The last, full.
    Last,
    /// What comes after this place.
    After(Place),
    /// What comes before this place.
    Before(Place),
}

/// What of the list is asked for.
#[derive(Clone, Debug, Default)]
pub struct AccountQuery {
    /// What username or address begins with; all when empty.
    pub search: String,
    /// The order.
    pub sort: Sort,
    /// Whether it is turned round.
    pub descending: bool,
    /// Which page.
    pub page: Page,
    /// How many accounts on it.
    pub limit: i64,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub struct AccountPage {
    /// The accounts on it, in order.
    pub accounts: Vec<ListedAccount>,
    /// Where a page that comes before it ends: see [`Page::Before`]. `None` when there is none.
    pub previous: Option<Place>,
    /// Where a page that comes after it begins: see [`Page::After`]. `None` when there is none.
    pub next: Option<Place>,
    /// Whether more begin so than the list has: it has those of the first 100
    /// usernames and of the first 100 addresses.
    pub finds_more: bool,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    listed: ListedAccount,
    username_key: String,
    email_key: String,
    more: bool,
}

impl Row {
    fn place(&self, sort: Sort) -> Place {
        let account = &self.listed.account;
        let key = match sort {
            Sort::Username => self.username_key.clone(),
            Sort::Address => self.email_key.clone(),
            Sort::LastSignIn => account.last_signed_in_at.unwrap_or(0).to_string(),
        };
        Place { key, account: account.account_id }
    }
}

/// Sorts after everything that begins with what is before it.
const LAST: char = '\u{10FFFF}';

/// What is read: on from a place, up or down.
struct Reading {
    sort: Sort,
    up: bool,
    /// Where usernames and addresses begin and end that begin as they should.
    found: Option<[String; 4]>,
}

impl AccountQuery {
    /// Whether it is read from its end.
    fn is_backward(&self) -> bool {
        matches!(self.page, Page::Last | Page::Before(_))
    }

    fn place(&self) -> Option<&Place> {
        match &self.page {
            Page::First | Page::Last => None,
            Page::After(place) | Page::Before(place) => Some(place),
        }
    }

    /// Whether it has a character that no database has in a text.
    fn has_nul(&self) -> bool {
        self.search.contains('\0') || self.place().is_some_and(|place| place.key.contains('\0'))
    }

    fn reading(&self) -> Reading {
        let found = (!trim(&self.search).is_empty()).then(|| ranges(&self.search));
        Reading { sort: self.sort, up: self.descending == self.is_backward(), found }
    }
}

/// The usernames and addresses that begin with `search`. What cannot be in a username begins none.
fn ranges(search: &str) -> [String; 4] {
    let [from, to] = username_key(search).map_or_else(<[String; 2]>::default, range);
    let [email_from, email_to] = range(address_prefix(search));
    [from, to, email_from, email_to]
}

fn range(prefix: String) -> [String; 2] {
    let end = format!("{prefix}{LAST}");
    [prefix, end]
}

impl Reading {
    fn turned(self) -> Self {
        Self { up: !self.up, ..self }
    }

    /// Comes before all others.
    fn start(&self) -> Place {
        match (self.up, self.sort) {
            (true, Sort::LastSignIn) => Place { key: i64::MIN.to_string(), account: Uuid::nil().into() },
            (true, _) => Place { key: String::new(), account: Uuid::nil().into() },
            (false, Sort::LastSignIn) => Place { key: i64::MAX.to_string(), account: Uuid::max().into() },
            (false, _) => Place { key: LAST.into(), account: Uuid::max().into() },
        }
    }

    fn statement(&self, store: &Store) -> &'static str {
        let (all, found) = match store {
            Store::Sqlite(_) => (&sqlite::sql::accounts::PAGES, &sqlite::sql::accounts::PAGES_FOUND),
            Store::Postgres(_) => (&postgres::sql::accounts::PAGES, &postgres::sql::accounts::PAGES_FOUND),
        };
        let pages = if self.found.is_some() { found } else { all };
        pages[self.sort as usize][usize::from(!self.up)]
    }

    async fn rows(&self, store: &Store, from: &Place, limit: i64) -> Result<Vec<Row>, StoreError> {
        let statement = self.statement(store);
        Ok(reading!(store, pool => {
            let query = sqlx::query_as(statement);
            let query = match self.sort {
                Sort::Username | Sort::Address => query.bind(from.key.as_str()),
                Sort::LastSignIn => query.bind(from.key.parse().unwrap_or(0_i64)),
            };
            let query = query.bind(from.account.0).bind(limit);
            let bounds = self.found.iter().flatten();
            bounds.fold(query, |query, bound| query.bind(bound.as_str())).fetch_all(pool).await
        })?)
    }
}

impl Store {
    /// A page of the accounts that have a person. What it takes does not depend on how many there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list_accounts(&self, query: &AccountQuery) -> Result<AccountPage, StoreError> {
        if query.has_nul() {
            return Ok(AccountPage::default());
        }
        let reading = query.reading();
        let from = query.place().cloned().unwrap_or_else(|| reading.start());
        let mut rows = reading.rows(self, &from, query.limit + 1).await?;
        let goes_on = rows.len() as i64 > query.limit;
        rows.truncate(usize::try_from(query.limit).unwrap_or(0));
        let begins_later = match rows.first() {
            // Whoever was at the place it goes on from may be gone.
            Some(first) if query.place().is_some() => {
                let place = first.place(query.sort);
                !reading.turned().rows(self, &place, 1).await?.is_empty()
            }
            _ => false,
        };
        if query.is_backward() {
            rows.reverse();
            return Ok(page(rows, query.sort, goes_on, begins_later));
        }
        Ok(page(rows, query.sort, begins_later, goes_on))
    }
}

fn page(rows: Vec<Row>, sort: Sort, is_after_others: bool, is_before_others: bool) -> AccountPage {
    AccountPage {
        previous: rows.first().filter(|_| is_after_others).map(|row| row.place(sort)),
        next: rows.last().filter(|_| is_before_others).map(|row| row.place(sort)),
        finds_more: rows.first().is_some_and(|row| row.more),
        accounts: rows.into_iter().map(|row| row.listed).collect(),
    }
}
