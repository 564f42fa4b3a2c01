//! Requests as they arrive: odd bytes in headers, hops as proxies write them, links as mail programs mangle them.

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderValue, USER_AGENT};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::api::{Reply, send};
use crate::bed::{Bed, Place};
use crate::pages::{Visit, field};
use crate::people::{NEW, OLD};

const FORWARDED: &str = "x-forwarded-for";

/// The same header value from an application that writes Latin-1.
fn latin1(text: &str) -> HeaderValue {
    let bytes: Vec<u8> = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    HeaderValue::from_bytes(&bytes).unwrap()
}

pub async fn odd_bytes_in_one_header_discard_nothing_else(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let mut visit = Visit::begin(&bed).await;
    visit.sign_in("ana", OLD).await.expect(303);
    for foreign in [latin1("x=Müller; "), HeaderValue::from_bytes("x=Müller; ".as_bytes()).unwrap()] {
        // A foreign cookie before ours, in the same line and in one of its own.
        let cookies = [foreign.as_bytes(), visit.cookie().as_bytes()].concat();
        let request = bed.api.request(Method::GET, "/profile").header(ACCEPT_LANGUAGE, latin1("ü, de;q=0.5"));
        let joined = request.header(COOKIE, HeaderValue::from_bytes(&cookies).unwrap());
        assert!(send(joined).await.expect(200).text.contains("ana@example.org"));
        let lines = bed.api.request(Method::GET, "/profile").header(COOKIE, &foreign);
        send(lines.header(COOKIE, visit.cookie())).await.expect(200);
    }
    let request = bed.api.request(Method::GET, "/sign-in").header(ACCEPT_LANGUAGE, latin1("fü, de;q=0.5"));
    assert!(send(request).await.expect(200).text.contains("<html lang=\"de\">"));
    let request = bed.api.request(Method::GET, "/nothing").header(ACCEPT, latin1("text/ü"));
    assert!(send(request.header(ACCEPT, "text/html")).await.expect(404).text.contains("<html"));
    let request = bed.api.request(Method::POST, "/v1/sessions").header(USER_AGENT, latin1("Müller/1.0"));
    let request = request.header(CONTENT_TYPE, latin1("application/json; from=Müller"));
    let body = json!({ "username": "ana", "password": OLD }).to_string();
    let session = send(request.body(body)).await.expect(201).text_of("token");
    let own = bed.api.get(&session, "/v1/sessions").await.expect(200).json();
    assert_eq!(current(&own)["user_agent"], "M\u{fffd}ller/1.0");
}

fn current(sessions: &Value) -> &Value {
    sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap()
}

fn signing_in(bed: &Bed, name: &str, password: &str) -> RequestBuilder {
    bed.api.request(Method::POST, "/v1/sessions").json(&json!({ "username": name, "password": password }))
}

/// By the address that the trusted proxy before it saw, whatever a client claims.
pub async fn a_client_is_who_the_nearest_trusted_proxy_saw(place: Place) {
    let bed = place.open().await;
    bed.register("ana", "app").await;
    for (lines, seen) in [
        (&["203.0.113.7"][..], "203.0.113.7"),
        (&["198.51.100.9, 203.0.113.7:51234"][..], "203.0.113.7"),
        (&["forged", "[2001:db8::7]:51234, ::ffff:127.0.0.9"][..], "2001:db8::7"),
        (&["fe80::7%eth0 ,, 127.0.0.9,"][..], "fe80::7"),
        (&["203.0.113.8, unknown"][..], "unknown"),
        (&[""][..], "127.0.0.1"),
        (&[][..], "127.0.0.1"),
    ] {
        let request = signing_in(&bed, "ana", OLD);
        let request = lines.iter().fold(request, |request, line| request.header(FORWARDED, *line));
        let session = send(request).await.expect(201).text_of("token");
        let own = bed.api.get(&session, "/v1/sessions").await.expect(200).json();
        assert_eq!(current(&own)["source"], seen, "{lines:?}");
    }
}

/// Seconds in `Retry-After`, which the body says, too.
fn wait(refused: &Reply) -> u64 {
    refused.assert_problem(429, "too-many-attempts");
    let seconds = refused.header("retry-after").parse().unwrap();
    assert_eq!(refused.json()["retry_after"], seconds, "{refused:?}");
    assert!(refused.text_of("detail").starts_with("Try again in "), "{refused:?}");
    seconds
}

pub async fn ipv6_clients_are_limited_by_their_64(place: Place) {
    let bed = place.open().await;
    let attempt = async |host: usize, from: &str| {
        send(signing_in(&bed, &format!("nobody{host}"), OLD).header(FORWARDED, from)).await
    };
    // Some at a time: each costs a hash.
    for hosts in (0..100).collect::<Vec<usize>>().chunks(20) {
        let attempts =
            hosts.iter().map(async |host| attempt(*host, &format!("2001:db8:1:2::{host:x}")).await);
        for refused in futures::future::join_all(attempts).await {
            refused.assert_problem(401, "wrong-credentials");
        }
    }
    bed.advance(100);
    let seconds = wait(&attempt(100, "[2001:db8:1:2:ffff::1]:443").await);
    attempt(101, "2001:db8:1:3::1").await.assert_problem(401, "wrong-credentials");
    bed.advance(seconds - 1);
    assert_eq!(wait(&attempt(102, "2001:db8:1:2::1").await), 1);
    bed.advance(1);
    attempt(103, "2001:db8:1:2::1").await.assert_problem(401, "wrong-credentials");
}

