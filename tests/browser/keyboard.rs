//! With the keyboard alone, seeing where one is.

use rekey_test_support::browser::{Browser, Key};

use crate::people::{NEW, administrator_signs_in, gets_link};
use crate::site::Site;

/// Goes on with Tab until that has the focus; every stop on the way can be told.
async fn tabs_to(browser: &Browser, name: &str) {
    for _ in 0..60 {
        browser.press_key(Key::Tab).await;
        let focus = browser.focused().await;
        if focus.name == name {
            return;
        }
        assert!(!focus.name.is_empty() || focus.tag == "body", "a stop without a name: {focus:?}");
    }
    panic!("{name} cannot be reached by Tab:\n{}", browser.text().await);
}

#[tokio::test]
async fn a_password_is_reset_without_a_mouse() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    browser.go(&link).await;
    // The first stop jumps over the bar.
    browser.press_key(Key::Tab).await;
    assert_eq!(browser.focused().await.name, "Skip to the content");
    tabs_to(&browser, "Username").await;
    browser.type_here("ana").await;
    tabs_to(&browser, "New Password").await;
    browser.type_here(NEW).await;
    browser.press_key(Key::Enter).await;
    browser.sees("Your password is reset.").await;
    tabs_to(&browser, "Username").await;
    browser.type_here("ana").await;
    tabs_to(&browser, "Password").await;
    browser.type_here(NEW).await;
    tabs_to(&browser, "Sign In").await;
    browser.press_key(Key::Enter).await;
    browser.sees("Where you are signed in").await;
}

#[tokio::test]
async fn an_administrator_finds_a_user_and_leaves_the_dialog_without_a_mouse() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    tabs_to(&browser, "Utilities").await;
    browser.press_key(Key::Enter).await;
    tabs_to(&browser, "Users").await;
    browser.press_key(Key::Enter).await;
    browser.sees("Username or address begins with").await;
    tabs_to(&browser, "dora").await;
    browser.press_key(Key::Enter).await;
    browser.sees("History").await;
    tabs_to(&browser, "Reset Password").await;
    browser.press_key(Key::Enter).await;
    browser.sees("Reset the password of dora?").await;
    browser.press_key(Key::Escape).await;
    assert_eq!(browser.focused().await.name, "Reset Password", "back where one came from");
}
