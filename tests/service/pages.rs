//! The pages' defences, below what a browser shows.

use rekey_test_support::smtp::{Fault, Phase};
use reqwest::Method;
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use serde_json::json;

use crate::api::{Reply, send};
use crate::bed::{Bed, KEY, Place};
use crate::people::{NEW, OLD, OTHER};

/// A browser without anything but cookies.
pub struct Visit<'a> {
    bed: &'a Bed,
    cookies: Vec<(String, String)>,
    csrf: String,
}

impl<'a> Visit<'a> {
    pub async fn begin(bed: &'a Bed) -> Self {
        let mut visit = Self { bed, cookies: Vec::new(), csrf: String::new() };
        visit.get("/sign-in").await.expect(200);
        visit
    }

    pub fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        let request = self.bed.api.request(Method::GET, path).header(COOKIE, self.cookie());
        self.keep(send(request).await)
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf.clone();
        self.post_as(path, &csrf, fields, "https://login.example.org").await
    }

    async fn post_as(&mut self, path: &str, csrf: &str, fields: &[(&str, &str)], origin: &str) -> Reply {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf)]).collect();
        let request = self.bed.api.request(Method::POST, path).header(COOKIE, self.cookie());
        self.keep(send(request.header(ORIGIN, origin).form(&fields)).await)
    }

    fn keep(&mut self, reply: Reply) -> Reply {
        for cookie in reply.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        if reply.text.contains("name=\"csrf\"") {
            self.csrf = field(&reply, "csrf");
        }
        reply
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) -> Reply {
        self.get("/sign-in").await.expect(200);
        self.post("/sign-in", &[("username", name), ("password", password)]).await
    }
}

/// A hidden field's value.
pub fn field(page: &Reply, name: &str) -> String {
    let rest = page.text.split(&format!("name=\"{name}\" value=\"")).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("{name} in {page:?}"));
    rest.split('"').next().unwrap().to_owned()
}

pub async fn a_form_from_elsewhere_changes_nothing(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let before = bed.position().await;
    let mut visit = Visit::begin(&bed).await;
    let typed = [("username", "ana"), ("password", OLD)];
    let csrf = visit.csrf.clone();
    for (csrf, origin) in [
        ("", "https://login.example.org"),
        ("0123456789abcdef0123456789abcdef", "https://login.example.org"),
        (csrf.as_str(), "https://evil.example"),
    ] {
        let refused = visit.post_as("/sign-in", csrf, &typed, origin).await.expect(403);
        assert!(refused.text.contains("This form is too old"), "{refused:?}");
    }
    // Another browser's token is none of this one's.
    let other = Visit::begin(&bed).await;
    visit.post_as("/sign-in", &other.csrf, &typed, "null").await.expect(403);
    assert_eq!(bed.position().await, before);
    visit.post("/sign-in", &typed).await.expect(303);
}

pub async fn a_suppression_is_lifted_by_the_button_on_the_users_and_on_the_mails_page(place: Place) {
    let bed = place.open().await;
    let (boss, _) = bed.signed_in("boss").await;
    bed.grant(&boss, &["utilities.security.users.view", "utilities.mail"]).await;
    let dora = bed.register("dora", "app").await;
    let mut visit = Visit::begin(&bed).await;
    visit.sign_in("boss", OLD).await.expect(303);
    for of_mail in [false, true] {
        bed.sink.script([(Phase::Rcpt, Fault::reply("550 5.1.1 nobody of that name"))]);
        bed.advance(120);
        let body = json!({ "username": "dora", "email": "dora@example.org" });
        bed.api.command("", "request-reset", body).await.expect(202);
        bed.settled().await;
        let mails = bed.api.get(KEY, "/v1/mails?state=rejected").await.expect(200).json();
        let page = match of_mail {
            true => format!("/utilities/mail/{}", mails[0]["mail_id"].as_str().unwrap()),
            false => format!("/utilities/security/users/{dora}"),
        };
        let shown = visit.get(&page).await.expect(200);
        assert!(shown.text.contains("Nothing is sent to this address until"), "{shown:?}");
        assert!(shown.text.contains(&format!("{page}/lift-suppression")), "{shown:?}");
        let once = field(&shown, "once");
        let lifted = visit.post(&format!("{page}/lift-suppression"), &[("once", &once)]).await.expect(303);
        let shown = visit.get(lifted.header(LOCATION.as_str())).await.expect(200);
        assert!(shown.text.contains("Emails are sent to this address again."), "{shown:?}");
        assert!(!shown.text.contains("/lift-suppression"), "{shown:?}");
    }
    assert_eq!(bed.payloads("SuppressionLifted").await.len(), 2);
}

