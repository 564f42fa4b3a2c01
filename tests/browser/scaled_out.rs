//! The same pages on PostgreSQL and NATS, each role a process of its own, two servers.

use rekey_test_support::browser::{Browser, Look};

use crate::people::NEW;
use crate::topology::Topology;

/// Asked for on one server, mailed by a mailer, used on the other, signed in on the first.
#[tokio::test]
async fn a_forgotten_password_is_reset_across_servers() {
    let topology = Topology::start().await;
    let [here, there] = topology.servers();
    let browser = Browser::open(Look::default()).await;
    browser.go(&format!("{here}/sign-in")).await;
    browser.follow("Forgot your password?").await;
    browser.type_into("Registered email address", "root@example.org").await;
    browser.type_into("Username", "root").await;
    browser.press("Send Reset Link").await;
    assert_eq!(browser.heading().await, "Look into your mail");
    let link = topology.link().await;
    let code = link.split_once('#').unwrap().1;
    browser.go(&format!("{there}/reset-password#{code}")).await;
    browser.type_into("Username", "root").await;
    browser.type_into("New Password", NEW).await;
    browser.press("Reset Password").await;
    browser.sees("Your password is reset. Sign in with the new one.").await;
    browser.go(&format!("{here}/reset-password#{code}")).await;
    browser.sees("This link was used").await;
    browser.go(&format!("{here}/sign-in")).await;
    browser.type_into("Username", "root").await;
    browser.type_into("Password", NEW).await;
    browser.press("Sign In").await;
    assert_eq!(browser.heading().await, "Profile");
    browser.go(&format!("{there}/utilities/security/audit")).await;
    browser.sees("The link was used: a new password is set").await;
}
