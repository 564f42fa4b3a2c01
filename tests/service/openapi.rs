//! The API's description, and the page that shows it.

use std::collections::BTreeSet;

use rekey_events::schema::SCHEMAS;
use serde_json::Value;

use crate::api::send;
use crate::bed::Place;
use crate::document::{document, endpoints};

pub async fn every_route_described_is_there(place: Place) {
    let bed = place.open().await;
    let served = bed.api.get("", "/openapi.json").await.expect(200).json();
    assert_eq!(served, document());
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1."), "{}", served["openapi"]);
    let operations: Vec<_> = served["paths"].as_object().unwrap().values().flat_map(operations).collect();
    // Clients that are generated go by these names.
    assert_eq!(operations.iter().collect::<BTreeSet<_>>().len(), operations.len(), "{operations:?}");
    let endpoints = endpoints();
    assert!(endpoints.len() > 25, "{endpoints:?}");
    for endpoint in endpoints {
        let reply = send(bed.api.request(endpoint.method.parse().unwrap(), &endpoint.path)).await;
        assert!(![404, 405].contains(&reply.status), "{endpoint:?}: {reply:?}");
    }
    assert_eq!(bed.position().await, 0);
}

/// The names of the operations at a path.
fn operations(path: &Value) -> Vec<String> {
    let operations = path.as_object().unwrap().values();
    operations.filter_map(|operation| Some(operation["operationId"].as_str()?.to_owned())).collect()
}

/// Whoever finds a problem's type can look it up.
pub async fn every_kind_of_problem_is_explained(place: Place) {
    let bed = place.open().await;
    let kind = bed.ask("", "").await.kind();
    let explained = bed.api.get("", &format!("/problems/{kind}")).await.expect(200);
    assert_eq!(explained.kind(), kind);
}

pub async fn the_schema_of_every_version_of_every_event_is_served(place: Place) {
    let bed = place.open().await;
    let all = bed.api.get("", "/v1/schemas").await.expect(200).json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), SCHEMAS.len());
    for line in all {
        let served = bed.api.get("", line["path"].as_str().unwrap()).await.expect(200);
        assert_eq!(served.header("content-type"), "application/schema+json");
        assert_eq!(served.json()["title"], line["type"]);
    }
    for unknown in ["/v1/schemas/SignedIn/2", "/v1/schemas/SignedIn/x", "/v1/schemas/Unheard/1"] {
        let refused = bed.api.get("", unknown).await.expect(404);
        assert!(refused.text.contains("/v1/schemas lists all"), "{}", refused.text);
    }
}

/// All that its parts refer to is there, and every version of every event is a message of the log.
pub async fn the_asyncapi_names_every_event(place: Place) {
    let bed = place.open().await;
    let described = bed.api.get("", "/asyncapi.json").await.expect(200).json();
    assert_eq!(described["asyncapi"], "3.0.0");
    let events = described["channels"]["events"]["messages"].as_object().unwrap();
    let named: BTreeSet<_> = events.keys().cloned().collect();
    let known = SCHEMAS.iter().map(|schema| format!("{}.{}", schema.name, schema.version)).collect();
    assert_eq!(named, known);
    for (channel, kind) in [("links", "link"), ("notices", "notice")] {
        let channel = &described["channels"][channel];
        assert_eq!(channel["address"], format!("mail.v1.{{log}}.{kind}"));
        assert!(channel["parameters"]["log"].is_object());
    }
    for reference in references(&described) {
        match reference.strip_prefix('#') {
            Some(pointer) => assert!(described.pointer(pointer).is_some(), "{reference}"),
            None => drop(bed.api.get("", &reference).await.expect(200)),
        }
    }
}

/// What `$ref`s in it say.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

pub async fn the_page_loads_its_own_files_only(place: Place) {
    let bed = place.open().await;
    let page = bed.api.get("", "/docs/").await.expect(200);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("http"), "{policy}");
    let loaded: Vec<_> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|start| page.text.split(start).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(loaded.len() > 3, "{loaded:?}");
    assert!(!page.text.contains("<script>"), "nothing inline: {}", page.text);
    for file in loaded {
        assert!(!file.contains("//"), "{file} is elsewhere");
        let served = bed.api.get("", &format!("/docs/{}", file.trim_start_matches("./"))).await.expect(200);
        if file.ends_with("initializer.js") {
            assert!(served.text.contains("/openapi.json"), "{}", served.text);
            assert!(!served.text.contains("://"), "{}", served.text);
        }
    }
}

pub async fn every_answer_is_kept_from_caches_and_frames(place: Place) {
    let bed = place.open().await;
    for path in
        ["/healthz", "/v1/events", "/nothing", "/openapi.json", "/docs/", "/v1/commands/request-reset"]
    {
        let reply = bed.api.get("", path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(reply.header(name), value, "{path}: {name}");
        }
        assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(reply.headers.get("access-control-allow-origin").is_none(), "{path}");
    }
    bed.api.get("", "/metrics").await.expect(401);
    bed.api.get(crate::bed::KEY, "/metrics").await.expect(200);
    let moved = bed.api.get("", "/.well-known/change-password").await.expect(303);
    assert_eq!(moved.header("location"), format!("{}/profile", crate::bed::PUBLIC));
}
