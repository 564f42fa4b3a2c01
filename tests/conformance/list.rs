//! The list of accounts: in each order, page by page, forward and backward.

use std::time::Duration;

use rekey_events::account::AccountCommand;
use rekey_events::rows::{AccountRow, Change};
use rekey_events::store::accounts::{AccountPage, AccountQuery, Page, Place, Sort};
use rekey_events::{AccountId, Env, Moment};

use crate::bed::Bed;
use crate::facts::{account, begin, changing, execute, person};

const SORTS: [Sort; 3] = [Sort::Username, Sort::Address, Sort::LastSignIn];

/// Somebody in the list.
#[derive(Clone, Debug)]
struct Listed {
    id: AccountId,
    username: String,
    email: String,
    signed_in: Option<i64>,
}

impl Listed {
    fn key(&self, sort: Sort) -> (String, i64, AccountId) {
        match sort {
            Sort::Username => (self.username.clone(), 0, self.id),
            Sort::Address => (self.email.clone(), 0, self.id),
            Sort::LastSignIn => (String::new(), self.signed_in.unwrap_or(0), self.id),
        }
    }

    fn changes(&self) -> [Change; 2] {
        let mut person = person(self.id, &self.username);
        (person.email, person.email_key) = (self.email.clone(), self.email.clone());
        let account = AccountRow {
            account_id: self.id,
            origin: "app".to_owned(),
            registered_at: 0,
            last_signed_in_at: self.signed_in,
            credential_id: None,
            must_change: false,
            factor_id: None,
            permissions: String::new(),
            self_service: "eligible".to_owned(),
            by_administrator: "eligible".to_owned(),
            erased: false,
        };
        [Change::PutPerson(person), Change::PutAccount(account)]
    }
}

/// So many, of whom some share an address, many the time of their last sign-in or that there was none.
async fn fill(bed: &Bed, many: i64) -> Vec<Listed> {
    let listed = |nth: i64| Listed {
        id: AccountId(bed.env.uuid()),
        username: format!("{}{:04}", ["u", "k"][nth as usize % 2], nth * 37 % 1009),
        email: format!("{}{}@example.org", ["ana", "ben", "u"][nth as usize % 3], nth * 53 % 20),
        signed_in: [None, Some(7), Some(nth * 91 % 50 + 1)][nth as usize % 3],
    };
    let all: Vec<_> = (0..many).map(listed).collect();
    put(bed, &all).await;
    all
}

async fn put(bed: &Bed, all: &[Listed]) {
    bed.log.append(changing(begin(bed), all.iter().flat_map(Listed::changes))).await.unwrap();
}

fn sorted(all: &[Listed], sort: Sort, descending: bool) -> Vec<AccountId> {
    let mut all = all.to_vec();
    all.sort_by_key(|listed| listed.key(sort));
    if descending {
        all.reverse();
    }
    all.iter().map(|listed| listed.id).collect()
}

fn ids(page: &AccountPage) -> Vec<AccountId> {
    page.accounts.iter().map(|listed| listed.account.account_id).collect()
}

async fn read(bed: &Bed, query: &AccountQuery, page: Page) -> AccountPage {
    bed.store.list_accounts(&AccountQuery { page, ..query.clone() }).await.unwrap()
}

/// All pages, one after the other; none is there before the first.
async fn forward(bed: &Bed, query: &AccountQuery) -> Vec<AccountId> {
    let mut page = read(bed, query, Page::First).await;
    assert_eq!(page.previous, None);
    let mut all = ids(&page);
    while let Some(next) = page.next {
        page = read(bed, query, Page::After(next)).await;
        assert!(page.previous.is_some() && !page.accounts.is_empty());
        all.extend(ids(&page));
    }
    all
}

/// The same from the last one on.
async fn backward(bed: &Bed, query: &AccountQuery) -> Vec<AccountId> {
    let mut page = read(bed, query, Page::Last).await;
    assert_eq!(page.next, None);
    let mut pages = vec![ids(&page)];
    while let Some(previous) = page.previous {
        page = read(bed, query, Page::Before(previous)).await;
        assert!(page.next.is_some() && !page.accounts.is_empty());
        pages.push(ids(&page));
    }
    pages.into_iter().rev().flatten().collect()
}

/// Fails unless a search finds `expected`, in each order, both ways, with pages of several sizes.
async fn assert_pages(bed: &Bed, search: &str, expected: &[Listed]) {
    for (sort, descending) in SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
        let order = sorted(expected, sort, descending);
        for limit in [1, 7, 100] {
            let query =
                AccountQuery { search: search.to_owned(), sort, descending, limit, ..Default::default() };
            assert_eq!(forward(bed, &query).await, order, "{query:?}");
            assert_eq!(backward(bed, &query).await, order, "{query:?}");
        }
    }
}

