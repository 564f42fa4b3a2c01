//! What people type and paste, in the spellings of keyboards, clipboards and other browsers.

use rekey_test_support::browser::{Browser, Look};
use serde_json::json;

use crate::people::{NEW, faults, gets_link, gives_password, signs_in};
use crate::pictures::keep;
use crate::site::Site;

/// Looks of a phone, a tablet and a desk.
const WIDTHS: [u32; 3] = [320, 768, 1280];

/// Registers NAME with an address, as the desktop app does.
async fn register(site: &Site, name: &str, email: &str) {
    let body = json!({ "username": name, "email": email, "origin": "app" });
    let client = reqwest::Client::new().post(site.at("/v1/commands/register-account"));
    let answer = client.bearer_auth(site.desktop_key()).json(&body).send().await.unwrap();
    answer.error_for_status().unwrap();
}

#[tokio::test]
async fn an_address_is_found_as_it_is_typed_beyond_ascii_and_in_a_labels() {
    let (site, browser) = Site::with_browser().await;
    register(&site, "rosa", "rosa@münchen.example").await;
    register(&site, "ruth", "ruth@xn--mnchen-3ya.example").await;
    for (name, typed) in [
        ("rosa", "rosa@münchen.example"),
        ("rosa", "rosa@xn--mnchen-3ya.example"),
        ("ruth", "Ruth@München.example"),
    ] {
        site.jump(61);
        browser.go(&site.at("/forgot-password")).await;
        browser.paste("Registered email address", typed).await;
        browser.paste("Username", &format!("\u{200e}{name}\u{200b}")).await;
        assert_eq!(browser.value("Registered email address").await, typed, "the browser leaves it as it is");
        browser.press("Send Reset Link").await;
        assert_eq!(browser.heading().await, "Look into your mail");
        let mail = site.mail_at(&browser, &format!("{name}@xn--mnchen-3ya.example")).await;
        assert!(mail.link().contains("/reset-password#"));
    }
    assert_eq!(faults(&browser).await, [""; 0]);
}

#[tokio::test]
async fn a_password_with_emoji_is_taken_and_signs_in() {
    let (site, browser) = Site::with_browser().await;
    let password = "violet 🙂 lantern ❤️ 👍🏽";
    let link = gets_link(&browser, &site, "ana").await;
    browser.go(&link).await;
    browser.paste("Username", "\u{feff}ana").await;
    browser.paste("New Password", password).await;
    browser.sees("Strong").await;
    browser.press("Reset Password").await;
    browser.sees("Your password is reset.").await;
    browser.paste("Username", "ana").await;
    browser.paste("Password", password).await;
    browser.press("Sign In").await;
    assert_eq!(browser.heading().await, "Profile");
}

#[tokio::test]
async fn a_pasted_password_is_not_cut_short_but_said_to_be_too_long() {
    for width in WIDTHS {
        let (site, browser) = (Site::start().await, Browser::open(Look { width, ..Look::default() }).await);
        let long = "vxq mbl ".repeat(140);
        browser.go(&site.at("/sign-in")).await;
        browser.paste("Username", "ana").await;
        browser.paste("Password", &long).await;
        assert_eq!(browser.value("Password").await, long);
        browser.press("Sign In").await;
        browser.sees("This is too long.").await;
        keep(&browser, "typed-sign-in-too-long", Look { width, ..Look::default() }).await;
        signs_in(&browser, &site, "ana").await;
        browser.paste("Current Password", site.password("ana")).await;
        browser.paste("New Password", &long).await;
        browser.paste("Confirm Password", &long).await;
        browser.press("Update Password").await;
        browser.sees("Use at most 1,024 bytes.").await;
        keep(&browser, "typed-password-too-long", Look { width, ..Look::default() }).await;
    }
}

/// A user who repeats the same mistyped name does not lose the link.
#[tokio::test]
async fn a_link_bears_the_same_mistyped_username_many_times() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    for _ in 0..6 {
        crate::people::chooses(&browser, &link, "anna", NEW).await;
        browser.sees("This is not the username that the link was sent for.").await;
    }
    crate::people::chooses(&browser, &link, "ana", NEW).await;
    browser.sees("Your password is reset.").await;
}

#[tokio::test]
async fn setting_up_a_second_factor_again_shows_the_same_key_in_every_tab() {
    let (site, browser) = Site::with_browser().await;
    signs_in(&browser, &site, "ana").await;
    let key = async || {
        browser.go(&site.at("/profile")).await;
        browser.press("Set up a second factor").await;
        browser.press("Cannot scan? Type this key into the app").await;
        (crate::demo::secret(&browser.text().await), browser.source().await.matches("<path").count())
    };
    let first = key().await;
    keep(&browser, "typed-second-factor", Look::default()).await;
    let tab = browser.tab().await;
    let second = browser.new_tab().await;
    browser.switch(&second).await;
    assert_eq!(key().await, first);
    // The one tab's code, in the digits of another script, confirms what the other shows.
    browser.switch(&tab).await;
    let code = rekey::credential::totp::code(&first.0, site.now()).unwrap();
    let wide: String = code.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
    browser.paste("Code that the app shows", &wide).await;
    browser.press("Turn on").await;
    assert_eq!(browser.heading().await, "Recovery codes");
    browser.switch(&second).await;
    browser.type_into("Code that the app shows", &code).await;
    browser.press("Turn on").await;
    browser.sees("Your second factor is on.").await;
}

/// The browser's own name for its zone is one that lists have given up.
#[tokio::test]
async fn the_browsers_time_zone_is_in_the_list_whatever_its_name() {
    let site = Site::start().await;
    let browser = Browser::open(Look { zone: Some("Asia/Calcutta"), ..Look::default() }).await;
    signs_in(&browser, &site, "ana").await;
    let zone = browser.value("Time zone").await;
    assert!(["Asia/Calcutta", "Asia/Kolkata"].contains(&&*zone), "{zone}");
    browser.pick("Language", "Deutsch").await;
    browser.press("Save").await;
    assert_eq!(browser.value("Zeitzone").await, zone);
}

/// Blanks and direction marks come along when names are copied out of other programs.
#[tokio::test]
async fn a_username_copied_with_invisible_characters_signs_in() {
    let (site, browser) = Site::with_browser().await;
    gives_password(&browser, &site, "ana", "wrong").await;
    browser.sees("Username or password is wrong").await;
    browser.paste("Username", "\u{202a}ana\u{202c}\u{200b}").await;
    browser.paste("Password", site.password("ana")).await;
    browser.press("Sign In").await;
    assert_eq!(browser.heading().await, "Profile");
}
