//! Administrators: links for others, which they never see.

use rekey_test_support::smtp::{Fault, Phase};
use serde_json::json;

use crate::api::Api;
use crate::bed::{Bed, KEY, Place};
use crate::people::{NEW, OLD, TO_RESET, of};

async fn send_link(bed: &Bed, session: &str, account: &str) -> crate::api::Reply {
    bed.api.command(session, "issue-admin-reset", of(account)).await
}

pub async fn it_takes_both_permissions_and_the_second_factor_used_in_this_session(place: Place) {
    let bed = place.open().await;
    let (dora, _) = bed.signed_in("dora").await;
    let (admin, session) = bed.signed_in("admin").await;
    send_link(&bed, "", &dora).await.assert_problem(401, "not-signed-in");
    send_link(&bed, &session, &dora).await.assert_problem(403, "missing-permission");
    bed.grant(&admin, &TO_RESET[..1]).await;
    send_link(&bed, &session, &dora).await.assert_problem(403, "missing-permission");
    bed.grant(&admin, &TO_RESET[1..]).await;
    send_link(&bed, &session, &dora).await.assert_problem(403, "second-factor-required");

    let enrolled = bed.enrol(&session).await;
    send_link(&bed, &session, &dora).await.assert_problem(403, "second-factor-required");
    assert!(bed.mails_to("dora").await.is_empty());

    let code = bed.code(&enrolled.secret);
    let session = bed.try_sign_in("admin", OLD, Some(&code)).await.expect(201).text_of("token");
    let seen = bed.seen();
    send_link(&bed, &session, &dora).await.expect(202);
    let mail = bed.mail_after(seen, |mail| mail.to == "dora@example.org").await;
    bed.complete(&mail.token().unwrap(), "dora", NEW).await.expect(200);
    bed.sign_in("dora", NEW).await;
    let issued = bed.payloads("AdminResetIssued").await;
    assert_eq!(issued[0]["by"], json!(admin), "{issued:?}");
}

pub async fn an_administrator_is_told_that_nothing_is_sent_to_a_suppressed_address(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.administrator(&[TO_RESET[0], TO_RESET[1], "utilities.mail"]).await;
    let (dora, own) = bed.signed_in("dora").await;
    bed.sink.script([(Phase::Rcpt, Fault::reply("550 5.1.1 nobody of that name"))]);
    let told = send_link(&bed, &session, &dora).await.expect(202).json();
    assert!(told["message"].as_str().unwrap().contains("on its way"), "{told}");
    bed.settled().await;

    bed.advance(120);
    let told = send_link(&bed, &session, &dora).await.expect(202).json();
    assert!(told["message"].as_str().unwrap().contains("nothing is sent there until"), "{told}");
    assert!(told["suppressed_until"].is_string(), "{told}");
    bed.settled().await;
    assert!(bed.mails_to("dora").await.is_empty());

    bed.api.command(&own, "lift-suppression", of(&dora)).await.assert_problem(403, "missing-permission");
    for message in ["Mails are sent to the address on file again.", "The address on file is not suppressed."]
    {
        let lifted = bed.api.command(&session, "lift-suppression", of(&dora)).await.expect(200).json();
        assert_eq!(lifted["message"], message);
    }
    assert_eq!(bed.payloads("SuppressionLifted").await, [json!({})]);

    bed.advance(120);
    let seen = bed.seen();
    let told = send_link(&bed, &session, &dora).await.expect(202).json();
    assert!(told["suppressed_until"].is_null(), "{told}");
    bed.mail_after(seen, |mail| mail.to == "dora@example.org").await;
}

pub async fn a_program_cannot_send_links(place: Place) {
    let bed = place.open().await;
    let (dora, _) = bed.signed_in("dora").await;
    send_link(&bed, KEY, &dora).await.assert_problem(403, "second-factor-required");
    bed.api.command(KEY, "erase-person", of(&dora)).await.assert_problem(403, "second-factor-required");
}

/// Created through the app is not enough here.
pub async fn who_never_signed_in_cannot_be_sent_a_link(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.administrator(&TO_RESET).await;
    let (ben, carla) = (bed.register("ben", "app").await, bed.register("carla", "desktop").await);
    for account in [&ben, &carla] {
        send_link(&bed, &session, account).await.assert_problem(409, "not-eligible");
    }
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    send_link(&bed, &session, nobody).await.assert_problem(404, "not-found");
    bed.api.command(KEY, "record-sign-in", of(&carla)).await.expect(200);
    send_link(&bed, &session, &carla).await.expect(202);
    let carlas = bed.mails_to("carla").await;
    assert!(carlas.len() == 1 && bed.mails_to("ben").await.is_empty(), "{carlas:?}");
}

