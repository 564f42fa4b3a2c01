//! What pages show of large tables is read by index, and no more of it than they show.

use rekey_events::account::AccountCommand;
use rekey_events::store::sql;
use rekey_events::{Env, ResetId};
use rekey_test_support::sql::Sql;

use crate::bed::Bed;
use crate::facts::{account, execute};
use crate::plan::{EVENTS, as_rekey, explain, fill, reported};

const PEOPLE_SQLITE: &str = "
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
    INSERT INTO people SELECT randomblob(16), n, n, n, n, '', NULL, NULL FROM n;
    INSERT INTO accounts SELECT account_id, 'app', 0, abs(random()), NULL, false, NULL, '', '', '', false FROM people";
const PEOPLE_POSTGRES: &str = "
    INSERT INTO people SELECT gen_random_uuid(), n, n, n, n, '', NULL, NULL FROM generate_series(1, 20000) n;
    INSERT INTO accounts SELECT account_id, 'app', 0, random() * 1e15, NULL, false, NULL, '', '', '', false FROM people";

/// Pages of the list of accounts, and what they are read by.
const LIST: [(&str, &[&str]); 12] = [
    ("USERNAME_UP", &["people_username", "accounts_pkey"]),
    ("USERNAME_DOWN", &["people_username", "accounts_pkey"]),
    ("ADDRESS_UP", &["people_email", "accounts_pkey"]),
    ("ADDRESS_DOWN", &["people_email", "accounts_pkey"]),
    ("SIGN_IN_UP", &["accounts_signed_in", "people_pkey"]),
    ("SIGN_IN_DOWN", &["accounts_signed_in", "people_pkey"]),
    ("FOUND_USERNAME_UP", &["people_username", "people_email", "accounts_pkey"]),
    ("FOUND_USERNAME_DOWN", &["people_username", "people_email", "accounts_pkey"]),
    ("FOUND_ADDRESS_UP", &["people_username", "people_email", "accounts_pkey"]),
    ("FOUND_ADDRESS_DOWN", &["people_username", "people_email", "accounts_pkey"]),
    ("FOUND_SIGN_IN_UP", &["people_username", "people_email", "accounts_pkey"]),
    ("FOUND_SIGN_IN_DOWN", &["people_username", "people_email", "accounts_pkey"]),
];

/// Other pages; and rows that are looked up one by one.
const OTHERS: [(&str, &[&str]); 8] = [
    ("NEWEST", &["events_position"]),
    ("NEWEST_ABOUT", &["events_version", "events_subject"]),
    ("MAIL_CHART", &["mails_pkey"]),
    ("PEOPLE", &["people_pkey"]),
    ("PERSON", &["people_pkey"]),
    ("ADDRESSEES", &["people_pkey"]),
    ("ACCOUNT", &["accounts_pkey"]),
    ("ORIGINS", &["origins_pkey"]),
];

/// Whether the database looked at the tables when they were empty, or as they are.
pub async fn a_long_list_of_accounts_is_read_by_index(bed: Bed) {
    let mut sql = as_rekey(&bed).await;
    sql.run("ANALYZE").await.unwrap();
    sql.run(if matches!(sql, Sql::Sqlite(_)) { PEOPLE_SQLITE } else { PEOPLE_POSTGRES }).await.unwrap();
    assert_by_index(&bed, &mut sql, &LIST).await;
    sql.run("ANALYZE").await.unwrap();
    assert_by_index(&bed, &mut sql, &LIST).await;
}

pub async fn the_newest_of_a_full_log_are_read_by_index(bed: Bed) {
    let mut sql = as_rekey(&bed).await;
    sql.run("ANALYZE").await.unwrap();
    fill(&bed, EVENTS).await;
    assert_by_index(&bed, &mut sql, &OTHERS).await;
    sql.run("ANALYZE").await.unwrap();
    assert_by_index(&bed, &mut sql, &OTHERS).await;
}

async fn assert_by_index(bed: &Bed, sql: &mut Sql, statements: &[(&str, &[&str])]) {
    for (name, indexes) in statements {
        let (_, text) = sql::every(&bed.store).into_iter().find(|(known, _)| known == name).unwrap();
        let plan = explain(sql, text).await;
        for index in *indexes {
            assert!(plan.contains(&named(sql, index)), "{name}, {index}:\n{plan}");
        }
        assert!(!reads_to_the_end(&plan), "{name}:\n{plan}");
        let is_merged = name.starts_with("FOUND") || *name == "NEWEST_ABOUT";
        assert!(is_merged || !sorts_before_it_cuts(&plan), "{name}:\n{plan}");
    }
}

/// How a plan names an index: SQLite has names of its own for those of constraints.
fn named(sql: &Sql, index: &str) -> String {
    if matches!(sql, Sql::Postgres(_)) {
        return format!("using {index} on");
    }
    match index {
        "events_position" => "INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        "events_version" => "sqlite_autoindex_events_1 (stream=?)",
        "events_subject" => "events_subject (subject=? AND position>? AND position<?)",
        "people_username" => "sqlite_autoindex_people_2 (username_key",
        "accounts_pkey" => "sqlite_autoindex_accounts_1 (account_id=?)",
        "people_pkey" => "sqlite_autoindex_people_1 (account_id=?)",
        "origins_pkey" => "sqlite_autoindex_origins_1 (event_id=?)",
        "mails_pkey" => "sqlite_autoindex_mails_1 (mail_id>? AND mail_id<?)",
        other => other,
    }
    .to_owned()
}

/// Whether a table or an index is read from one end to the other.
fn reads_to_the_end(plan: &str) -> bool {
    let count = |words: &str| plan.lines().filter(|line| line.contains(words)).count();
    let by_index = count("Index Scan") + count("Index Only Scan");
    let tables = ["SCAN people", "SCAN accounts", "SCAN events", "SCAN mails", "SCAN origins", "Seq Scan"];
    let whole_index = |line: &str| line.contains("SCAN") && line.contains("USING");
    by_index != count("Index Cond:")
        || tables.iter().any(|table| count(table) > 0)
        || plan.lines().any(whole_index)
}

/// Whether what is read is sorted before it is cut to a page; afterwards it may be.
fn sorts_before_it_cuts(plan: &str) -> bool {
    let in_sqlite =
        plan.lines().take_while(|line| !line.starts_with("SCAN ")).any(|line| line.contains("TEMP B-TREE"));
    let below_limits = plan.lines().zip(plan.lines().skip(1)).filter(|(line, _)| line.contains("Limit "));
    in_sqlite || below_limits.map(|(_, below)| below).any(|below| below.contains("Sort"))
}

/// An account's row is written anew with each link; no index is, unless there was a sign-in.
pub async fn links_are_issued_without_touching_the_list_of_accounts(bed: Bed) {
    for _ in 0..20 {
        let (id, reset) = (account(&bed, &bed.log).await, ResetId(bed.env.uuid()));
        execute(&bed, &bed.log, id, &AccountCommand::IssueReset { reset }).await.unwrap();
    }
    let mut sql = reported(&bed).await;
    for (count, expected) in [("n_tup_upd", 20), ("n_tup_hot_upd", 20)] {
        let query = format!("SELECT {count} FROM pg_stat_user_tables WHERE relname = 'accounts'");
        assert_eq!(sql.number(&query).await, expected, "{count}");
    }
}
