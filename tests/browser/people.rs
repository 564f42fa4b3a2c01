//! What people do again and again.

use rekey_test_support::browser::Browser;

use crate::site::Site;

/// A password that is taken.
pub const NEW: &str = "seven violet lanterns";
/// Another one.
pub const OTHER: &str = "eleven amber kettles";
pub const USERS: &str = "/utilities/security/users";

/// What went wrong on the way, but for answers that say no: browsers count them as errors.
pub async fn faults(browser: &Browser) -> Vec<String> {
    let is_refusal = |fault: &String| fault.contains("the server responded with a status of 4");
    browser.errors().await.into_iter().filter(|fault| !is_refusal(fault)).collect()
}

/// NAME gives their password, and gets no further than that takes them.
pub async fn gives_password(browser: &Browser, site: &Site, name: &str, password: &str) {
    browser.go(&site.at("/sign-in")).await;
    browser.type_into("Username", name).await;
    browser.type_into("Password", password).await;
    browser.press("Sign In").await;
}

/// NAME signs in with the password from the beginning.
pub async fn signs_in(browser: &Browser, site: &Site, name: &str) {
    gives_password(browser, site, name, site.password(name)).await;
    assert_eq!(browser.heading().await, "Profile");
}

/// The administrator signs in with password and code.
pub async fn administrator_signs_in(browser: &Browser, site: &Site) {
    gives_password(browser, site, "admin", site.password("admin")).await;
    assert_eq!(browser.heading().await, "Second factor");
    browser.type_into("Code", &site.code().await).await;
    browser.press("Sign In").await;
    assert_eq!(browser.heading().await, "Profile");
}

/// Opens the page of a user, as an administrator finds it.
pub async fn opens_user(browser: &Browser, name: &str) {
    browser.press("Utilities").await;
    browser.follow("Users").await;
    browser.type_into("Username or address begins with", name).await;
    browser.press("Search").await;
    browser.follow(name).await;
    assert_eq!(browser.heading().await, name);
}

/// Signs out by the menu of one's name.
pub async fn signs_out(browser: &Browser, name: &str) {
    browser.press(name).await;
    browser.press("Sign Out").await;
    browser.sees("You are signed out.").await;
}

/// NAME asks for a link, as the sign-in page offers it.
pub async fn asks_for_link(browser: &Browser, site: &Site, name: &str) {
    browser.go(&site.at("/sign-in")).await;
    browser.follow("Forgot your password?").await;
    browser.type_into("Registered email address", &format!("{name}@example.org")).await;
    browser.type_into("Username", name).await;
    browser.press("Send Reset Link").await;
    assert_eq!(browser.heading().await, "Look into your mail");
}

/// NAME asks for a link, and gets it from the inbox.
pub async fn gets_link(browser: &Browser, site: &Site, name: &str) -> String {
    asks_for_link(browser, site, name).await;
    site.mail_to(browser, name).await.link()
}

/// Chooses a new password on the page that a link leads to.
pub async fn chooses(browser: &Browser, link: &str, name: &str, password: &str) {
    browser.go(link).await;
    browser.type_into("Username", name).await;
    browser.type_into("New Password", password).await;
    browser.press("Reset Password").await;
}
