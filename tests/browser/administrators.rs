//! What administrators do for others, and what they cannot.

use rekey_test_support::browser::{Browser, Look};

use crate::people::{
    NEW, USERS, administrator_signs_in, chooses, faults, gives_password, opens_user, signs_in, signs_out,
};
use crate::site::Site;

#[tokio::test]
async fn an_administrator_sends_a_link_that_only_the_user_sees() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    opens_user(&browser, "dora").await;
    browser.press("Reset Password").await;
    browser.sees("Reset the password of dora?").await;
    browser.follow("Cancel").await;
    browser.press("Reset Password").await;
    // The dialog's own button has the focus.
    assert_eq!(browser.focused().await.name, "Reset Password");
    browser.press_key(rekey_test_support::browser::Key::Enter).await;
    browser.sees("A mail with a link is on its way.").await;
    browser.sees("An administrator sent a reset link").await;
    assert!(!browser.source().await.contains("reset-password#"));
    let users = Browser::open(Look::default()).await;
    let link = site.mail_to(&users, "dora").await.link();
    chooses(&users, &link, "dora", NEW).await;
    users.sees("Your password is reset.").await;
    gives_password(&users, &site, "dora", NEW).await;
    assert_eq!(users.heading().await, "Profile");
    browser.reload().await;
    browser.sees("The link was used: a new password is set").await;
    assert_eq!(faults(&browser).await, [""; 0]);
}

#[tokio::test]
async fn who_never_signed_in_cannot_be_sent_a_link_and_the_page_says_why() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    for name in ["carla", "ben"] {
        browser.go(&site.at(USERS)).await;
        let rows = browser.rows().await;
        let row = rows.iter().find(|row| row[0].starts_with(name)).unwrap();
        assert!(row[5].contains("has never signed in"), "{row:?}");
        browser.follow(name).await;
        browser.sees("This user has never signed in. Set a password in the desktop app instead.").await;
        browser.press("Reset Password").await;
        assert!(!browser.text().await.contains("A mail with a link"), "nothing happens");
    }
}

/// Sees why it is not possible, and where to mend that.
#[tokio::test]
async fn an_administrator_without_a_second_factor_is_told_to_set_one_up() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    browser.press("Remove second factor").await;
    browser.sees("Your second factor is removed.").await;
    opens_user(&browser, "dora").await;
    browser.sees("Only administrators with a second factor can do this.").await;
    browser.follow("Set up a second factor").await;
    assert_eq!(browser.heading().await, "Profile");
    signs_out(&browser, "admin").await;
}

/// Of the two permissions, each is needed.
#[tokio::test]
async fn without_either_permission_nothing_can_be_done() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    site.revoke("utilities.security.users.reset_passwords").await;
    opens_user(&browser, "dora").await;
    browser.sees("You lack the permission for this.").await;
    site.revoke("utilities.security.users.view").await;
    browser.reload().await;
    assert_eq!(browser.heading().await, "You may not see this");
    browser.go(&site.at(USERS)).await;
    assert_eq!(browser.heading().await, "You may not see this");
    assert!(!browser.text().await.contains("Users"), "no menu leads there");
}

#[tokio::test]
async fn people_without_permissions_see_no_menu_for_them() {
    let (site, browser) = Site::with_browser().await;
    signs_in(&browser, &site, "ana").await;
    assert!(!browser.text().await.contains("Utilities"));
    for path in [USERS, "/utilities/security/audit", "/utilities/mail"] {
        browser.go(&site.at(path)).await;
        assert_eq!(browser.heading().await, "You may not see this");
    }
}

/// A right that is taken away while the dialog is open does nothing any more.
#[tokio::test]
async fn a_right_revoked_meanwhile_ends_at_once() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    opens_user(&browser, "dora").await;
    browser.press("Reset Password").await;
    site.revoke("utilities.security.users.reset_passwords").await;
    browser.press_key(rekey_test_support::browser::Key::Enter).await;
    browser.sees("You lack the permission for this.").await;
}

#[tokio::test]
async fn users_are_searched_and_sorted() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    browser.go(&site.at(USERS)).await;
    let names = async || -> Vec<String> {
        let rows = browser.rows().await;
        rows.iter().skip(1).map(|row| row[0].split_whitespace().next().unwrap().to_owned()).collect()
    };
    assert_eq!(names().await, ["admin", "ana", "ben", "carla", "dora"]);
    browser.follow("User ↑").await;
    assert_eq!(names().await, ["dora", "carla", "ben", "ana", "admin"]);
    browser.follow("Last sign-in").await;
    assert_eq!(names().await[..2], ["ben", "carla"], "who never signed in comes first");
    browser.type_into("Username or address begins with", "A").await;
    browser.press("Search").await;
    assert_eq!(names().await.len(), 2);
    browser.type_into("Username or address begins with", "carla@ex").await;
    browser.press("Search").await;
    assert_eq!(names().await, ["carla"]);
    browser.type_into("Username or address begins with", "nobody").await;
    browser.press("Search").await;
    browser.sees("Nobody is found.").await;
}

#[tokio::test]
async fn a_lost_second_factor_is_removed() {
    let (site, browser) = Site::with_browser().await;
    let lost = Browser::open(Look::default()).await;
    site.enrol(&lost, "ana").await;
    administrator_signs_in(&browser, &site).await;
    opens_user(&browser, "ana").await;
    browser.press("Remove second factor").await;
    browser.sees("Remove the second factor of ana?").await;
    browser.press_key(rekey_test_support::browser::Key::Enter).await;
    browser.sees("The second factor is removed.").await;
    browser.sees("The second factor was removed by an administrator").await;
    gives_password(&lost, &site, "ana", site.password("ana")).await;
    assert_eq!(lost.heading().await, "Profile");
}
