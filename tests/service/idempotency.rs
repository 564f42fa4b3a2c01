//! The same call made again, under a key that says so.

use serde_json::{Value, json};

use crate::bed::{KEY, Place};
use crate::people::{NEW, OLD};

fn asking(username: &str) -> Value {
    json!({ "username": username, "email": "ana@example.org" })
}

fn registering(username: &str) -> Value {
    let email = format!("{username}@example.org");
    json!({ "username": username, "email": email, "origin": "app", "password": OLD, "must_change": false })
}

pub async fn the_same_call_again_gets_the_same_answer_and_is_recorded_once(place: Place) {
    let bed = place.open().await;
    let first = bed.api.keyed("", "a", "request-reset", asking("ana")).await.expect(202);
    let again = bed.api.keyed("", "a", "request-reset", asking("ana")).await.expect(202);
    assert_eq!((first.shape(), &first.text), (again.shape(), &again.text));
    assert_eq!(bed.count("ResetRequested").await, 1);
    bed.api.keyed("", "b", "request-reset", asking("ana")).await.expect(202);
    assert_eq!(bed.count("ResetRequested").await, 2);

    let first = bed.api.keyed(KEY, "a", "register-account", registering("ana")).await.expect(201);
    let again = bed.api.keyed(KEY, "a", "register-account", registering("ana")).await.expect(201);
    assert_eq!(first.text, again.text);
    assert_eq!(bed.count("AccountRegistered").await, 1);
}

/// Also when it was a refusal that was recorded.
pub async fn a_refusal_is_recorded_once(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    let body = json!({ "token": token, "username": "nobody", "new_password": NEW });
    let first = bed.api.keyed("", "a", "complete-reset", body.clone()).await;
    let again = bed.api.keyed("", "a", "complete-reset", body).await;
    first.assert_problem(403, "wrong-username");
    assert_eq!((first.shape(), first.text), (again.shape(), again.text));
    assert_eq!(bed.count("ResetAttemptRefused").await, 1);
}

pub async fn the_same_key_with_another_body_is_refused(place: Place) {
    let bed = place.open().await;
    bed.api.keyed("", "a", "request-reset", asking("ana")).await.expect(202);
    bed.settled().await;
    let position = bed.position().await;
    let other = bed.api.keyed("", "a", "request-reset", asking("ben")).await;
    other.assert_problem(422, "idempotency-key-reused");
    assert_eq!(bed.position().await, position);
}

pub async fn two_at_once_are_recorded_once(place: Place) {
    let bed = place.open().await;
    for round in 0..10 {
        let (key, name) = (format!("key-{round}"), format!("ana{round}"));
        let post = || bed.api.keyed(KEY, &key, "register-account", registering(&name));
        let (one, two) = tokio::join!(post(), post());
        assert_eq!((one.status, &one.text), (201, &two.text), "{one:?} {two:?}");
        let post = || bed.api.keyed("", &key, "request-reset", asking(&name));
        let (one, two, three) = tokio::join!(post(), post(), post());
        assert_eq!((one.status, &one.text, &one.text), (202, &two.text, &three.text), "{one:?} {two:?}");
    }
    assert_eq!((bed.count("AccountRegistered").await, bed.count("ResetRequested").await), (10, 10));
}

pub async fn a_change_of_password_made_again_is_not_a_wrong_password(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let change = || {
        let body = json!({ "current_password": OLD, "new_password": NEW });
        bed.api.keyed(&session, "a", "change-password", body)
    };
    let (one, two) = tokio::join!(change(), change());
    assert_eq!((one.status, &one.text), (200, &two.text), "{one:?} {two:?}");
    assert_eq!(change().await.text, one.text);
    assert_eq!((bed.count("PasswordChanged").await, bed.count("PasswordChangeFailed").await), (1, 0));
    assert_eq!(bed.mails_to("ana").await.len(), 1);
}

/// A key is its caller's own, and a command's own.
pub async fn another_callers_key_is_another_key(place: Place) {
    let bed = place.open().await;
    let (ana, anas) = bed.signed_in("ana").await;
    let (ben, bens) = bed.signed_in("ben").await;
    bed.grant(&ana, &["utilities.security.users.register"]).await;
    bed.grant(&ben, &["utilities.security.users.register"]).await;
    for (caller, name) in [(anas.as_str(), "cleo"), (bens.as_str(), "dan"), (KEY, "eve")] {
        bed.api.keyed(caller, "a", "register-account", registering(name)).await.expect(201);
    }
    assert_eq!(bed.count("AccountRegistered").await, 5);
}

pub async fn answers_that_hold_a_secret_are_not_kept(place: Place) {
    let bed = place.open().await;
    bed.register("ana", "app").await;
    let sign_in = || async {
        let request = bed.api.request(reqwest::Method::POST, "/v1/sessions").header("Idempotency-Key", "a");
        crate::api::send(request.json(&json!({ "username": "ana", "password": OLD }))).await.expect(201)
    };
    let session = sign_in().await.text_of("token");
    assert_ne!(session, sign_in().await.text_of("token"));

    // The second one shows the same secret because the offer is open for an hour, not because the answer was kept.
    let offer = || bed.api.keyed(&session, "a", "offer-second-factor", json!({}));
    let (first, again) = (offer().await.expect(200), offer().await.expect(200));
    assert_eq!(first.text_of("otpauth"), again.text_of("otpauth"));
    let code = bed.code(&crate::people::secret_of(&again.text_of("otpauth")));
    let confirm = || bed.api.keyed(&session, "a", "confirm-second-factor", json!({ "code": code }));
    confirm().await.expect(200);
    confirm().await.assert_problem(409, "not-possible");
    assert_eq!(bed.sql().await.number("SELECT count(*) FROM idempotency").await, 0);
}
