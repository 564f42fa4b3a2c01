//! The pages that are read.

use rekey_events::store::accounts::{AccountQuery, Page, Sort};

use crate::people::People;

/// A query for the nth time.
type Query = Box<dyn Fn(&People, usize) -> AccountQuery>;

const SORTS: [(&str, Sort); 3] =
    [("username", Sort::Username), ("address", Sort::Address), ("last sign-in", Sort::LastSignIn)];

/// What is searched for, and what that is. Usernames begin with one letter, addresses with many.
const SEARCHES: [(&str, &str); 3] =
    [("e0000", "some"), ("e", "everybody, by one letter"), ("a", "one letter of addresses")];

/// Each with its name.
pub fn all() -> Vec<(String, Query)> {
    let mut all = Vec::new();
    for (order, sort) in SORTS {
        for descending in [false, true] {
            let way = if descending { ", descending" } else { "" };
            for (place, page) in [("first", Page::First), ("last", Page::Last)] {
                all.push(fixed(format!("by {order}{way}: {place}"), "", sort, descending, page));
            }
            let within = move |people: &People, nth| AccountQuery {
                sort,
                descending,
                page: Page::After(people.place(sort, nth)),
                ..Default::default()
            };
            all.push((format!("by {order}{way}: from any place"), Box::new(within) as Query));
        }
    }
    let one = |people: &People, nth| AccountQuery { search: people.username(nth), ..Default::default() };
    all.push(("search for a whole username".to_owned(), Box::new(one)));
    for (order, sort) in SORTS {
        for (search, what) in SEARCHES {
            let name = format!("search for `{search}` ({what}), by {order}: first");
            all.push(fixed(name, search, sort, false, Page::First));
        }
    }
    all
}

fn fixed(name: String, search: &str, sort: Sort, descending: bool, page: Page) -> (String, Query) {
    let query = AccountQuery { search: search.to_owned(), sort, descending, page, limit: 0 };
    (name, Box::new(move |_, _| query.clone()))
}
