//! Limits: of links, of attempts, of time.

use serde_json::json;

use crate::bed::{Bed, Place};
use crate::people::{NEW, OLD, OTHER};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

async fn last_reason(bed: &Bed) -> String {
    bed.settled().await;
    let refused = bed.payloads("ResetRefused").await;
    refused.last().map(|data| data["reason"].as_str().unwrap().to_owned()).unwrap_or_default()
}

pub async fn one_link_in_a_minute_and_five_in_a_day(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    bed.link("ana").await;
    bed.advance(59);
    bed.ask("ana", "ana@example.org").await.expect(202);
    assert_eq!(last_reason(&bed).await, "too_soon");
    bed.advance(1);
    for _ in 0..4 {
        bed.link("ana").await;
        bed.advance(60);
    }
    bed.ask("ana", "ana@example.org").await.expect(202);
    assert_eq!(last_reason(&bed).await, "too_many");
    assert_eq!(bed.mails_to("ana").await.len(), 5);
    bed.advance(DAY);
    bed.link("ana").await;
}

pub async fn only_the_newest_link_works(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let older = bed.link("ana").await;
    bed.advance(60);
    let newest = bed.link("ana").await;
    bed.complete(&older, "ana", OTHER).await.assert_problem(410, "link-unusable");
    bed.complete(&newest, "ana", NEW).await.expect(200);
}

pub async fn a_link_is_valid_for_an_hour(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    bed.advance(HOUR - 1);
    bed.complete(&token, "nobody", NEW).await.assert_problem(403, "wrong-username");
    bed.advance(1);
    bed.complete(&token, "ana", NEW).await.assert_problem(410, "link-unusable");
}

pub async fn five_wrong_usernames_end_the_link(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    bed.complete(&token, "Ana", "short").await.assert_problem(422, "password-rejected");
    for name in ["ben", "carla", "no name at all", "nobody", "admin"] {
        bed.complete(&token, name, NEW).await.assert_problem(403, "wrong-username");
    }
    bed.complete(&token, "ana", NEW).await.assert_problem(410, "link-unusable");
    assert_eq!(bed.payloads("ResetRevoked").await[0]["by"], "wrong_usernames");
}

pub async fn this_was_not_me_ends_the_link(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    bed.api.command("", "disown-reset", json!({ "token": token })).await.expect(200);
    bed.complete(&token, "ana", NEW).await.assert_problem(410, "link-unusable");
    // Already so is well, too.
    bed.api.command("", "disown-reset", json!({ "token": token })).await.expect(200);
    assert_eq!(bed.count("ResetRevoked").await, 1);
}

pub async fn a_sign_in_and_a_new_password_end_the_link(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    bed.sign_in("ana", OLD).await;
    bed.complete(&token, "ana", OTHER).await.assert_problem(410, "link-unusable");
    bed.advance(60);
    let token = bed.link("ana").await;
    let change = json!({ "current_password": OLD, "new_password": NEW });
    bed.api.command(&session, "change-password", change).await.expect(200);
    bed.complete(&token, "ana", OTHER).await.assert_problem(410, "link-unusable");
}

pub async fn a_forged_link_is_refused_and_changes_nothing(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    bed.settled().await;
    let position = bed.position().await;
    let (head, tail) = token.split_at(token.len() - 8);
    let forged = format!("{head}{}", tail.chars().rev().collect::<String>());
    for token in [forged.as_str(), head, "x", "%00", "A"] {
        bed.complete(token, "ana", NEW).await.assert_problem(410, "link-unusable");
        let disowned = bed.api.command("", "disown-reset", json!({ "token": token })).await;
        disowned.assert_problem(410, "link-unusable");
    }
    assert_eq!(bed.position().await, position);
    bed.complete(&token, "ana", NEW).await.expect(200);
}

/// Delays grow, and are the same for a name that is nobody's: or they would tell.
pub async fn failed_sign_ins_are_slowed_down_alike(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let (ana, nobody) = (delays(&bed, "ana").await, delays(&bed, "nobody").await);
    assert_eq!(ana, [0, 0, 0, 0, 0, 0, 2, 4, 8]);
    assert_eq!(ana, nobody);
    // Never a lockout: the person waits, and is in.
    bed.advance(HOUR);
    bed.sign_in("ana", OLD).await;
    assert_eq!(delays(&bed, "ana").await[..2], [0, 0]);
}

/// Seconds to wait before each of nine attempts that fail, as an attacker would find out: trying each second.
async fn delays(bed: &Bed, name: &str) -> Vec<u64> {
    let mut found = Vec::new();
    while found.len() < 9 {
        let mut waited = 0;
        while bed.try_sign_in(name, "not-what-it-is", None).await.status == 429 {
            waited += 1;
            bed.advance(1);
            assert!(waited < 1000, "a wait has an end");
        }
        found.push(waited);
    }
    found
}

pub async fn a_session_ends_when_unused_and_after_half_a_day(place: Place) {
    let bed = place.open().await;
    let (_, idle) = bed.signed_in("ana").await;
    let used = bed.sign_in("ana", OLD).await;
    for _ in 0..13 {
        assert!(bed.is_open(&used).await);
        bed.advance(HOUR - 120);
    }
    assert!(!bed.is_open(&used).await, "half a day is over");
    assert!(!bed.is_open(&idle).await, "unused for an hour");
}