pub async fn an_administrator_never_sees_the_link(place: Place) {
    let bed = place.open().await;
    let permissions = [TO_RESET[0], TO_RESET[1], "utilities.mail", "utilities.security.audit"];
    let (_, session) = bed.administrator(&permissions).await;
    let (dora, _) = bed.signed_in("dora").await;
    let issued = send_link(&bed, &session, &dora).await.expect(202);
    let mail = bed.mails_to("dora").await.remove(0);
    let token = mail.token().unwrap();
    let mut shown = vec![issued.text];
    for path in ["/v1/mails", "/v1/events", "/v1/accounts", &format!("/v1/accounts/{dora}/history")] {
        shown.push(bed.api.get(&session, path).await.expect(200).text);
    }
    // The secret part is the MAC at the end; before it there are ids that are no secret.
    let secret = &token[token.len() - 40..];
    assert!(shown.iter().all(|text| !text.contains(&token) && !text.contains(secret)), "{shown:?}");
    assert!(shown.iter().all(|text| !text.contains("$argon2")), "{shown:?}");
}

pub async fn a_revoked_right_ends_at_once(place: Place) {
    let bed = place.open().await;
    revoked_on(&bed, &bed.api.clone()).await;
}

pub async fn a_right_revoked_on_another_node_ends_at_once(place: Place) {
    let bed = place.open().await;
    let other = bed.another_node().await;
    revoked_on(&bed, &other).await;
}

async fn revoked_on(bed: &Bed, other: &Api) {
    let (admin, session) = bed.administrator(&TO_RESET).await;
    let (dora, _) = bed.signed_in("dora").await;
    send_link(bed, &session, &dora).await.expect(202);
    let body = json!({ "account_id": admin, "permission": TO_RESET[1] });
    other.command(KEY, "revoke-permission", body).await.expect(200);
    bed.advance(61);
    send_link(bed, &session, &dora).await.assert_problem(403, "missing-permission");
}

pub async fn an_administrator_can_end_a_link(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    let (_, session) = bed.administrator(&TO_RESET).await;
    let (ana, _) = account_of(&bed, "ana").await;
    bed.api.command(&session, "revoke-reset", of(&ana)).await.expect(200);
    bed.complete(&token, "ana", NEW).await.assert_problem(410, "link-unusable");
}

pub async fn a_lost_second_factor_is_removed_by_an_administrator(place: Place) {
    let bed = place.open().await;
    let (ana, anas) = bed.signed_in("ana").await;
    bed.enrol(&anas).await;
    let (_, session) = bed.administrator(&["utilities.security.users.reset_second_factor"]).await;
    bed.api.command(&anas, "reset-second-factor", of(&ana)).await.assert_problem(403, "missing-permission");
    bed.api.command(&session, "reset-second-factor", of(&ana)).await.expect(200);
    bed.sign_in("ana", OLD).await;
}

/// The account of this username, as listed, and whether it may reset itself.
async fn account_of(bed: &Bed, name: &str) -> (String, String) {
    let listed = bed.api.get(KEY, &format!("/v1/accounts?username={name}")).await.expect(200).json();
    let one = &listed["accounts"][0];
    (one["account_id"].as_str().unwrap().to_owned(), one["self_service"].as_str().unwrap().to_owned())
}

pub async fn the_list_says_who_is_entitled_and_why_not(place: Place) {
    let bed = place.open().await;
    bed.register("ben", "app").await;
    let carla = bed.register("carla", "desktop").await;
    assert_eq!(account_of(&bed, "ben").await.1, "eligible");
    assert_eq!(account_of(&bed, "carla").await.1, "never_signed_in");
    let one = bed.api.get(KEY, &format!("/v1/accounts/{carla}")).await.expect(200).json();
    assert_eq!((&one["by_administrator"], &one["username"]), (&json!("never_signed_in"), &json!("carla")));
    let (ana, session) = bed.signed_in("ana").await;
    bed.api.get(&session, &format!("/v1/accounts/{ana}")).await.expect(200);
    bed.api.get(&session, &format!("/v1/accounts/{ana}/history")).await.expect(200);
    bed.api.get(&session, &format!("/v1/accounts/{carla}")).await.assert_problem(403, "missing-permission");
    bed.api.get(&session, "/v1/accounts").await.assert_problem(403, "missing-permission");
}