/// A user who waits that long is let in; a second less is too early. Unknown names are treated alike.
pub async fn a_throttled_sign_in_says_how_long_to_wait(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let mut waits = Vec::new();
    for name in ["ana", "nobody"] {
        let attempt = async || bed.try_sign_in(name, "not-what-it-is", None).await;
        for _ in 0..6 {
            attempt().await.assert_problem(401, "wrong-credentials");
        }
        let mut waited = Vec::new();
        for _ in 0..7 {
            let seconds = wait(&attempt().await);
            bed.advance(seconds - 1);
            assert_eq!(wait(&attempt().await), 1);
            bed.advance(1);
            attempt().await.assert_problem(401, "wrong-credentials");
            waited.push(seconds);
        }
        waits.push(waited);
    }
    assert_eq!(waits, [[2, 4, 8, 16, 32, 64, 128]; 2]);
}

/// Also under the same key: an answer that only says when to come again is not kept.
pub async fn a_throttled_change_of_password_says_how_long_to_wait(place: Place) {
    let bed = place.open().await;
    let (_, session) = bed.signed_in("ana").await;
    let change = async |key: &str, current: &str| {
        let body = json!({ "current_password": current, "new_password": NEW });
        bed.api.keyed(&session, key, "change-password", body).await
    };
    for key in 0..6 {
        change(&key.to_string(), "not-what-it-is").await.assert_problem(403, "wrong-password");
    }
    let seconds = wait(&change("right", OLD).await);
    assert_eq!(seconds, 2);
    bed.advance(seconds);
    change("right", OLD).await.expect(200);
}

/// In words, in the reader's language.
pub async fn a_page_says_how_long_to_wait(place: Place) {
    let bed = place.open().await;
    let mut visit = Visit::begin(&bed).await;
    let typed = [("username", "nobody"), ("password", "not-what-it-is")];
    while visit.post("/sign-in", &typed).await.status == 401 {}
    bed.advance(1);
    let refused = visit.post("/sign-in", &typed).await.expect(429);
    assert!(refused.text.contains("Try again in 1 second."), "{refused:?}");
    // The delay doubles until it is more than a minute.
    let mut seconds = 1;
    while seconds < 60 {
        bed.advance(seconds);
        visit.post("/sign-in", &typed).await.expect(401);
        seconds = visit.post("/sign-in", &typed).await.expect(429).header("retry-after").parse().unwrap();
    }
    assert_eq!(seconds, 64);
    for (language, words) in [
        ("en", "Too many attempts. Try again in 2 minutes."),
        ("de", "Zu viele Versuche. Versuchen Sie es in 2 Minuten erneut."),
        ("es", "Demasiados intentos. Vuelva a intentarlo dentro de 2 minutos."),
    ] {
        visit.post("/language", &[("language", language)]).await.expect(303);
        let refused = visit.post("/sign-in", &typed).await.expect(429);
        assert_eq!(refused.header("retry-after"), "64");
        assert!(refused.text.contains(words), "{refused:?}");
    }
}

/// A link as it may come out of a mail program.
fn mangled(token: &str) -> Vec<String> {
    let link = format!("https://login.example.org/reset-password#{token}");
    let (head, tail) = link.split_at(link.len() - 30);
    vec![
        link.clone(),
        format!("<{link}>."),
        format!("{link}/"),
        format!("{link}?utm_source=newsletter"),
        link.replace('#', "%23"),
        format!("{head} {tail}"),
        format!("{head}=20{tail}"),
    ]
}

pub async fn a_code_is_found_in_a_mangled_link(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    for text in mangled(&token) {
        bed.complete(&text, "ana", "short").await.assert_problem(422, "password-rejected");
        let mut visit = Visit::begin(&bed).await;
        visit.get("/reset-password").await.expect(200);
        let state = visit.post("/reset-password/state", &[("token", &text)]).await.expect(200);
        assert_eq!(state.json(), Value::Null, "{text}");
    }
    let (head, tail) = token.split_at(50);
    let broken = format!("#{head}\r\n> {tail}\r\n");
    let mut visit = Visit::begin(&bed).await;
    let typed = [("token", broken.as_str()), ("username", "ana"), ("new_password", NEW)];
    let done = visit.post("/reset-password", &typed).await.expect(303);
    assert_eq!(done.header("location"), "/sign-in?done=reset");
}

