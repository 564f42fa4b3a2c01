//! Bad input of every kind, at every endpoint of the API's description: a clear
//! problem that repeats nothing of it, and no trace in the log.

use std::collections::BTreeMap;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder};

use crate::api::{Reply, send};
use crate::bed::{Bed, KEY, Place};
use crate::document::{ID, body, commands, endpoints};
use crate::faults::{PLANTED, of_body};

const JSON: &str = "application/json";

fn post(bed: &Bed, path: &str) -> RequestBuilder {
    bed.api.request(Method::POST, path)
}

/// The problem it must be, with nothing of what was sent in it.
fn check(what: &str, reply: &Reply, status: u16, kind: &str) {
    assert_eq!(reply.status, status, "{what}: {reply:?}");
    reply.assert_problem(status, kind);
    assert!(!format!("{reply:?}").contains(PLANTED), "{what} is repeated: {reply:?}");
}

pub async fn a_bad_body_gets_a_clear_problem_and_changes_nothing(place: Place) {
    let bed = place.open().await;
    let mut walked = 0;
    for (path, members) in commands() {
        for fault in of_body(&members) {
            let what = format!("{path}, {}", fault.what);
            let reply = send(post(&bed, &path).header(CONTENT_TYPE, JSON).body(fault.bytes)).await;
            check(&what, &reply, fault.status, fault.kind);
            if let Some(pointer) = fault.pointer {
                assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{what}: {reply:?}");
            }
            walked += 1;
        }
    }
    assert!(walked > 500, "only {walked} faults");
    assert_eq!(bed.position().await, 0);
}

/// Also for who may do everything: what is wrong is told before anything is done.
pub async fn a_bad_body_of_an_entitled_caller_changes_nothing_either(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.administrator(&[]).await;
    bed.settled().await;
    let position = bed.position().await;
    for (path, members) in commands() {
        for token in [KEY, &session] {
            for fault in of_body(&members) {
                let request = post(&bed, &path).bearer_auth(token).header(CONTENT_TYPE, JSON);
                let reply = send(request.body(fault.bytes)).await;
                check(&format!("{path}, {}", fault.what), &reply, fault.status, fault.kind);
            }
        }
    }
    assert_eq!(bed.position().await, position);
}

pub async fn a_body_not_said_to_be_json_is_refused(place: Place) {
    let bed = place.open().await;
    for (path, members) in commands() {
        let body = body(&members).to_string();
        check(&path, &send(post(&bed, &path).body(body.clone())).await, 415, "unsupported-media-type");
        for said in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=iso-8859-1",
            "application/jsonp",
            "pl4nted",
            "",
        ] {
            let reply = send(post(&bed, &path).header(CONTENT_TYPE, said).body(body.clone())).await;
            check(&format!("{path} as {said:?}"), &reply, 415, "unsupported-media-type");
        }
    }
    assert_eq!(bed.position().await, 0);
}

pub async fn a_bad_idempotency_key_is_refused(place: Place) {
    let bed = place.open().await;
    let long = "pl4nted-".repeat(32);
    for (path, members) in commands() {
        for key in [&b""[..], b"pl4nted key", b"pl4nted\xff", long.as_bytes()] {
            let key = HeaderValue::from_bytes(key).unwrap();
            let reply = send(post(&bed, &path).header("Idempotency-Key", &key).json(&body(&members))).await;
            check(&format!("{path} with {key:?}"), &reply, 422, "invalid-request");
        }
        let twice = post(&bed, &path).header("Idempotency-Key", "a").header("Idempotency-Key", "b");
        check(&path, &send(twice.json(&body(&members))).await, 422, "invalid-request");
    }
    assert_eq!(bed.position().await, 0);
}

