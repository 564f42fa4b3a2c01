//! One's own password, second factor, sessions and preferences.

use rekey::credential::totp;
use rekey_test_support::browser::{Browser, Look};

use crate::demo::secret;
use crate::people::{
    NEW, OTHER, administrator_signs_in, faults, gets_link, gives_password, signs_in, signs_out,
};
use crate::site::Site;

async fn changes(browser: &Browser, current: &str, new: &str, confirm: &str) {
    browser.type_into("Current Password", current).await;
    browser.type_into("New Password", new).await;
    browser.type_into("Confirm Password", confirm).await;
    browser.press("Update Password").await;
}

#[tokio::test]
async fn a_password_one_knows_is_changed_and_all_other_sessions_end() {
    let (site, browser) = Site::with_browser().await;
    let elsewhere = Browser::open(Look::default()).await;
    signs_in(&elsewhere, &site, "ana").await;
    signs_in(&browser, &site, "ana").await;
    browser.press("ana").await;
    browser.follow("Profile").await;
    changes(&browser, site.password("ana"), NEW, NEW).await;
    browser.sees("Your password is changed. All other sessions are ended.").await;
    elsewhere.reload().await;
    assert_eq!(elsewhere.heading().await, "Sign In");
    signs_out(&browser, "ana").await;
    gives_password(&browser, &site, "ana", site.password("ana")).await;
    browser.sees("Username or password is wrong").await;
    gives_password(&browser, &site, "ana", NEW).await;
    assert_eq!(browser.heading().await, "Profile");
    assert_eq!(faults(&browser).await, [""; 0]);
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_told_beside_its_field() {
    let (site, browser) = Site::with_browser().await;
    signs_in(&browser, &site, "ana").await;
    let current = site.password("ana");
    changes(&browser, current, NEW, OTHER).await;
    browser.sees("The two new passwords are not the same.").await;
    assert_eq!(browser.focused().await.name, "Confirm Password");
    changes(&browser, "not the current one", NEW, NEW).await;
    browser.sees("The current password is wrong.").await;
    assert_eq!(browser.focused().await.name, "Current Password");
    changes(&browser, current, "rekey", "rekey").await;
    browser.sees("Use at least 15 characters").await;
    browser.sees("Leave out your username, your address and the name of this service.").await;
    browser.sees("This is among the first passwords that an attacker tries.").await;
    changes(&browser, current, current, current).await;
    browser.sees("Use another password than the current one.").await;
    changes(&browser, current, NEW, NEW).await;
    browser.sees("Your password is changed.").await;
}

/// Set up by the key that is shown, used, replaced by a recovery code, kept by a reset, removed.
#[tokio::test]
async fn a_second_factor_is_set_up_used_and_removed() {
    let (site, browser) = Site::with_browser().await;
    signs_in(&browser, &site, "ana").await;
    browser.press("Set up a second factor").await;
    browser.press("Cannot scan? Type this key into the app").await;
    let secret = secret(&browser.text().await);
    browser.type_into("Code that the app shows", "123").await;
    browser.press("Turn on").await;
    browser.sees("The code is wrong.").await;
    let code = async || totp::code(&secret, site.now()).unwrap();
    browser.type_into("Code that the app shows", &code().await).await;
    browser.press("Turn on").await;
    assert_eq!(browser.heading().await, "Recovery codes");
    let recovery = recovery_codes(&browser.text().await);
    assert_eq!(recovery.len(), 10, "{recovery:?}");
    browser.follow("I have kept them").await;
    browser.sees("Second factor On").await;
    signs_out(&browser, "ana").await;

    site.jump(60);
    gives_password(&browser, &site, "ana", site.password("ana")).await;
    browser.type_into("Code", &code().await).await;
    browser.press("Sign In").await;
    browser.press("New recovery codes").await;
    let newer = recovery_codes(&browser.text().await);
    signs_out(&browser, "ana").await;

    // The old codes are gone, and a reset keeps the factor.
    site.jump(120);
    let link = gets_link(&browser, &site, "ana").await;
    crate::people::chooses(&browser, &link, "ana", NEW).await;
    gives_password(&browser, &site, "ana", NEW).await;
    browser.type_into("Code", &recovery[0]).await;
    browser.press("Sign In").await;
    browser.sees("The code is wrong").await;
    site.jump(60);
    browser.type_into("Code", &newer[0]).await;
    browser.press("Sign In").await;
    assert_eq!(browser.heading().await, "Profile");
    browser.press("Remove second factor").await;
    browser.sees("Your second factor is removed.").await;
    browser.sees("Second factor Off").await;
    assert_eq!(faults(&browser).await, [""; 0]);
}

fn recovery_codes(text: &str) -> Vec<String> {
    let is_code = |line: &&str| line.len() == 19 && line.matches('-').count() == 3;
    text.lines().filter(is_code).map(str::to_owned).collect()
}

#[tokio::test]
async fn sessions_elsewhere_are_seen_and_ended() {
    let (site, browser) = Site::with_browser().await;
    let others = [Browser::open(Look::default()).await, Browser::open(Look::default()).await];
    for other in &others {
        signs_in(other, &site, "ana").await;
    }
    signs_in(&browser, &site, "ana").await;
    browser.sees("This one").await;
    let sessions = browser.rows().await.len();
    assert!(sessions >= 4, "the head, two others, this one");
    browser.press("End").await;
    browser.sees("The session is ended.").await;
    assert_eq!(browser.rows().await.len(), sessions - 1);
    browser.press("End all others").await;
    browser.sees("All other sessions are ended.").await;
    assert_eq!(browser.rows().await.len(), 2);
    for other in &others {
        other.reload().await;
        assert_eq!(other.heading().await, "Sign In");
    }
}

/// A session ends when it is not used, and one comes back to where one was.
#[tokio::test]
async fn after_an_hour_one_signs_in_again_and_goes_on() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    browser.go(&site.at("/utilities/mail?state=dead")).await;
    site.jump(3601);
    browser.reload().await;
    assert_eq!(browser.heading().await, "Sign In");
    browser.type_into("Username", "admin").await;
    browser.type_into("Password", site.password("admin")).await;
    browser.press("Sign In").await;
    browser.type_into("Code", &site.code().await).await;
    browser.press("Sign In").await;
    assert_eq!(browser.url().await, site.at("/utilities/mail?state=dead"));
}

/// By the browser's wish, then by one's own; in pages and mails, with the time of one's place.
#[tokio::test]
async fn pages_and_mails_speak_the_persons_language_and_tell_their_time() {
    let site = Site::start().await;
    let look = Look { language: "de-DE", zone: Some("Europe/Berlin"), ..Look::default() };
    let browser = Browser::open(look).await;
    browser.go(&site.at("/sign-in")).await;
    assert_eq!(browser.heading().await, "Anmelden");
    browser.type_into("Benutzername", "ana").await;
    browser.type_into("Passwort", site.password("ana")).await;
    browser.press("Anmelden").await;
    browser.sees("Europe/Berlin").await;
    // The person's own word counts more than the browser's.
    browser.pick("Sprache", "Español").await;
    browser.pick("Zeitzone", "America/Lima").await;
    browser.press("Speichern").await;
    assert_eq!(browser.heading().await, "Perfil");
    browser.press("ana").await;
    browser.press("Cerrar sesión").await;
    assert_eq!(browser.heading().await, "Anmelden");
    browser.press("English").await;
    assert_eq!(browser.heading().await, "Sign In");
    crate::people::asks_for_link(&browser, &site, "ana").await;
    let mail = site.mail_to(&browser, "ana").await;
    assert!(mail.text.contains("contraseña"), "{}", mail.text);
}
