//! Links as mail programs mangle them, opened by a person.

use rekey_test_support::browser::{Browser, Look};

use crate::people::{NEW, asks_for_link, chooses, faults, gets_link, gives_password, signs_in};
use crate::pictures;
use crate::site::Site;

/// Looks at the page in a narrow, a middle and a wide window: nothing is cut off, and everybody can use it.
async fn looks_well(browser: &Browser, name: &str) {
    for width in [320, 768, 1280] {
        let look = Look { width, ..Look::default() };
        browser.look(look).await;
        let violations: Vec<_> = browser.axe().await.iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "{name} at {width}:\n{}", violations.join("\n"));
        assert_eq!(browser.overflows().await, [""; 0], "{name} at {width}");
        pictures::keep(browser, name, look).await;
    }
    browser.look(Look::default()).await;
}

/// The link with its code in the path, behind a page with something appended, or with something after it.
#[tokio::test]
async fn a_mangled_link_opens_the_page_and_works() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    let code = link.split('#').nth(1).unwrap();
    for mangled in [
        link.replace('#', "%23"),
        link.replace('#', "/%23"),
        link.replace('#', "/"),
        link.replace('#', "/#"),
        link.replace('#', ".#"),
        link.replace('#', "?utm_source=mail#"),
        format!("{link}."),
        format!("{link}%3E,"),
        format!("{link}/"),
        format!("{link}?utm_source=mail&utm_medium=email"),
        format!("{}%20{}", &link[..link.len() - 40], &link[link.len() - 40..]),
        format!("{}%0D%0A{}", &link[..link.len() - 40], &link[link.len() - 40..]),
    ] {
        browser.go(&mangled).await;
        // Typed in vain, so that the link stays: with the code of another link it would say so beside the code.
        chooses(&browser, &mangled, "ana", "short").await;
        browser.sees("Use at least 15 characters").await;
        assert_eq!(browser.url().await, site.at("/reset-password"), "{mangled}");
        assert!(!browser.text().await.contains("Code from the mail"), "{mangled}");
        browser.back().await;
        assert!(!browser.url().await.contains(&code[..40]), "{mangled}: the code is in the history");
    }
    chooses(&browser, &link.replace('#', "%23"), "ana", NEW).await;
    browser.sees("Your password is reset.").await;
    assert_eq!(faults(&browser).await, [""; 0]);
}

/// The field is there to paste the right link into.
#[tokio::test]
async fn a_link_that_is_cut_short_can_be_pasted_whole() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    for cut in [link[..link.len() - 5].to_owned(), link[..link.len() - 5].replace('#', "%23")] {
        browser.go(&cut).await;
        browser.sees("This link is not complete.").await;
        assert_eq!(browser.focused().await.name, "Code from the mail");
        assert_eq!(browser.url().await, site.at("/reset-password"));
    }
    looks_well(&browser, "link-cut-short").await;
    browser.type_into("Code from the mail", &format!("<{link}>.")).await;
    browser.type_into("Username", "ana").await;
    browser.type_into("New Password", NEW).await;
    browser.press("Reset Password").await;
    browser.sees("Your password is reset.").await;
}

#[tokio::test]
async fn a_used_link_that_is_mangled_still_says_that_it_was_used() {
    let (site, browser) = Site::with_browser().await;
    let link = gets_link(&browser, &site, "ana").await;
    chooses(&browser, &link, "ana", NEW).await;
    browser.sees("Your password is reset.").await;
    browser.go(&link.replace('#', "/%23")).await;
    browser.sees("This link was used").await;
}

/// Below the page without a code, the field is there to paste it into.
#[tokio::test]
async fn below_the_page_of_a_link_is_the_page_with_its_field() {
    let (site, browser) = Site::with_browser().await;
    for (path, page) in [("/reset-password/", "/reset-password"), ("/reset-password/a/b", "/reset-password")]
        .into_iter()
        .chain([("/not-me.", "/not-me")])
    {
        browser.go(&site.at(path)).await;
        browser.sees("Code from the mail").await;
        assert_eq!(browser.url().await, site.at(page), "{path}");
    }
    looks_well(&browser, "not-me-below").await;
    browser.type_into("Code from the mail", "no code").await;
    browser.press("End the link").await;
    browser.sees("This link is not complete.").await;
    looks_well(&browser, "not-me-refused").await;
}

/// Without script the page has the code in its field all the same.
#[tokio::test]
async fn without_script_a_code_in_the_path_is_in_the_field() {
    let (site, browser) =
        (Site::start().await, Browser::open(Look { scripts: false, ..Look::default() }).await);
    asks_for_link(&browser, &site, "ana").await;
    let link = site.mail_to(&browser, "ana").await.link();
    chooses(&browser, &link.replace('#', "%23"), "ana", NEW).await;
    browser.sees("Your password is reset.").await;
}

#[tokio::test]
async fn whoever_did_not_ask_ends_a_mangled_link() {
    let (site, browser) = Site::with_browser().await;
    asks_for_link(&browser, &site, "ana").await;
    let mail = site.mail_to(&browser, "ana").await;
    browser.go(&mail.not_me().replace('#', "/%23")).await;
    assert_eq!(browser.url().await, site.at("/not-me"));
    browser.press("End the link").await;
    assert_eq!(browser.heading().await, "The link is ended");
    browser.go(&mail.link()).await;
    browser.sees("This link was ended").await;
    signs_in(&browser, &site, "ana").await;
}

/// How long to wait is said on the page, and is true.
#[tokio::test]
async fn a_throttled_sign_in_says_when_to_try_again() {
    let (site, browser) = Site::with_browser().await;
    // Waits grow with each failure: on a slow machine it takes a few more until one is met.
    for _ in 0..20 {
        gives_password(&browser, &site, "ana", "not hers").await;
        if browser.text().await.contains("Too many attempts") {
            break;
        }
    }
    browser.sees("Too many attempts. Try again in").await;
    looks_well(&browser, "sign-in-throttled").await;
    site.jump(15 * 60);
    signs_in(&browser, &site, "ana").await;
}