pub async fn cookies_are_this_hosts_alone(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let mut visit = Visit::begin(&bed).await;
    let opened = visit.sign_in("ana", OLD).await.expect(303);
    assert_eq!(opened.header(LOCATION.as_str()), "/profile");
    let cookie = opened.header(SET_COOKIE.as_str());
    assert!(cookie.starts_with("__Host-rekey="), "{cookie}");
    let first = visit.cookie();
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain") && !cookie.contains("Max-Age"), "{cookie}");
    let page = visit.get("/profile").await.expect(200);
    assert!(page.header("strict-transport-security").contains("max-age=63072000"), "{page:?}");
    assert!(page.header("content-security-policy").contains("script-src 'self';"), "{page:?}");
    // The token in the cookie is no program's: nothing but pages goes by it.
    let request = bed.api.request(Method::GET, "/v1/sessions").header(COOKIE, visit.cookie());
    send(request).await.expect(401);
    // Whoever signs in anew has done with the session before, and with its forms.
    let stale = visit.csrf.clone();
    visit.sign_in("ana", OLD).await.expect(303);
    visit.post_as("/profile/sessions/others", &stale, &[], "null").await.expect(403);
    let before = bed.api.request(Method::GET, "/profile").header(COOKIE, first);
    send(before).await.expect(303);
    visit.get("/profile").await.expect(200);
    visit.post("/sign-out", &[]).await.expect(303);
    assert_eq!(
        visit.get("/profile").await.expect(303).header(LOCATION.as_str()),
        "/sign-in?return_to=%2Fprofile"
    );
}

/// The ticket stands in for the password in the same browser, for five minutes, and for that password.
pub async fn a_ticket_opens_nothing_without_a_code_elsewhere_or_later(place: Place) {
    let bed = place.open().await;
    let (account, session) = bed.signed_in("ana").await;
    let enrolled = bed.enrol(&session).await;
    let mut visit = Visit::begin(&bed).await;
    let step = visit.sign_in("ana", OLD).await.expect(200);
    let ticket = field(&step, "ticket");
    assert!(!step.text.contains(OLD), "the password is not sent back");
    let code = async |visit: &mut Visit<'_>, ticket: &str, code: &str| {
        visit.post("/sign-in/code", &[("ticket", ticket), ("code", code)]).await
    };
    code(&mut visit, &ticket, "000000").await.expect(401);
    code(&mut visit, &ticket, "").await.expect(401);
    let again = "/sign-in?done=begin-again";
    let forged = ticket.replace(&account, &bed.register("ben", "app").await);
    assert_eq!(code(&mut visit, &forged, &bed.code(&enrolled.secret)).await.header("location"), again);
    let mut elsewhere = Visit::begin(&bed).await;
    assert_eq!(code(&mut elsewhere, &ticket, &bed.code(&enrolled.secret)).await.header("location"), again);
    bed.advance(60);
    let opened = code(&mut visit, &ticket, &bed.code(&enrolled.secret)).await.expect(303);
    assert_eq!(opened.header("location"), "/profile");
    // Used up: forms of before the sign-in are none any more.
    visit.get("/sign-in").await.expect(200);
    bed.advance(60);
    assert_eq!(code(&mut visit, &ticket, &bed.code(&enrolled.secret)).await.header("location"), again);
    // Too late.
    let late = field(&visit.sign_in("ana", OLD).await.expect(200), "ticket");
    bed.advance(301);
    assert_eq!(code(&mut visit, &late, &bed.code(&enrolled.secret)).await.header("location"), again);
    // The password is another one by now.
    let mut visit = Visit::begin(&bed).await;
    let stale = field(&visit.sign_in("ana", OLD).await.expect(200), "ticket");
    let changed = json!({ "account_id": account, "new_password": OTHER, "must_change": false });
    bed.api.command(KEY, "set-password", changed).await.expect(200);
    assert_eq!(code(&mut visit, &stale, &bed.code(&enrolled.secret)).await.header("location"), again);
}

