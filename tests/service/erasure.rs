//! A person is forgotten, the history stays.

use std::time::Duration;

use flate2::read::GzDecoder;
use rekey::audit::verify::{self, Trust};
use rekey_events::seal::origin;
use rekey_workers::Sealer;
use serde_json::json;

use crate::bed::{Bed, KEY, Place};
use crate::people::{NEW, OLD, of};
use crate::served::seal_key;

pub async fn an_erased_person_leaves_only_history(place: Place) {
    let bed = place.open().await;
    let (_, administrator) = bed.administrator(&["utilities.security.users.erase"]).await;
    let (ana, session) = bed.signed_in("ana").await;
    bed.enrol(&session).await;
    let token = bed.link("ana").await;
    bed.settled().await;
    // A mail that cannot leave yet.
    bed.sink.set_plan(rekey_test_support::smtp::Plan::script([(
        rekey_test_support::smtp::Phase::Rcpt,
        rekey_test_support::smtp::Fault::reply("450 4.2.0 try again later"),
    )]));
    let change = json!({ "current_password": OLD, "new_password": NEW });
    bed.api.command(&session, "change-password", change).await.expect(200);
    let history = bed.events().await.len();

    bed.api.command(&session, "erase-person", of(&ana)).await.assert_problem(403, "missing-permission");
    bed.api.command(&administrator, "erase-person", of(&ana)).await.expect(200);
    bed.api.command(&administrator, "erase-person", of(&ana)).await.expect(200);

    assert!(!bed.is_open(&session).await);
    bed.try_sign_in("ana", NEW, None).await.assert_problem(401, "wrong-credentials");
    bed.complete(&token, "ana", OLD).await.assert_problem(410, "link-unusable");
    let mut sql = bed.sql().await;
    let named = if bed.url.starts_with("sqlite") {
        "hex(account_id)"
    } else {
        "encode(uuid_send(account_id), 'hex')"
    };
    let id = ana.replace('-', "");
    for table in
        ["people", "suppressions", "receipts", "credentials", "factors", "recovery_codes", "sessions"]
    {
        let left = format!("SELECT count(*) FROM {table} WHERE lower({named}) = '{id}'");
        assert_eq!(sql.number(&left).await, 0, "{table}");
    }
    let waiting = format!("SELECT count(*) FROM mails WHERE lower({named}) = '{id}' AND settled_at IS NULL");
    bed.advance(60 * 60);
    crate::bed::until("the end of the mail to nobody", async || sql.number(&waiting).await == 0).await;

    let events = bed.events().await;
    assert!(events.len() > history, "nothing is taken out of the log");
    let kept = bed.api.get(KEY, &format!("/v1/accounts/{ana}/history")).await.expect(200).json();
    assert_eq!(kept[0]["type"], "AccountRegistered");
    assert!(kept.as_array().unwrap().iter().any(|event| event["type"] == "PersonErased"), "{kept}");
    let shown = bed.api.get(KEY, &format!("/v1/accounts/{ana}")).await.expect(200).json();
    assert_eq!((&shown["email"], &shown["self_service"]), (&json!(""), &json!("erased")));

    // The name is free again, for somebody else.
    let other = bed.register("ana", "app").await;
    assert_ne!(other, ana);
}

/// The events about a person stay, with the same root; what an export says about the person does not.
pub async fn history_holds_when_a_person_is_erased(place: Place) {
    let bed = place.open().await;
    let (_, administrator) = bed.administrator(&["utilities.security.users.erase"]).await;
    let (ana, _) = bed.signed_in("ana").await;
    bed.settled().await;
    let (folder, key) = (tempfile::tempdir().unwrap(), seal_key());
    let mut sealer =
        Sealer::new(bed.service.log().clone(), key.clone(), folder.path(), Duration::from_secs(1));
    let kept = sealer.step().await.unwrap().unwrap();
    let before = exported(&bed).await;
    bed.api.command(&administrator, "erase-person", of(&ana)).await.expect(200);
    sealer.step().await.unwrap().unwrap();
    let after = exported(&bed).await;

    let verifier = key.named(&origin(key.name(), 1)).unwrap().verifier();
    let trust = Trust { keys: vec![verifier], since: vec![("kept".to_owned(), kept)], ..Trust::default() };
    for (export, knows) in [(before, true), (after, false)] {
        let report = verify::export(export.as_slice(), &trust, |_| {}).unwrap();
        assert!(report.is_well(), "{report:?}");
        let text = std::io::read_to_string(GzDecoder::new(export.as_slice())).unwrap();
        assert_eq!(text.contains("ana@example.org"), knows);
        assert!(text.contains(&ana), "what happened to the account stays");
    }
    let page = format!("/v1/events?account={ana}&type=PersonErased");
    assert_eq!(bed.api.get(KEY, &page).await.expect(200).text.lines().count(), 1);
    let compared = bed.store().compare_views(|_, _| {}).await.unwrap();
    assert_eq!(compared.differences, []);
}

async fn exported(bed: &Bed) -> Vec<u8> {
    let mut export = Vec::new();
    rekey::audit::export::export(bed.store(), &mut export, true, |_, _| {}).await.unwrap();
    export
}
