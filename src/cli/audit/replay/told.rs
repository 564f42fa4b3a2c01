//! A replay's findings, for people and for programs.

use std::collections::{HashMap, HashSet};

use rekey_events::replay::{AsOf, ViewRow};
use rekey_events::rows::{AccountRow, MailRow, ResetRow};
use rekey_events::store::replay::{Comparison, Difference, Misfiled};
use rekey_events::store::{Store, StoreError};
use rekey_events::{AccountId, Moment};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::table::table;
use crate::mails::words;

/// Usernames, of those that are not erased.
type Names = HashMap<AccountId, String>;

/// Live views held against the log.
pub(super) fn comparison(compared: &Comparison) -> Value {
    let row = |row: &Option<ViewRow>| row.as_ref().map(fields);
    let differences = compared.differences.iter().map(|difference| {
        let Difference { view, key, live, replayed } = difference;
        json!({ "view": view, "key": key, "live": row(live), "replayed": row(replayed) })
    });
    let misfiled = compared
        .misfiled
        .iter()
        .map(|event| json!({ "position": event.position, "live": event.live, "replayed": event.replayed }));
    json!({
        "position": compared.position, "rows": compared.rows,
        "differences": differences.collect::<Vec<_>>(), "misfiled": misfiled.collect::<Vec<_>>(),
        "and_more": compared.and_more, "head": compared.head.as_ref().map(ToString::to_string),
    })
}

/// The same, in words.
pub(super) fn differences(compared: &Comparison) -> String {
    let Comparison { position, rows, differences, misfiled, and_more, head } = compared;
    let mut text = format!("{rows} rows of the live views, at position {position}\n");
    if compared.is_same() {
        return text + "All are what the log makes of them.\n";
    }
    differences.iter().for_each(|difference| text += &in_words(difference));
    misfiled.iter().for_each(|event| text += &filed(event));
    if *and_more {
        text += "and more\n";
    }
    if !differences.is_empty() || !misfiled.is_empty() {
        text += "Somebody or something else than rekey changed them: the log is right.\n";
    }
    match head {
        Some(flaw) => text + &format!("WRONG: {flaw}. `rekey audit verify` tells more.\n"),
        None => text,
    }
}

fn filed(event: &Misfiled) -> String {
    let of = |account: Option<AccountId>| {
        account.map_or_else(|| "nobody's history".to_owned(), |account| format!("the history of {account}"))
    };
    let Misfiled { position, live, replayed } = event;
    format!("the event at position {position} is in {}, and should be in {}\n", of(*live), of(*replayed))
}

fn in_words(difference: &Difference) -> String {
    let Difference { view, key, live, replayed } = difference;
    let (live, replayed) = match (live, replayed) {
        (None, _) => return format!("{view} {key}: the row is missing\n"),
        (_, None) => return format!("{view} {key}: there should be no such row\n"),
        (Some(live), Some(replayed)) => (fields(live), fields(replayed)),
    };
    let fields = live.as_object().into_iter().flatten();
    let wrong = fields.filter_map(|(name, is)| {
        let should = &replayed[name];
        (is != should).then(|| format!("{view} {key}: {name} is {is}, and should be {should}\n"))
    });
    wrong.collect()
}

fn fields(row: &ViewRow) -> Value {
    match row {
        ViewRow::Account(row) => json!(row),
        ViewRow::Reset(row) => json!(row),
        ViewRow::Mail(row) => json!(row),
    }
}

/// What was true then.
#[derive(Serialize)]
pub(super) struct Then<'a> {
    position: i64,
    at: Moment,
    live_links: Vec<&'a ResetRow>,
    accounts: Vec<&'a AccountRow>,
    owed_mails: Vec<&'a MailRow>,
}

pub(super) fn as_of(then: &AsOf) -> Then<'_> {
    Then {
        position: then.position,
        at: then.at,
        live_links: then.live_links().collect(),
        accounts: then.accounts().collect(),
        owed_mails: then.owed_mails().collect(),
    }
}

/// Who the accounts are, as far as the vault knows.
pub(super) async fn names(store: &Store, then: &AsOf) -> Result<Names, StoreError> {
    let accounts: HashSet<_> = then.accounts().map(|row| row.account_id).collect();
    let people = store.people(&accounts.into_iter().collect::<Vec<_>>()).await?;
    Ok(people.into_iter().map(|(account, person)| (account, person.username)).collect())
}

/// The same, in tables.
pub(super) fn table_of(then: &AsOf, names: &Names) -> String {
    let name = |account: AccountId| names.get(&account).cloned().unwrap_or_else(|| account.to_string());
    let time = |micros| words::time(Moment::from_micros(micros));
    let links = then.live_links().map(|row| {
        let by = row.issued_by.map_or_else(|| "self-service".to_owned(), name);
        vec![name(row.account_id), by, time(row.issued_at), time(row.expires_at)]
    });
    let accounts = then.accounts().map(|row| {
        let signed_in = row.last_signed_in_at.map_or_else(|| "never".to_owned(), time);
        let (reset, by_administrator) = (row.self_service.clone(), row.by_administrator.clone());
        vec![name(row.account_id), signed_in, reset, by_administrator, row.permissions.clone()]
    });
    let mails = then.owed_mails().map(|row| {
        vec![
            name(row.account_id),
            words::kind(&row.kind).to_owned(),
            row.state.clone(),
            time(row.requested_at),
        ]
    });
    let mut text = format!("{}, position {}\n", words::time(then.at), then.position);
    text += &section("Links that could be used", ["ACCOUNT", "ISSUED BY", "ISSUED", "UNTIL"], links);
    let heads = ["ACCOUNT", "SIGNED IN", "OWN RESET", "BY ADMINISTRATOR", "PERMISSIONS"];
    text += &section("Accounts", heads, accounts);
    text + &section("Mails owed", ["ACCOUNT", "MAIL", "STATE", "REQUESTED"], mails)
}

fn section<const N: usize>(title: &str, heads: [&str; N], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut all = vec![heads.map(str::to_owned).to_vec()];
    all.extend(rows);
    match all.len() {
        1 => format!("\n{title}: none\n"),
        _ => format!("\n{title}\n{}", table(&all)),
    }
}
