//! The second factor: asked for at sign-in, kept by a reset.

use serde_json::json;

use crate::bed::Place;
use crate::people::{NEW, OLD, OTHER};

pub async fn an_enrolled_second_factor_is_asked_for(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    bed.try_sign_in("ana", OLD, None).await.assert_problem(403, "second-factor-required");
    bed.try_sign_in("ana", OLD, Some("000000")).await.assert_problem(401, "wrong-credentials");
    // A wrong password is told as one, whatever the code.
    let code = bed.code(&enrolled.secret);
    bed.try_sign_in("ana", OTHER, Some(&code)).await.assert_problem(401, "wrong-credentials");
    let opened = bed.try_sign_in("ana", OLD, Some(&code)).await.expect(201);
    assert_eq!(opened.json()["second_factor"], true);
}

pub async fn a_wrong_code_enrols_nothing(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let none = bed.api.command(&session, "confirm-second-factor", json!({ "code": "000000" })).await;
    none.assert_problem(409, "not-possible");
    bed.api.command(&session, "offer-second-factor", json!({})).await.expect(200);
    let wrong = bed.api.command(&session, "confirm-second-factor", json!({ "code": "000000" })).await;
    wrong.assert_problem(403, "wrong-code");
    bed.sign_in("ana", OLD).await;
}

pub async fn a_code_works_once(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    let code = bed.code(&enrolled.secret);
    bed.try_sign_in("ana", OLD, Some(&code)).await.expect(201);
    bed.try_sign_in("ana", OLD, Some(&code)).await.assert_problem(401, "wrong-credentials");
}

pub async fn the_code_that_enrolled_is_used_up(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    let code = rekey::credential::totp::code(&enrolled.secret, rekey_events::Env::now(&*bed.env)).unwrap();
    bed.try_sign_in("ana", OLD, Some(&code)).await.assert_problem(401, "wrong-credentials");
}

pub async fn a_recovery_code_works_once(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    assert_eq!(enrolled.recovery_codes.len(), 10);
    let code = enrolled.recovery_codes[3].to_lowercase();
    bed.try_sign_in("ana", OLD, Some(&code)).await.expect(201);
    bed.try_sign_in("ana", OLD, Some(&code)).await.assert_problem(401, "wrong-credentials");
}

pub async fn new_recovery_codes_end_the_old(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    let replaced = bed.api.command(&session, "replace-recovery-codes", json!({})).await;
    replaced.assert_problem(403, "second-factor-required");
    let code = bed.code(&enrolled.secret);
    let session = bed.try_sign_in("ana", OLD, Some(&code)).await.expect(201).text_of("token");
    let replaced = bed.api.command(&session, "replace-recovery-codes", json!({})).await.expect(200).json();
    let (old, new) = (&enrolled.recovery_codes[0], replaced["recovery_codes"][0].as_str().unwrap());
    bed.try_sign_in("ana", OLD, Some(old)).await.assert_problem(401, "wrong-credentials");
    bed.try_sign_in("ana", OLD, Some(new)).await.expect(201);
}

pub async fn a_reset_keeps_the_second_factor(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    let token = bed.link("ana").await;
    bed.complete(&token, "ana", NEW).await.expect(200);
    bed.try_sign_in("ana", NEW, None).await.assert_problem(403, "second-factor-required");
    let code = bed.code(&enrolled.secret);
    bed.try_sign_in("ana", NEW, Some(&code)).await.expect(201);
}

pub async fn a_reset_asks_for_the_second_factor_where_policy_says_so(place: Place) {
    let bed = place.open_with(json!({ "reset_second_factor": "when_enrolled" })).await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    let token = bed.link("ana").await;
    bed.complete(&token, "ana", NEW).await.assert_problem(403, "second-factor-required");
    let with = |code: String| {
        let body = json!({ "token": token, "username": "ana", "new_password": NEW, "code": code });
        bed.api.command("", "complete-reset", body)
    };
    with("000000".to_owned()).await.assert_problem(403, "wrong-code");
    let code = bed.code(&enrolled.secret);
    with(code.clone()).await.expect(200);
    bed.try_sign_in("ana", NEW, Some(&code)).await.assert_problem(401, "wrong-credentials");

    // Who has none is not asked.
    bed.signed_in("ben").await;
    let token = bed.link("ben").await;
    bed.complete(&token, "ben", NEW).await.expect(200);
}

pub async fn wrong_codes_end_the_link(place: Place) {
    let bed = place.open_with(json!({ "reset_second_factor": "when_enrolled" })).await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    let token = bed.link("ana").await;
    let with = |code: String| {
        let body = json!({ "token": token, "username": "ana", "new_password": NEW, "code": code });
        bed.api.command("", "complete-reset", body)
    };
    for _ in 0..5 {
        with("000000".to_owned()).await.assert_problem(403, "wrong-code");
    }
    with(bed.code(&enrolled.secret)).await.assert_problem(410, "link-unusable");
}
