//! What people type: the same address, name or code in many spellings, and passwords of any characters.

use serde_json::{Value, json};

use crate::api::Reply;
use crate::bed::{Bed, KEY, Place};
use crate::people::{NEW, OLD, secret_of};

const A_LABELS: &str = "rosa@xn--mnchen-3ya.example";

/// Registers NAME with this address and this name shown.
async fn register(bed: &Bed, name: &str, email: &str, display_name: &str) -> Reply {
    let body = json!({
        "username": name, "email": email, "display_name": display_name,
        "origin": "app", "password": OLD, "must_change": false,
    });
    bed.api.command(KEY, "register-account", body).await
}

/// Asks for rosa's link by her address in each of these spellings; the mail goes to the one on file.
async fn finds_rosa(bed: &Bed, on_file: &str, typed: &[&str]) {
    register(bed, "rosa", on_file, "Rosa").await.expect(201);
    for email in typed {
        bed.advance(61);
        let seen = bed.seen();
        bed.ask("rosa", email).await.expect(202);
        let mail = bed.mail_after(seen, |mail| mail.link().is_some()).await;
        assert_eq!(mail.to, A_LABELS, "{email}");
        bed.settled().await;
    }
}

pub async fn an_address_on_file_in_unicode_is_found_in_a_labels(place: Place) {
    let bed = place.open().await;
    let typed =
        [A_LABELS, "Rosa@XN--MNCHEN-3YA.example", "rosa@mu\u{308}nchen.example.", "rosa＠MÜNCHEN。example"];
    finds_rosa(&bed, "rosa@münchen.example", &typed).await;
    bed.ask("rosa", "rosa@munchen.example").await.expect(202);
    bed.settled().await;
    assert_eq!(bed.payloads("ResetRefused").await[0]["reason"], "other_address");
}

pub async fn an_address_on_file_in_a_labels_is_found_in_unicode(place: Place) {
    let bed = place.open().await;
    let typed =
        ["rosa@münchen.example", "\u{200e}rosa@münchen.example\u{200b} ", "rosa@mün\u{ad}chen.example"];
    finds_rosa(&bed, A_LABELS, &typed).await;
}

pub async fn an_address_is_searched_for_in_any_spelling(place: Place) {
    let bed = place.open().await;
    register(&bed, "rosa", A_LABELS, "Rosa").await.expect(201);
    register(&bed, "ben", "ben@example.org", "Ben").await.expect(201);
    for search in ["rosa@mün", "\u{200e}Rosa@MÜNCHEN.ex", A_LABELS, "\u{feff}ros"] {
        let query = rekey_events::store::accounts::AccountQuery {
            search: search.to_owned(),
            limit: 10,
            ..Default::default()
        };
        let found = bed.store().list_accounts(&query).await.unwrap().accounts;
        assert_eq!(
            found.iter().map(|account| &*account.username).collect::<Vec<_>>(),
            ["rosa"],
            "{search:?}"
        );
    }
    let found = bed.api.get(KEY, "/v1/accounts?username=%E2%80%8Eros%E2%80%8B").await.expect(200).json();
    assert_eq!(found["accounts"].as_array().map(Vec::len), Some(1), "{found}");
}

pub async fn invisible_characters_around_a_username_are_ignored(place: Place) {
    let bed = place.open().await;
    let (id, _) = bed.signed_in("ana").await;
    for typed in
        ["\u{200e}ana", "ana\u{200b}", "\u{feff}Ana\u{2060}", " \u{202a}ana\u{202c} ", "a\u{ad}na\u{ad}"]
    {
        let status = if typed.contains("a\u{ad}n") { 401 } else { 201 };
        bed.try_sign_in(typed, OLD, None).await.expect(status);
    }
    let seen = bed.seen();
    bed.ask("\u{200e}ana\u{200b}", "\u{2060}ana@example.org\u{feff}").await.expect(202);
    let token = bed.mail_after(seen, |mail| mail.link().is_some()).await.token().unwrap();
    bed.complete(&token, "\u{feff}ana\u{ad}", NEW).await.expect(200);
    let taken = register(&bed, "\u{200b}ANA", "other@example.org", "Ana").await;
    taken.assert_problem(409, "username-taken");
    assert!(!id.is_empty());
}