pub async fn accounts_are_listed_in_each_order_page_by_page(bed: Bed) {
    assert_pages(&bed, "", &[]).await;
    let all = fill(&bed, 50).await;
    assert_pages(&bed, "", &all).await;
    assert_pages(&bed, " ", &all).await;
}

pub async fn a_search_finds_what_begins_so(bed: Bed) {
    let all = fill(&bed, 50).await;
    let begins = |start: &str| -> Vec<_> {
        let found = |listed: &&Listed| listed.username.starts_with(start) || listed.email.starts_with(start);
        all.iter().filter(found).cloned().collect()
    };
    for (search, start) in
        [("u", "u"), ("ANA", "ana"), (" ben1", "ben1"), ("Ｕ00", "u00"), ("u1@EXAMPLE.", "u1@example.")]
    {
        let found = begins(start);
        assert!(!found.is_empty() && found.len() < 50, "{start}");
        assert_pages(&bed, search, &found).await;
    }
    for search in ["example", "%", "_", "x\0", "\u{10FFFF}", "a b"] {
        assert_pages(&bed, search, &[]).await;
    }
}

pub async fn a_search_that_finds_too_much_says_so(bed: Bed) {
    let all = fill(&bed, 500).await;
    let query = |search: &str| AccountQuery { search: search.to_owned(), limit: 1000, ..Default::default() };
    let page = read(&bed, &query("u"), Page::First).await;
    assert!(page.finds_more);
    assert!((101..=202).contains(&page.accounts.len()), "{}", page.accounts.len());
    for search in ["ana1", "u00", ""] {
        assert!(!read(&bed, &query(search), Page::First).await.finds_more, "{search:?}");
    }
    assert_eq!(ids(&read(&bed, &query(""), Page::First).await), sorted(&all, Sort::Username, false));
}

pub async fn the_erased_are_not_listed(bed: Bed) {
    let all = fill(&bed, 3).await;
    let gone = account(&bed, &bed.log).await;
    bed.env.advance(Duration::from_secs(1));
    execute(&bed, &bed.log, gone, &AccountCommand::RecordSignIn).await.unwrap();
    bed.log
        .execute(
            &bed.context(),
            gone.into(),
            &AccountCommand::Erase,
            |_: &rekey_events::account::Account, _, draft| {
                draft.change(Change::ErasePerson(gone));
            },
        )
        .await
        .unwrap();
    assert!(bed.store.account(gone).await.unwrap().unwrap().erased);
    assert_pages(&bed, "", &all).await;
}

/// Whoever was last on a page may be gone, or have moved, when the next one is asked for.
pub async fn a_page_goes_on_where_nobody_is(bed: Bed) {
    let all = fill(&bed, 20).await;
    for sort in SORTS {
        let order = sorted(&all, sort, false);
        let query = AccountQuery { sort, limit: 5, ..Default::default() };
        let next = read(&bed, &query, Page::First).await.next.unwrap();
        let nobody =
            Place { account: AccountId(uuid::Uuid::from_u128(next.account.0.as_u128() + 1)), ..next };
        assert_eq!(ids(&read(&bed, &query, Page::After(nobody.clone())).await), order[5..10]);
        assert_eq!(ids(&read(&bed, &query, Page::Before(nobody)).await), order[..5]);
    }
    let odd = |key: &str| Place { key: key.to_owned(), account: all[0].id };
    for page in [Page::After(odd("\0")), Page::Before(odd("a\0"))] {
        assert!(read(&bed, &AccountQuery { limit: 5, ..Default::default() }, page).await.accounts.is_empty());
    }
    let query = AccountQuery { sort: Sort::LastSignIn, limit: 50, ..Default::default() };
    assert!(!read(&bed, &query, Page::After(odd("no number"))).await.accounts.is_empty());
}

/// Who signs in is where the list begins, from the next page on that is read.
pub async fn a_sign_in_moves_its_account(bed: Bed) {
    let ids_by_command = [account(&bed, &bed.log).await, account(&bed, &bed.log).await];
    for (id, name) in ids_by_command.iter().zip(["ana", "ben"]) {
        let put = [Change::PutPerson(person(*id, name))];
        bed.log.append(changing(begin(&bed), put)).await.unwrap();
    }
    let query = AccountQuery { sort: Sort::LastSignIn, descending: true, limit: 1, ..Default::default() };
    for id in [ids_by_command[0], ids_by_command[1], ids_by_command[0]] {
        bed.env.advance(Duration::from_secs(60));
        execute(&bed, &bed.log, id, &AccountCommand::RecordSignIn).await.unwrap();
        let page = read(&bed, &query, Page::First).await;
        assert_eq!(ids(&page), [id]);
        let at = page.accounts[0].account.last_signed_in_at.map(Moment::from_micros);
        assert_eq!(at, Some(bed.env.now()));
    }
}
