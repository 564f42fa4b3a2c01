//! With script off, everything but the lists that renew themselves.

use rekey_test_support::browser::{Browser, Look};

use crate::people::{NEW, OTHER, USERS, administrator_signs_in, asks_for_link, gives_password, signs_out};
use crate::site::Site;

async fn plain() -> (Site, Browser) {
    (Site::start().await, Browser::open(Look { scripts: false, ..Look::default() }).await)
}

#[tokio::test]
async fn a_password_is_reset_by_a_link_that_is_pasted() {
    let (site, browser) = plain().await;
    asks_for_link(&browser, &site, "ana").await;
    let mail = site.mail_to(&browser, "ana").await;
    browser.go(&mail.link()).await;
    // The whole link is as good as its code.
    browser.type_into("Code from the mail", &mail.link()).await;
    browser.type_into("Username", "ben").await;
    browser.type_into("New Password", NEW).await;
    browser.press("Reset Password").await;
    browser.sees("This is not the username").await;
    browser.type_into("Username", "ana").await;
    browser.type_into("New Password", "short").await;
    browser.press("Reset Password").await;
    browser.sees("Use at least 15 characters").await;
    browser.type_into("New Password", NEW).await;
    browser.press("Reset Password").await;
    browser.sees("Your password is reset.").await;
    browser.go(&site.at("/reset-password")).await;
    browser.type_into("Code from the mail", &mail.link()).await;
    browser.type_into("Username", "ana").await;
    browser.type_into("New Password", NEW).await;
    browser.press("Reset Password").await;
    browser.sees("This link was used").await;
    gives_password(&browser, &site, "ana", NEW).await;
    browser.type_into("Current Password", NEW).await;
    browser.type_into("New Password", OTHER).await;
    browser.type_into("Confirm Password", OTHER).await;
    browser.press("Update Password").await;
    browser.sees("Your password is changed.").await;
    signs_out(&browser, "ana").await;
}

#[tokio::test]
async fn an_administrator_sends_a_link_and_reads_what_happened() {
    let (site, browser) = plain().await;
    administrator_signs_in(&browser, &site).await;
    browser.go(&site.at(USERS)).await;
    browser.follow("dora").await;
    browser.follow("Reset Password").await;
    browser.sees("Reset the password of dora?").await;
    browser.follow("Cancel").await;
    browser.follow("Reset Password").await;
    browser.press_key(rekey_test_support::browser::Key::Enter).await;
    browser.sees("A mail with a link is on its way.").await;
    assert!(site.mail_to(&browser, "dora").await.link().contains("/reset-password#"));
    browser.go(&site.at("/utilities/security/audit")).await;
    browser.sees("An administrator sent a reset link").await;
    browser.go(&site.at("/utilities/mail")).await;
    browser.sees("Reset link from an administrator").await;
}

#[tokio::test]
async fn a_second_factor_is_set_up_and_the_language_chosen() {
    let (site, browser) = plain().await;
    site.enrol(&browser, "ana").await;
    browser.follow("I have kept them").await;
    browser.press("Deutsch").await;
    assert_eq!(browser.heading().await, "Profil");
}

#[tokio::test]
async fn whoever_did_not_ask_ends_the_link() {
    let (site, browser) = plain().await;
    asks_for_link(&browser, &site, "ana").await;
    let mail = site.mail_to(&browser, "ana").await;
    browser.go(&site.at("/not-me")).await;
    browser.type_into("Code from the mail", &mail.not_me()).await;
    browser.press("End the link").await;
    assert_eq!(browser.heading().await, "The link is ended");
}
