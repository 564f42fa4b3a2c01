//! A forgotten password, from the sign-in page and back to it.

use rekey_test_support::browser::{Browser, Look};

use crate::people::{NEW, OTHER, asks_for_link, chooses, faults, gets_link, gives_password, signs_in};
use crate::site::Site;

#[tokio::test]
async fn a_forgotten_password_is_reset_by_the_mailed_link_and_one_signs_in_by_hand() {
    let (site, browser) = Site::with_browser().await;
    asks_for_link(&browser, &site, "ana").await;
    browser.sees("The link is valid for one hour").await;
    browser.sees("Look in the spam folder, or contact your system administrator").await;
    let mail = site.mail_to(&browser, "ana").await;
    browser.go(&mail.link()).await;
    assert_eq!(browser.heading().await, "Reset Password");
    // The code is out of the address bar at once.
    assert_eq!(browser.url().await, site.at("/reset-password"));
    chooses(&browser, &mail.link(), "ana", NEW).await;
    // Back at the sign-in page, and not signed in.
    browser.sees("Your password is reset. Sign in with the new one.").await;
    browser.go(&site.at("/profile")).await;
    assert_eq!(browser.heading().await, "Sign In");
    gives_password(&browser, &site, "ana", site.password("ana")).await;
    browser.sees("Username or password is wrong").await;
    gives_password(&browser, &site, "ana", NEW).await;
    assert_eq!(browser.heading().await, "Profile");
    assert_eq!(faults(&browser).await, [""; 0]);
}

/// Whoever is unknown, mistyped or not entitled sees the same page, word for word.
#[tokio::test]
async fn everybody_sees_the_same_neutral_words() {
    let (site, browser) = Site::with_browser().await;
    let mut seen = Vec::new();
    for (username, email) in [
        ("ana", "ana@example.org"),
        ("nobody", "x@example.org"),
        ("ana", "ben@example.org"),
        ("carla", "carla@example.org"),
    ] {
        browser.go(&site.at("/forgot-password")).await;
        browser.type_into("Registered email address", email).await;
        browser.type_into("Username", username).await;
        browser.press("Send Reset Link").await;
        seen.push((browser.url().await, browser.text().await));
    }
    assert!(seen.iter().all(|page| *page == seen[0]), "{seen:#?}");
}

#[tokio::test]
async fn an_expired_link_is_told_kindly_and_a_new_one_is_a_click_away() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    site.jump(3601);
    browser.go(&link).await;
    browser.sees("This link is too old").await;
    browser.follow("Ask for a new link").await;
    assert_eq!(browser.heading().await, "Forgot your password?");
}

#[tokio::test]
async fn a_used_link_says_so() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    chooses(&browser, &link, "ana", NEW).await;
    browser.sees("Your password is reset.").await;
    browser.go(&link).await;
    browser.sees("This link was used").await;
}

#[tokio::test]
async fn a_replaced_link_says_so_and_the_newer_one_works() {
    let (site, browser) = Site::with_browser().await;
    let old = gets_link(&browser, &site, "ana").await;
    site.jump(61);
    let new = gets_link(&browser, &site, "ana").await;
    assert_ne!(old, new);
    browser.go(&old).await;
    browser.sees("This link no longer counts").await;
    chooses(&browser, &new, "ana", NEW).await;
    browser.sees("Your password is reset.").await;
}

/// Only the password is to be typed again.
#[tokio::test]
async fn a_wrong_username_and_a_weak_password_are_told_beside_their_fields() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    chooses(&browser, &link, "ben", NEW).await;
    browser.sees("This is not the username that the link was sent for.").await;
    assert_eq!(browser.focused().await.name, "Username");
    assert_eq!(browser.value("Username").await, "ben");
    assert_eq!(browser.value("New Password").await, "");
    browser.type_into("Username", "ana").await;
    browser.type_into("New Password", "rekey-rekey").await;
    browser.press("Reset Password").await;
    browser.sees("Use at least 15 characters").await;
    browser.sees("Leave out your username, your address and the name of this service.").await;
    assert_eq!(browser.focused().await.name, "New Password");
    assert_eq!(browser.value("Username").await, "ana");
    browser.type_into("New Password", NEW).await;
    browser.press("Reset Password").await;
    browser.sees("Your password is reset.").await;
}

