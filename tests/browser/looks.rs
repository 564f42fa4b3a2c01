//! What every page must be in every look: usable by everybody, nothing cut off, light to load, our own.

use rekey_test_support::browser::{Browser, Look};

use crate::people::{USERS, administrator_signs_in, asks_for_link, faults, gets_link};
use crate::pictures;
use crate::site::Site;

/// What a page may weigh in all, compressed.
const HEAVIEST: u64 = 60 * 1024;

/// How pages are looked at: the language, dark or light, wide or as narrow as a phone.
const LOOKS: [(&str, bool, u32); 6] = [
    ("en-GB", false, 1280),
    ("en-GB", true, 1280),
    ("de-DE", false, 320),
    ("es-ES", false, 1280),
    ("es-ES", true, 320),
    ("de-DE", true, 640),
];

fn looks() -> impl Iterator<Item = Look> {
    LOOKS.into_iter().map(|(language, dark, width)| Look {
        language,
        dark,
        width,
        zone: Some("Europe/Berlin"),
        ..Look::default()
    })
}

/// Judges the page that is open, in all looks.
async fn judge(browser: &Browser, name: &str) {
    let url = browser.url().await;
    for look in looks() {
        browser.look(look).await;
        judge_one(browser, name, look).await;
    }
    assert_eq!(browser.url().await, url);
}

async fn judge_one(browser: &Browser, name: &str, look: Look) {
    let about = format!("{name} in {look:?}");
    let violations: Vec<_> = browser.axe().await.iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{about}:\n{}", violations.join("\n"));
    assert_eq!(browser.overflows().await, [""; 0], "{about}");
    assert_eq!(faults(browser).await, [""; 0], "{about}");
    pictures::keep(browser, name, look).await;
}

/// Opens the page in each language, judges it, and weighs it.
async fn open_and_judge(browser: &Browser, site: &Site, name: &str, path: &str) {
    for look in looks() {
        browser.look(look).await;
        browser.go(&site.at(path)).await;
        judge_one(browser, name, look).await;
    }
    weigh(browser, site, name, path).await;
}

/// As a first visit has it: nothing is in the cache yet.
async fn weigh(browser: &Browser, site: &Site, name: &str, path: &str) {
    browser.look(Look::default()).await;
    browser.forget_cache().await;
    browser.go(&site.at(path)).await;
    let loaded = browser.loaded().await;
    let weight: u64 = loaded.iter().map(|one| one.bytes).sum();
    assert!(weight <= HEAVIEST, "{name} weighs {weight} bytes: {loaded:?}");
    assert!(loaded.iter().all(|one| one.url.starts_with(&site.at("/"))), "{name} asks others: {loaded:?}");
    let source = browser.source().await;
    assert!(!source.contains("<style") && !source.contains(" style="), "{name} has an inline style");
    assert!(!source.contains("<script>") && !source.contains(" onclick="), "{name} has an inline script");
}

#[tokio::test]
async fn pages_for_everybody() {
    let (site, browser) = Site::with_browser().await;
    for (name, path) in [
        ("sign-in", "/sign-in"),
        ("forgot-password", "/forgot-password"),
        ("reset-requested", "/forgot-password?sent=1"),
        ("reset-password", "/reset-password"),
        ("not-me", "/not-me"),
        ("nothing-here", "/nothing-here"),
    ] {
        open_and_judge(&browser, &site, name, path).await;
    }
}

#[tokio::test]
async fn states_of_the_way_in() {
    let (site, browser) = Site::with_browser().await;
    browser.go(&site.at("/sign-in")).await;
    browser.type_into("Username", "ana").await;
    browser.type_into("Password", "not hers").await;
    browser.press("Sign In").await;
    judge(&browser, "sign-in-refused").await;
    browser.look(Look::default()).await;
    browser.go(&site.at("/sign-in")).await;
    browser.type_into("Username", "admin").await;
    browser.type_into("Password", site.password("admin")).await;
    browser.press("Sign In").await;
    judge(&browser, "second-factor-step").await;
    browser.look(Look::default()).await;
    let link = gets_link(&browser, &site, "ana").await;
    browser.go(&link).await;
    browser.type_into("Username", "ben").await;
    browser.type_into("New Password", "rekey").await;
    browser.sees("Use at least 15 characters").await;
    judge(&browser, "reset-password-strength").await;
    browser.type_into("Username", "ana").await;
    browser.press("Reset Password").await;
    judge(&browser, "reset-password-refused").await;
    site.jump(3601);
    browser.look(Look::default()).await;
    browser.go(&link).await;
    browser.sees("This link is too old").await;
    judge(&browser, "link-expired").await;
}

#[tokio::test]
async fn pages_of_a_person() {
    let (site, browser) = Site::with_browser().await;
    let other = Browser::open(Look::default()).await;
    crate::people::signs_in(&other, &site, "ana").await;
    crate::people::signs_in(&browser, &site, "ana").await;
    weigh(&browser, &site, "profile", "/profile").await;
    judge(&browser, "profile").await;
    browser.look(Look::default()).await;
    browser.press("ana").await;
    judge(&browser, "profile-menu").await;
    browser.look(Look::default()).await;
    browser.go(&site.at("/profile")).await;
    browser.type_into("Current Password", "wrong").await;
    browser.type_into("New Password", "short").await;
    browser.type_into("Confirm Password", "shorter").await;
    browser.press("Update Password").await;
    judge(&browser, "profile-refused").await;
    browser.look(Look::default()).await;
    browser.press("Set up a second factor").await;
    judge(&browser, "second-factor-setup").await;
    browser.look(Look::default()).await;
    site.confirm_factor(&browser).await;
    judge(&browser, "recovery-codes").await;
}

#[tokio::test]
async fn pages_of_administrators() {
    let (site, browser) = Site::with_browser().await;
    asks_for_link(&browser, &site, "ana").await;
    site.mail_to(&browser, "ana").await;
    administrator_signs_in(&browser, &site).await;
    for (name, path) in
        [("users", USERS), ("audit", "/utilities/security/audit"), ("mail", "/utilities/mail")]
    {
        open_and_judge(&browser, &site, name, path).await;
    }
    for name in ["ana", "carla"] {
        browser.look(Look::default()).await;
        browser.go(&site.at(USERS)).await;
        browser.follow(name).await;
        judge(&browser, if name == "ana" { "user" } else { "user-never-signed-in" }).await;
    }
    browser.look(Look::default()).await;
    browser.go(&site.at(USERS)).await;
    browser.follow("ana").await;
    browser.press("Reset Password").await;
    judge(&browser, "user-confirm").await;
    browser.look(Look::default()).await;
    browser.go(&site.at("/utilities/mail")).await;
    browser.follow("Reset link").await;
    judge(&browser, "mail-details").await;
}
