//! A person is forgotten, the history stays.

use serde_json::json;

use crate::bed::{KEY, Place};
use crate::people::{NEW, OLD, of};

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
    for table in ["people", "credentials", "factors", "recovery_codes", "sessions"] {
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