pub async fn a_bad_authorization_is_refused(place: Place) {
    let bed = place.open().await;
    for endpoint in endpoints() {
        // What events look like is for anybody.
        if endpoint.path.starts_with("/v1/") && !endpoint.path.starts_with("/v1/schemas") {
            for said in [
                &b"pl4nted"[..],
                b"Basic cGw0bnRlZA==",
                b"Bearer",
                b"Bearer ",
                b"Bearer pl4nted",
                b"Bearer \xff",
                b"",
            ] {
                let said = HeaderValue::from_bytes(said).unwrap();
                let request = bed.api.request(endpoint.method.parse().unwrap(), &endpoint.path);
                let request = request.json(&body(&endpoint.members.clone().unwrap_or_default()));
                let reply = send(request.header(AUTHORIZATION, &said)).await;
                check(&format!("{} with {said:?}", endpoint.path), &reply, 401, "not-signed-in");
                assert_eq!(reply.header("www-authenticate"), "Bearer", "{reply:?}");
            }
        }
    }
    assert_eq!(bed.position().await, 0);
}

pub async fn another_method_is_refused_and_those_there_are_are_named(place: Place) {
    let bed = place.open().await;
    let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for endpoint in endpoints() {
        taken.entry(endpoint.path).or_default().push(endpoint.method);
    }
    for (path, methods) in taken {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PL4NTED"] {
            if methods.iter().any(|known| known == method) {
                continue;
            }
            let what = format!("{method} {path}");
            let reply = send(bed.api.request(method.parse().unwrap(), &path)).await;
            check(&what, &reply, 405, "method-not-allowed");
            let allowed: Vec<_> = reply.header("allow").split(',').map(str::trim).collect();
            assert!(methods.iter().all(|method| allowed.contains(&method.as_str())), "{what}: {reply:?}");
        }
    }
    assert_eq!(bed.position().await, 0);
}

pub async fn an_unknown_path_is_not_found(place: Place) {
    let bed = place.open().await;
    for path in [
        "/v1",
        "/v1/commands",
        "/v1/commands/pl4nted",
        "/v1/commands/request-reset/",
        "/v1/commands/request-reset/pl4nted",
        "/v1/accounts/",
        "/v1/events/pl4nted",
        "/V1/events",
        "//v1/events",
        "/problems/pl4nted",
        "/problems/%ff",
        "/%ff",
        "/pl4nted",
        "/.well-known/pl4nted",
    ] {
        check(path, &bed.api.get("", path).await, 404, "not-found");
    }
}

pub async fn a_bad_query_is_refused(place: Place) {
    let bed = place.open().await;
    let history = format!("/v1/accounts/{ID}/history");
    for (path, queries) in [
        (
            "/v1/events",
            &[
                "after=pl4nted",
                "after=1.5",
                "after=99999999999999999999",
                "limit=pl4nted",
                "limit=0",
                "after=-1",
                "limit=-1",
                "type=pl4nted",
                "reason=pl4nted",
                "actor=pl4nted",
                "actor=account:pl4nted",
            ][..],
        ),
        ("/v1/accounts", &["username=%00", "after=%00", "username=%ff", "username=pl4nted%20x"][..]),
        ("/v1/mails", &["state=pl4nted", "state=%00", "kind=pl4nted", "before=pl4nted", "before="][..]),
        (history.as_str(), &["after=pl4nted", "after=", "after=-1"][..]),
    ] {
        for query in queries.iter().chain(&["pl4nted=1", "pl4nted", "after=1&after=2", "%ff=1"]) {
            let reply = bed.api.get(KEY, &format!("{path}?{query}")).await;
            check(&format!("{path}?{query}"), &reply, 422, "invalid-request");
        }
    }
}

pub async fn a_bad_id_in_a_path_is_not_found(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    for id in ["pl4nted", "%ff", "%00", "7", "..%2f", &ID[..30], ID, &"pl4nted".repeat(1_000)] {
        for path in ["/v1/accounts/ID", "/v1/accounts/ID/history", "/v1/mails/ID"] {
            let path = path.replace("ID", id);
            check(&path, &bed.api.get(KEY, &path).await, 404, "not-found");
        }
        let path = format!("/v1/sessions/{id}");
        check(&path, &bed.api.delete(&session, &path).await, 404, "not-found");
    }
    assert!(bed.is_open(&session).await);
}

/// Also when nobody said beforehand how long it would be.
pub async fn an_endless_body_is_cut_off(place: Place) {
    let bed = place.open().await;
    let answer = crate::raw::chunked(bed.api.address(), "/v1/commands/request-reset", 66 << 10).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert_eq!(bed.position().await, 0);
}
