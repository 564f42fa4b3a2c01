//! Audit and mail, as auditors and operators watch them.

use crate::people::{administrator_signs_in, asks_for_link, faults, gives_password};
use crate::site::Site;
use rekey_test_support::browser::{Browser, Look};
use rekey_test_support::smtp::{Fault, Phase, SmtpSink};

#[tokio::test]
async fn the_audit_page_shows_what_happens_and_finds_what_happened() {
    let (site, browser) = Site::with_browser().await;
    administrator_signs_in(&browser, &site).await;
    browser.press("Utilities").await;
    browser.follow("Audit").await;
    browser.sees("The account was created in the app").await;
    // It renews itself.
    let someone = Browser::open(Look::default()).await;
    gives_password(&someone, &site, "nobody", "whatever it is").await;
    browser.sees("Somebody tried to sign in under a name that is nobody's").await;
    browser.pick("Event", "SignInFailed").await;
    browser.press("Show").await;
    browser.sees("Nothing like that is on record.").await;
    gives_password(&someone, &site, "ana", "not her password").await;
    browser.sees("A sign-in failed: wrong password").await;
    browser.pick("Event", "Any").await;
    browser.type_into("Username", "dora").await;
    browser.press("Show").await;
    browser.sees("The account was created in the desktop app").await;
    assert!(browser.rows().await.iter().skip(1).all(|row| row[2] == "dora"));
    browser.type_into("Username", "nobody").await;
    browser.press("Show").await;
    browser.sees("There is no user with that name.").await;
    browser.type_into("Username", "").await;
    browser.press("More filters").await;
    browser.pick("Reason", "wrong password").await;
    browser.press("Show").await;
    browser.sees("A sign-in failed: wrong password").await;
    assert_eq!(browser.rows().await.len(), 2, "the head, and one event");
    browser.pick("Reason", "Any").await;
    browser.type_into("By whom", "admin").await;
    browser.press("Show").await;
    browser.sees("Nothing like that is on record.").await;
    browser.type_into("By whom", "anyone").await;
    browser.press("Show").await;
    browser.sees("A sign-in failed: wrong password").await;
    assert!(browser.rows().await.iter().skip(1).all(|row| row[3].starts_with("not signed in")));
    browser.type_into("By whom", "nobody").await;
    browser.type_into("One story (its id)", "pl4nted").await;
    browser.press("Show").await;
    browser.sees("Nobody is called that.").await;
    browser.sees("That is not an id, such as").await;
    browser.go(&site.at("/utilities/security/audit?kind=%00")).await;
    browser.sees("There is no such one. Choose one of the list.").await;
    asks_for_link(&someone, &site, "ana").await;
    site.mail_to(&browser, "ana").await;
    browser.go(&site.at("/utilities/security/audit")).await;
    browser.sees("A mail with the reset link is owed").await;
    let position = browser.rows().await[1][4].clone();
    browser.follow(&position).await;
    browser.sees("ana asked for a reset link; mail accepted").await;
    assert_eq!(faults(&browser).await, [""; 0]);
}

#[tokio::test]
async fn the_mail_page_shows_the_queue_and_tries_again() {
    let sink = SmtpSink::start().await.unwrap();
    sink.script([(Phase::Rcpt, Fault::reply("550 5.1.1 nobody here"))]);
    let site = Site::start_with(&["--smtp", &sink.address().to_string()]).await;
    let browser = Browser::open(Look::default()).await;
    asks_for_link(&browser, &site, "ana").await;
    administrator_signs_in(&browser, &site).await;
    browser.press("Utilities").await;
    browser.follow("Mail").await;
    browser.sees("Address refused").await;
    browser.sees("The mail server refused the address. Correct it, then try again.").await;
    browser.follow("Reset link").await;
    browser.sees("Last answer: 550 5.1.1").await;
    browser.sees("The mail server refused the address (550 5.1.1)").await;
    browser.press("Try again").await;
    browser.sees("The mail will be tried again.").await;
    browser.sees("The mail is to be tried again").await;
    assert_eq!(faults(&browser).await, [""; 0]);
}