pub async fn what_is_not_a_code_is_not_called_used_or_replaced(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    let cut = &token[..token.len() - 1];
    for text in ["x", "https://login.example.org/reset-password", cut] {
        for reply in [
            bed.complete(text, "ana", NEW).await,
            bed.api.command("", "disown-reset", json!({ "token": text })).await,
        ] {
            reply.assert_problem(410, "link-unusable");
            assert!(
                reply.text_of("detail").starts_with("This is not the code of a reset link."),
                "{reply:?}"
            );
        }
        let mut visit = Visit::begin(&bed).await;
        let typed = [("token", text), ("username", "ana"), ("new_password", NEW)];
        let page = visit.post("/reset-password", &typed).await.expect(410);
        assert!(page.text.contains("This link is not complete.") && page.text.contains("name=\"token\""));
        let page = visit.post("/not-me", &[("token", text)]).await.expect(410);
        assert!(page.text.contains("This link is not complete.") && page.text.contains("name=\"token\""));
    }
    bed.complete(&token, "ana", NEW).await.expect(200);
    let used = bed.complete(&token, "ana", NEW).await;
    assert!(used.text_of("detail").starts_with("It was used or replaced"), "{used:?}");
}

/// With the code in its field, and nowhere else.
pub async fn nothing_below_the_page_of_a_link_is_missing(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    for page in ["/reset-password", "/not-me"] {
        for (rest, value) in [
            ("/".to_owned(), ""),
            (".".to_owned(), ""),
            ("/somewhere/else?x=1".to_owned(), ""),
            ("/state".to_owned(), ""),
            (format!("%23{token}"), token.as_str()),
            (format!("/%23{token}"), token.as_str()),
            (format!("/{token}"), token.as_str()),
            (format!("%23{token}?utm_source=mail"), token.as_str()),
        ] {
            let mut visit = Visit::begin(&bed).await;
            let shown = visit.get(&format!("{page}{rest}")).await.expect(200);
            assert!(shown.text.contains(&format!("action=\"{page}\"")), "{page}{rest}: {shown:?}");
            assert!(
                shown.text.contains(&format!("name=\"token\" class=\"code\" value=\"{value}\"")),
                "{shown:?}"
            );
            assert_eq!(
                shown.text.matches(token.as_str()).count(),
                usize::from(!value.is_empty()),
                "{shown:?}"
            );
            assert_eq!(field(&shown, "return_to"), page);
            assert_eq!(
                (shown.header("referrer-policy"), shown.header("cache-control")),
                ("no-referrer", "no-store")
            );
            let headers = format!("{:?}", shown.headers);
            assert!(!headers.contains(&token), "{headers}");
        }
        // What is sent there is no page.
        bed.api.post("", &format!("{page}/x"), json!({})).await.assert_problem(404, "not-found");
    }
    let mut visit = Visit::begin(&bed).await;
    visit.get(&format!("/not-me/{token}")).await.expect(200);
    assert!(visit.post("/not-me", &[("token", &token)]).await.expect(200).text.contains("The link is ended"));
}

/// A phone that changes its network between two tries.
pub async fn the_same_call_from_another_address_gets_the_first_answer(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    let keyed = async |name: &str, from: &str, body: &Value| {
        let request = bed.api.request(Method::POST, &format!("/v1/commands/{name}"));
        send(request.header("Idempotency-Key", "1").header(FORWARDED, from).json(body)).await
    };
    let using = json!({ "token": token, "username": "ana", "new_password": NEW });
    let (one, two) = tokio::join!(
        keyed("complete-reset", "203.0.113.7", &using),
        keyed("complete-reset", "2001:db8::7", &using)
    );
    let first = one.expect(200);
    assert_eq!(two.expect(200).text, first.text);
    assert_eq!(keyed("complete-reset", "198.51.100.9", &using).await.expect(200).text, first.text);
    assert_eq!(bed.count("ResetCompleted").await, 1);

    let asking = json!({ "username": "ana", "email": "ana@example.org" });
    let first = keyed("request-reset", "203.0.113.7", &asking).await.expect(202);
    let again = keyed("request-reset", "198.51.100.9", &asking).await.expect(202);
    assert_eq!((first.shape(), bed.count("ResetRequested").await), (again.shape(), 2));
}

/// Keys such as "1" are popular, and tell nobody what another got for it.
pub async fn attack_a_guessed_key_gives_nobody_anothers_answer(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    let keyed = async |from: &str, body: Value| {
        let request = bed.api.request(Method::POST, "/v1/commands/complete-reset");
        send(request.header("Idempotency-Key", "1").header(FORWARDED, from).json(&body)).await
    };
    let using = |token: &str| json!({ "token": token, "username": "ana", "new_password": NEW });
    keyed("203.0.113.7", using(&token)).await.expect(200);
    keyed("198.51.100.9", using("guessed")).await.assert_problem(410, "link-unusable");
    keyed("203.0.113.7", using("another")).await.assert_problem(422, "idempotency-key-reused");
    // Two at the same time, of which one is recorded.
    let ask = async |email: &str| {
        let body = json!({ "username": "ana", "email": email });
        bed.api.keyed("", "2", "request-reset", body).await
    };
    let (one, two) = tokio::join!(ask("ana@example.org"), ask("other@example.org"));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!((statuses, bed.count("ResetRequested").await), ([202, 422], 2), "{one:?} {two:?}");
}