#[tokio::test]
async fn the_strength_of_a_password_is_told_while_it_is_typed_and_it_can_be_shown() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    browser.go(&link).await;
    browser.type_into("New Password", "passwordpassword").await;
    browser.sees("This is among the first passwords that an attacker tries.").await;
    browser.type_into("New Password", NEW).await;
    browser.sees("Strong").await;
    browser.press("Show New Password").await;
    assert_eq!(browser.value("New Password").await, NEW);
    browser.press("Hide New Password").await;
    assert_eq!(faults(&browser).await, [""; 0]);
}

/// Mail scanners follow links, and some run their scripts.
#[tokio::test]
async fn a_scanner_that_fetches_the_link_ten_times_first_changes_nothing() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    for _ in 0..10 {
        for method in [reqwest::Method::GET, reqwest::Method::HEAD] {
            let answer = reqwest::Client::new().request(method, &link).send().await.unwrap();
            assert_eq!(answer.status(), 200);
        }
    }
    let scanner = Browser::open(Look::default()).await;
    for _ in 0..10 {
        scanner.go(&site.at("/dev/inbox")).await;
        scanner.go(&link).await;
    }
    chooses(&browser, &link, "ana", NEW).await;
    browser.sees("Your password is reset.").await;
}

#[tokio::test]
async fn of_two_tabs_with_one_link_the_second_is_told_that_it_was_used() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    browser.go(&link).await;
    let first = browser.tab().await;
    let second = browser.new_tab().await;
    browser.switch(&second).await;
    browser.go(&link).await;
    browser.type_into("Username", "ana").await;
    browser.type_into("New Password", OTHER).await;
    browser.switch(&first).await;
    browser.type_into("Username", "ana").await;
    browser.type_into("New Password", NEW).await;
    browser.press("Reset Password").await;
    browser.sees("Your password is reset.").await;
    browser.switch(&second).await;
    browser.press("Reset Password").await;
    browser.sees("This link was used").await;
    gives_password(&browser, &site, "ana", NEW).await;
    assert_eq!(browser.heading().await, "Profile");
}

#[tokio::test]
async fn going_back_afterwards_does_no_harm() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    chooses(&browser, &link, "ana", NEW).await;
    browser.sees("Your password is reset.").await;
    browser.back().await;
    assert_eq!(browser.heading().await, "Reset Password");
    assert_eq!(browser.value("New Password").await, "");
    browser.go(&link).await;
    browser.sees("This link was used").await;
}

/// With script the second click is none; without, both get the answer of the one that counted.
#[tokio::test]
async fn a_double_click_is_one_reset() {
    for scripts in [true, false] {
        let site = Site::start().await;
        let browser = Browser::open(Look { scripts, ..Look::default() }).await;
        asks_for_link(&browser, &site, "ana").await;
        let link = site.mail_to(&browser, "ana").await.link();
        browser.go(&link).await;
        if !scripts {
            browser.type_into("Code from the mail", &link).await;
        }
        browser.type_into("Username", "ana").await;
        browser.type_into("New Password", NEW).await;
        browser.press_twice("Reset Password").await;
        browser.sees("Your password is reset. Sign in with the new one.").await;
    }
}

#[tokio::test]
async fn whoever_did_not_ask_ends_the_link() {
    let (site, browser) = Site::with_browser().await;
    asks_for_link(&browser, &site, "ana").await;
    let mail = site.mail_to(&browser, "ana").await;
    browser.go(&mail.not_me()).await;
    assert_eq!(browser.heading().await, "This wasn't me");
    browser.press("End the link").await;
    assert_eq!(browser.heading().await, "The link is ended");
    browser.go(&mail.link()).await;
    browser.sees("This link was ended").await;
    signs_in(&browser, &site, "ana").await;
}

#[tokio::test]
async fn a_code_that_is_cut_short_says_what_to_do() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    browser.go(&link[..link.len() - 5]).await;
    browser.sees("This link is not complete").await;
    browser.sees("Copy the whole link out of the mail").await;
}

/// The second factor is asked for as before a reset: it is neither off nor passed by.
#[tokio::test]
async fn the_second_factor_is_kept_after_a_reset() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "admin").await;
    chooses(&browser, &link, "admin", NEW).await;
    browser.sees("Your password is reset.").await;
    gives_password(&browser, &site, "admin", NEW).await;
    assert_eq!(browser.heading().await, "Second factor");
    browser.type_into("Code", "000000").await;
    browser.press("Sign In").await;
    browser.sees("The code is wrong").await;
    browser.type_into("Code", &site.code().await).await;
    browser.press("Sign In").await;
    assert_eq!(browser.heading().await, "Profile");
    browser.sees("Second factor On").await;
}
