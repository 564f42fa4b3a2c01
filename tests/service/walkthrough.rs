//! A forgotten password, from the request to the new sign-in; a known one, changed.

use serde_json::json;

use crate::api::send;
use crate::bed::{PUBLIC, Place};
use crate::people::{NEW, OLD, OTHER};

pub async fn a_forgotten_password_is_reset_by_the_link_once(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;

    let token = bed.link("ana").await;
    assert!(bed.is_open(&session).await, "asking changes nothing");
    bed.try_sign_in("ana", "not-what-it-is", None).await.assert_problem(401, "wrong-credentials");

    bed.complete(&token, "ana", NEW).await.expect(200);
    bed.complete(&token, "ana", OTHER).await.assert_problem(410, "link-unusable");

    assert!(!bed.is_open(&session).await, "a reset ends every session");
    bed.try_sign_in("ana", OLD, None).await.assert_problem(401, "wrong-credentials");
    bed.try_sign_in("ana", OTHER, None).await.assert_problem(401, "wrong-credentials");
    bed.sign_in("ana", NEW).await;

    let mails = bed.mails_to("ana").await;
    assert_eq!(mails.iter().map(|mail| mail.is_notice()).collect::<Vec<_>>(), [false, true], "{mails:?}");
}

pub async fn the_old_password_works_until_the_new_one_is_set(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    bed.link("ana").await;
    bed.sign_in("ana", OLD).await;
}

pub async fn a_rejected_password_leaves_the_link_usable(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    let rejected = bed.complete(&token, "ana", "rekey\u{7}").await;
    rejected.assert_problem(422, "password-rejected");
    assert_eq!(rejected.json()["reasons"], json!(["too_short", "untypable", "like_you", "too_common"]));
    bed.complete(&token, "ana", NEW).await.expect(200);
}

/// The link's address is configured: nothing that a request says gets into a mail.
pub async fn a_forged_host_does_not_get_into_the_mail(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let seen = bed.seen();
    let request = bed.api.request(reqwest::Method::POST, "/v1/commands/request-reset");
    let request = request.header("Host", "evil.example").header("X-Forwarded-Host", "evil.example");
    let request = request.header("Forwarded", "host=evil.example");
    send(request.json(&json!({ "username": "ana", "email": "ana@example.org" }))).await.expect(202);
    let mail = bed.mail_after(seen, |mail| mail.link().is_some()).await;
    assert!(mail.link().unwrap().starts_with(&format!("{PUBLIC}/reset-password#")), "{mail:?}");
    assert!(!mail.text.contains("evil"), "{mail:?}");
}

pub async fn a_changed_password_keeps_this_session_and_ends_the_others(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let other = bed.sign_in("ana", OLD).await;

    let change = |current: &str| json!({ "current_password": current, "new_password": NEW });
    let wrong = bed.api.command(&session, "change-password", change(OTHER)).await;
    wrong.assert_problem(403, "wrong-password");
    bed.api.command(&session, "change-password", change(OLD)).await.expect(200);

    assert!(bed.is_open(&session).await, "this session goes on");
    assert!(!bed.is_open(&other).await, "the others end");
    bed.try_sign_in("ana", OLD, None).await.assert_problem(401, "wrong-credentials");
    bed.sign_in("ana", NEW).await;

    let mails = bed.mails_to("ana").await;
    assert!(mails.len() == 1 && mails[0].is_notice(), "{mails:?}");
}

pub async fn a_set_password_must_be_changed_before_anything_else(place: Place) {
    let bed = place.open().await;
    let (id, session) = bed.signed_in("ana").await;
    let body = json!({ "account_id": id, "new_password": NEW });
    bed.api.command(crate::bed::KEY, "set-password", body).await.expect(200);
    assert!(!bed.is_open(&session).await, "a set password ends every session");

    let opened = bed.try_sign_in("ana", NEW, None).await.expect(201);
    assert_eq!(opened.json()["must_change_password"], true);
    let session = opened.text_of("token");
    let offered = bed.api.command(&session, "offer-second-factor", json!({})).await;
    offered.assert_problem(403, "password-change-required");
    let change = json!({ "current_password": NEW, "new_password": OTHER });
    bed.api.command(&session, "change-password", change).await.expect(200);
    bed.api.command(&session, "offer-second-factor", json!({})).await.expect(200);
}

pub async fn ones_own_sessions_can_be_listed_and_ended(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let request =
        bed.api.request(reqwest::Method::POST, "/v1/sessions").header("User-Agent", "another browser");
    let body = json!({ "username": "ana", "password": OLD });
    let other = send(request.json(&body)).await.expect(201).text_of("token");
    let (_, stranger) = bed.signed_in("ben").await;

    let listed = bed.api.get(&session, "/v1/sessions").await.expect(200).json();
    let others: Vec<_> = listed.as_array().unwrap().iter().filter(|row| row["current"] == false).collect();
    assert_eq!((listed.as_array().unwrap().len(), others.len()), (2, 1), "{listed}");
    assert_eq!(
        (&others[0]["user_agent"], &others[0]["source"]),
        (&json!("another browser"), &json!("127.0.0.1"))
    );
    let path = format!("/v1/sessions/{}", others[0]["session_id"].as_str().unwrap());
    bed.api.delete(&stranger, &path).await.assert_problem(404, "not-found");
    assert!(bed.is_open(&other).await, "nobody ends another's session");
    bed.api.delete(&session, &path).await.expect(204);
    assert!(!bed.is_open(&other).await);
    bed.api.delete(&session, "/v1/sessions/current").await.expect(204);
    assert!(!bed.is_open(&session).await);
}
