//! Pages of the list of accounts: a statement for each order, up and down, of all accounts
//! and of those that a search finds. Each goes on from a key and an account (`$1`, `$2`), by
//! so many (`$3`). First the page is read by index, then a row is looked up for each on it.

/// The columns of the list; `$more` is whether the search found more than it took.
macro_rules! columns {
    ($more:expr) => {
        concat!(
            "SELECT a.*, p.username, p.email, p.display_name, p.username_key, p.email_key, ",
            $more,
            " AS more "
        )
    };
}

/// Usernames are unique: that of an account is enough to go by.
#[rustfmt::skip]
macro_rules! by_username {
    ($more:expr, $from:literal, $is:literal, $way:literal, $account:literal) => {
        concat!(
            columns!($more),
            "FROM (SELECT * FROM ", $from, " WHERE (username_key, account_id) ", $is, " ($1, $2)
                ORDER BY username_key ", $way, " LIMIT $3) p ", $account, "
            ORDER BY p.username_key ", $way
        )
    };
}

#[rustfmt::skip]
macro_rules! by_address {
    ($more:expr, $from:literal, $is:literal, $way:literal, $id:literal, $account:literal) => {
        concat!(
            columns!($more),
            "FROM (SELECT * FROM ", $from, " WHERE (email_key, ", $id, "(account_id)) ", $is, " ($1, ", $id, "($2))
                ORDER BY email_key ", $way, ", ", $id, "(account_id) ", $way, " LIMIT $3) p ", $account, "
            ORDER BY p.email_key ", $way, ", p.account_id ", $way
        )
    };
}

#[rustfmt::skip]
macro_rules! by_sign_in {
    ($is:literal, $way:literal, $signed_in:literal, $person:literal) => {
        concat!(
            columns!("false"),
            "FROM (SELECT * FROM accounts WHERE NOT erased AND (", $signed_in, ", account_id) ", $is, " ($1, $2)
                ORDER BY ", $signed_in, " ", $way, ", account_id ", $way, " LIMIT $3) a ", $person, "
            ORDER BY ", $signed_in, " ", $way, ", a.account_id ", $way
        )
    };
}

/// Those found are few: all are looked up, and sorted.
#[rustfmt::skip]
macro_rules! found_by_sign_in {
    ($is:literal, $way:literal, $signed_in:literal, $account:literal) => {
        concat!(
            columns!(more!()),
            "FROM found p ", $account, " WHERE (", $signed_in, ", a.account_id) ", $is, " ($1, $2)
            ORDER BY ", $signed_in, " ", $way, ", a.account_id ", $way, " LIMIT $3"
        )
    };
}

/// Whose username (`$4` to `$5`) or address (`$6` to `$7`) begins with what is searched
/// for: the first 100 of each, and one to know of more.
macro_rules! found {
    ($page:expr) => {
        concat!(
            "WITH by_username AS MATERIALIZED (SELECT * FROM people
                WHERE username_key >= $4 AND username_key < $5 ORDER BY username_key LIMIT 101),
            by_address AS MATERIALIZED (SELECT * FROM people
                WHERE email_key >= $6 AND email_key < $7 ORDER BY email_key LIMIT 101),
            found AS (SELECT * FROM by_username UNION SELECT * FROM by_address) ",
            $page
        )
    };
}

macro_rules! more {
    () => {
        "((SELECT count(*) FROM by_username) > 100 OR (SELECT count(*) FROM by_address) > 100)"
    };
}

/// The statements of a database that finds a person's account by `$account`, an account's
/// person by `$person`, sorts last sign-ins by `$signed_in`, and those of the same address by
/// the function `$id` of their ids.
macro_rules! account_pages {
    ($account:literal, $person:literal, $signed_in:literal, $id:literal) => {
        use crate::store::sql::{accounts::*, statements};

        statements! {
            USERNAME_UP = by_username!("false", "people", ">", "ASC", $account);
            USERNAME_DOWN = by_username!("false", "people", "<", "DESC", $account);
            ADDRESS_UP = by_address!("false", "people", ">", "ASC", $id, $account);
            ADDRESS_DOWN = by_address!("false", "people", "<", "DESC", $id, $account);
            SIGN_IN_UP = by_sign_in!(">", "ASC", $signed_in, $person);
            SIGN_IN_DOWN = by_sign_in!("<", "DESC", $signed_in, $person);
            FOUND_USERNAME_UP = found!(by_username!(more!(), "found", ">", "ASC", $account));
            FOUND_USERNAME_DOWN = found!(by_username!(more!(), "found", "<", "DESC", $account));
            FOUND_ADDRESS_UP = found!(by_address!(more!(), "found", ">", "ASC", $id, $account));
            FOUND_ADDRESS_DOWN = found!(by_address!(more!(), "found", "<", "DESC", $id, $account));
            FOUND_SIGN_IN_UP = found!(found_by_sign_in!(">", "ASC", $signed_in, $account));
            FOUND_SIGN_IN_DOWN = found!(found_by_sign_in!("<", "DESC", $signed_in, $account));
        }

        /// By order, as in [`Sort`](crate::store::accounts::Sort); up, and down.
        pub(crate) const PAGES: [[&str; 2]; 3] =
            [[USERNAME_UP, USERNAME_DOWN], [ADDRESS_UP, ADDRESS_DOWN], [SIGN_IN_UP, SIGN_IN_DOWN]];
        /// The same, of those that a search finds.
        pub(crate) const PAGES_FOUND: [[&str; 2]; 3] = [
            [FOUND_USERNAME_UP, FOUND_USERNAME_DOWN],
            [FOUND_ADDRESS_UP, FOUND_ADDRESS_DOWN],
            [FOUND_SIGN_IN_UP, FOUND_SIGN_IN_DOWN],
        ];
    };
}

pub(crate) use {account_pages, by_address, by_sign_in, by_username, columns, found, found_by_sign_in, more};