pub async fn a_password_set_by_others_is_changed_before_anything_else(place: Place) {
    let bed = place.open().await;
    let account = bed.register("ana", "app").await;
    bed.grant(&account, &["utilities.security.users.view"]).await;
    let changed = json!({ "account_id": account, "new_password": OTHER, "must_change": true });
    bed.api.command(KEY, "set-password", changed).await.expect(200);
    let mut visit = Visit::begin(&bed).await;
    let typed = [("username", "ana"), ("password", OTHER), ("return_to", "/utilities/security/users")];
    assert_eq!(visit.post("/sign-in", &typed).await.expect(303).header("location"), "/profile");
    assert_eq!(visit.get("/utilities/security/users").await.expect(303).header("location"), "/profile");
    assert!(visit.get("/profile").await.text.contains("Choose one of your own"));
    // Nobody sets up a second factor with a password that somebody else has set.
    for path in ["/profile/second-factor", "/profile/preferences", "/profile/recovery-codes"] {
        assert_eq!(visit.post(path, &[]).await.expect(303).header("location"), "/profile");
    }
    assert_eq!(visit.get("/profile/second-factor").await.expect(303).header("location"), "/profile");
    visit.get("/profile").await.expect(200);
    let fields = [("current_password", OTHER), ("new_password", NEW), ("confirm_password", NEW)];
    visit.post("/profile/password", &fields).await.expect(303);
    visit.get("/utilities/security/users").await.expect(200);
}

pub async fn people_are_sent_to_allowed_places_only(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    for (asked, sent) in [
        ("https://app.example.org/inbox?x=1", "https://app.example.org/inbox?x=1"),
        ("/profile#sessions", "/profile#sessions"),
        ("https://evil.example/", "/profile"),
        ("//evil.example/", "/profile"),
        ("https://app.example.org.evil.example/", "/profile"),
        ("javascript:alert(1)", "/profile"),
    ] {
        let mut visit = Visit::begin(&bed).await;
        let typed = [("username", "ana"), ("password", OLD), ("return_to", asked)];
        assert_eq!(visit.post("/sign-in", &typed).await.expect(303).header("location"), sent);
    }
    let mut visit = Visit::begin(&bed).await;
    let page = visit.get("/sign-in?return_to=https%3A%2F%2Fapp.example.org%2Finbox").await.expect(200);
    assert!(page.text.contains("to go on to app.example.org"), "{page:?}");
    assert!(page.header("content-security-policy").contains("form-action 'self' https://app.example.org;"));
}

/// Sent twice, such as by a second click without script, it is one request.
pub async fn a_form_sent_twice_is_one_call(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let mut visit = Visit::begin(&bed).await;
    let once = field(&visit.get("/forgot-password").await, "once");
    let typed = [("username", "ana"), ("email", "ana@example.org"), ("once", once.as_str())];
    for _ in 0..2 {
        visit.post("/forgot-password", &typed).await.expect(303);
    }
    assert_eq!(bed.count("ResetRequested").await, 1);
    // Corrected, it is another one.
    let typed = [("username", "ana"), ("email", "other@example.org"), ("once", once.as_str())];
    visit.post("/forgot-password", &typed).await.expect(303);
    assert_eq!(bed.count("ResetRequested").await, 2);
}

/// Nothing may be learned by it about whose link it is.
pub async fn a_password_is_appraised_for_whoever_can_set_it(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let token = bed.link("ana").await;
    let mut visit = Visit::begin(&bed).await;
    visit.post("/appraise", &[("new_password", "ana@example.org")]).await.expect(410);
    let appraised = async |visit: &mut Visit<'_>, password: &str, token: &str| {
        visit.post("/appraise", &[("new_password", password), ("token", token)]).await
    };
    let told = appraised(&mut visit, NEW, &token).await.expect(200).json();
    assert_eq!((&told["reasons"], &told["score"]), (&json!([]), &json!(4)));
    let told = appraised(&mut visit, "quxzv ana@example.org vlim", &token).await.expect(200).json();
    assert_eq!(told["reasons"], json!([]), "the address is not given away");
    bed.complete(&token, "ana", NEW).await.expect(200);
    appraised(&mut visit, NEW, &token).await.expect(410);
    visit.sign_in("ana", NEW).await.expect(303);
    visit.get("/profile").await.expect(200);
    let told = appraised(&mut visit, "quxzv ana@example.org vlim", "").await.expect(200).json();
    assert!(told["reasons"][0].as_str().unwrap().contains("Leave out your username"), "{told}");
}