pub async fn registration_keeps_invisible_characters_out(place: Place) {
    let bed = place.open().await;
    let wrong = |reply: Reply, pointer: &str| {
        reply.assert_problem(422, "invalid-request");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{reply:?}");
    };
    for email in [
        "ro\u{200b}sa@example.org",
        "rosa@exam\u{ad}ple.org",
        "rosa\u{2060}@example.org",
        "\u{e9}\u{200d}@example.org",
    ] {
        wrong(register(&bed, "rosa", email, "Rosa").await, "/email");
    }
    for name in ["Rosa \u{202e}asoR", "\u{2066}Rosa\u{2069}", "Rosa\u{200f}"] {
        wrong(register(&bed, "rosa", "rosa@example.org", name).await, "/display_name");
    }
    wrong(register(&bed, "\u{200b}", "rosa@example.org", "Rosa").await, "/username");
    // Around it they came along with a copy.
    let id = register(&bed, "\u{feff}rosa\u{200b}", " \u{200e}rosa@example.org\u{200b}", "رُوزا 🌹")
        .await
        .expect(201);
    let person = bed.store().person(id.text_of("account_id").parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((&*person.username, &*person.email), ("rosa", "rosa@example.org"));
}

/// Everywhere a password is typed.
pub async fn a_password_may_have_any_character_but_controls(place: Place) {
    let bed = place.open().await;
    let (id, session) = bed.signed_in("ana").await;
    let passwords = ["purple 🙂 lantern", "quartz ❤️ meadow 👍🏽", "ocean 👩‍👩‍👧‍👦 thistle", "copper 🏳️‍🌈 canoe 🇩🇪"];
    let [changed, set, reset, never] = passwords;
    let body = json!({ "current_password": OLD, "new_password": changed });
    bed.api.command(&session, "change-password", body).await.expect(200);
    bed.sign_in("ana", changed).await;
    let body = json!({ "account_id": id, "new_password": set, "must_change": false });
    bed.api.command(KEY, "set-password", body).await.expect(200);
    bed.sign_in("ana", set).await;
    let token = bed.link("ana").await;
    bed.complete(&token, "ana", reset).await.expect(200);
    bed.sign_in("ana", reset).await;
    bed.try_sign_in("ana", &reset.replace('\u{200d}', ""), None)
        .await
        .assert_problem(401, "wrong-credentials");
    let session = bed.sign_in("ana", reset).await;
    let body = json!({ "current_password": reset, "new_password": format!("{never}\u{7}") });
    let refused = bed.api.command(&session, "change-password", body).await;
    refused.assert_problem(422, "password-rejected");
    assert_eq!(refused.json()["reasons"], json!(["untypable"]), "{refused:?}");
}

pub async fn a_code_may_be_typed_in_other_digits(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    for zero in ['０', '٠', '۰', '०'] {
        let other =
            |digit: char| digit.to_digit(10).and_then(|value| char::from_u32(u32::from(zero) + value));
        let code: String = bed.code(&enrolled.secret).chars().filter_map(other).collect();
        bed.try_sign_in("ana", OLD, Some(&format!("\u{200e}{code} "))).await.expect(201);
    }
    let wide = |letter: char| char::from_u32(u32::from(letter) + 0xfee0).unwrap();
    let code: String = enrolled.recovery_codes[0].chars().map(wide).collect();
    bed.try_sign_in("ana", OLD, Some(&code)).await.expect(201);
}

pub async fn the_same_wrong_username_counts_once_for_a_link(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    for name in ["anna", "anna", "Anna", "\u{200e}ＡＮＮＡ", " anna ", "anna", "no name", "No Name"] {
        bed.complete(&token, name, NEW).await.assert_problem(403, "wrong-username");
    }
    let refused = bed.payloads("ResetAttemptRefused").await;
    assert_eq!(refused.len(), 2, "{refused:?}");
    let fingerprint = |at: usize| refused[at]["fingerprint"].as_str().filter(|text| text.len() == 32);
    assert!(fingerprint(0).is_some() && fingerprint(0) != fingerprint(1), "{refused:?}");
    bed.complete(&token, "ana", NEW).await.expect(200);
    // The same one with another link is another one in the log.
    bed.advance(61);
    let token = bed.link("ana").await;
    bed.complete(&token, "anna", NEW).await.assert_problem(403, "wrong-username");
    assert_ne!(bed.payloads("ResetAttemptRefused").await[2]["fingerprint"], refused[0]["fingerprint"]);
}

async fn offer(bed: &Bed, session: &str) -> Value {
    bed.api.command(session, "offer-second-factor", json!({})).await.expect(200).json()
}

pub async fn a_second_factor_offered_again_within_an_hour_is_the_same(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let (one, two) = tokio::join!(offer(&bed, &session), offer(&bed, &session));
    assert_eq!(one, two, "two tabs at the same time");
    bed.advance(1800);
    assert_eq!(offer(&bed, &session).await, one);
    bed.advance(1799);
    assert_eq!(offer(&bed, &session).await, one);
    bed.advance(2);
    let late = json!({ "code": rekey::credential::totp::code(&secret_of(one["otpauth"].as_str().unwrap()), rekey_events::Env::now(&*bed.env)) });
    bed.api.command(&session, "confirm-second-factor", late).await.assert_problem(409, "not-possible");
    let next = offer(&bed, &session).await;
    assert_ne!(next["otpauth"], one["otpauth"]);
    let code = bed.code(&secret_of(next["otpauth"].as_str().unwrap()));
    bed.api.command(&session, "confirm-second-factor", json!({ "code": code })).await.expect(200);
    let code = bed.code(&secret_of(next["otpauth"].as_str().unwrap()));
    let session = bed.try_sign_in("ana", OLD, Some(&code)).await.expect(201).text_of("token");
    bed.api.command(&session, "remove-second-factor", json!({})).await.expect(200);
    assert_ne!(offer(&bed, &session).await["otpauth"], next["otpauth"], "after the first one was in use");
}