/// A person at a browser is told in a page; a program in a problem.
pub async fn what_is_wrong_is_told_to_people_as_a_page(place: Place) {
    let bed = place.open().await;
    let html = |path: &str| bed.api.request(Method::GET, path).header("accept", "text/html");
    let german = |path: &str| html(path).header("accept-language", "de-CH, en;q=0.5");
    let missing = send(html("/nothing-here")).await.expect(404);
    assert!(missing.text.contains("There is nothing here"), "{missing:?}");
    assert!(send(german("/nothing-here")).await.expect(404).text.contains("<html lang=\"de\">"));
    bed.api.get("", "/nothing-here").await.assert_problem(404, "not-found");
    assert!(send(html("/sign-out")).await.expect(405).text.contains("That does not work here"));
    bed.api.get("", "/sign-out").await.assert_problem(405, "method-not-allowed");
    let mut visit = Visit::begin(&bed).await;
    let large = "x".repeat(70 << 10);
    visit.post("/forgot-password", &[("username", &large)]).await.expect(413);
    let empty = visit.post("/forgot-password", &[("username", " "), ("email", "a@example.org")]).await;
    assert!(empty.expect(422).text.contains("value=\"a@example.org\""), "what was typed is kept");
}

/// No field stops what is pasted at a length: the answer says so.
pub async fn what_is_too_long_is_said_to_be_and_not_cut_short(place: Place) {
    let bed = place.open().await;
    bed.signed_in("ana").await;
    let (name, password, code) = ("a".repeat(257), "vxq mbl ".repeat(200), "1".repeat(65));
    let mut visit = Visit::begin(&bed).await;
    let before = bed.position().await;
    for fields in [[("username", &*name), ("password", OLD)], [("username", "ana"), ("password", &*password)]]
    {
        let page = visit.post("/sign-in", &fields).await.expect(422);
        assert_eq!(page.text.matches("This is too long.").count(), 1, "{page:?}");
    }
    let fields = [("token", "x"), ("username", &*name), ("new_password", NEW), ("code", &*code)];
    let page = visit.post("/reset-password", &fields).await.expect(422);
    assert!(page.text.contains("This is too long."), "{page:?}");
    let page = visit
        .post("/forgot-password", &[("username", "ana"), ("email", &*"a".repeat(321))])
        .await
        .expect(422);
    assert!(page.text.contains("This is too long."), "{page:?}");
    assert_eq!(bed.position().await, before, "nothing was compared");

    visit.sign_in("ana", OLD).await.expect(303);
    visit.get("/profile").await.expect(200);
    let change =
        |current, new| [("current_password", current), ("new_password", new), ("confirm_password", new)];
    let page = visit.post("/profile/password", &change(&*password, NEW)).await.expect(422);
    assert!(page.text.contains("This is too long."), "{page:?}");
    let page = visit.post("/profile/password", &change(OLD, &*password)).await.expect(422);
    assert!(page.text.contains("Use at most 1,024 bytes."), "{page:?}");
    for path in ["/sign-in", "/forgot-password", "/reset-password", "/not-me", "/profile"] {
        let page = visit.get(path).await;
        assert!(page.status == 200 && !page.text.contains("maxlength"), "{path}");
    }
}

/// Browsers still call some zones by names that systems and lists have given up.
pub async fn a_time_zone_that_the_list_lacks_stays_the_one_chosen(place: Place) {
    let bed = place.open().await;
    for (name, zone) in [("ana", "Asia/Calcutta"), ("ben", "US/Pacific"), ("carla", "Europe/Kyiv")] {
        bed.signed_in(name).await;
        let mut visit = Visit::begin(&bed).await;
        visit.post("/sign-in", &[("username", name), ("password", OLD), ("zone", zone)]).await.expect(303);
        let page = visit.get("/profile").await.expect(200);
        assert!(page.text.contains(&format!("<option selected>{zone}</option>")), "{zone}");
        visit.post("/profile/preferences", &[("language", "de"), ("zone", zone)]).await.expect(303);
        assert!(
            visit.get("/profile").await.text.contains(&format!("<option selected>{zone}</option>")),
            "{zone}"
        );
    }
    // One that only a later version knows.
    bed.signed_in("dora").await;
    bed.sql().await.run("UPDATE people SET zone = 'Europe/Atlantis' WHERE username = 'dora'").await.unwrap();
    let mut visit = Visit::begin(&bed).await;
    visit.sign_in("dora", OLD).await.expect(303);
    assert!(visit.get("/profile").await.text.contains("<option selected>Europe/Atlantis</option>"));
    visit.post("/profile/preferences", &[("language", "es"), ("zone", "Europe/Atlantis")]).await.expect(303);
    visit.post("/profile/preferences", &[("language", "es"), ("zone", "Europe/Nowhere")]).await.expect(422);
}
