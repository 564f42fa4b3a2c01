//! The browser does as a person does, sees what a person sees, and leaves nothing behind.

#[path = "browser/pages.rs"]
mod pages;

use std::process::Command;
use std::time::Duration;

use pages::Pages;
use rekey_test_support::browser::{Browser, Focus, Key, Look};
use rekey_test_support::process::Process;

/// A browser before the form.
async fn at_the_form(look: Look) -> (Pages, Browser) {
    let pages = Pages::start().await;
    let browser = Browser::open(look).await;
    browser.go(&pages.at("/")).await;
    (pages, browser)
}

/// Fills in the form and sends it, as it works with scripts and without.
async fn greets(pages: &Pages, browser: &Browser) {
    browser.type_into("Your name", "somebody else").await;
    browser.type_into("Your name", "Ana").await;
    assert_eq!(browser.value("Your name").await, "Ana");
    browser.pick("Colour", "Blue").await;
    browser.tick("Remember me").await;
    browser.press("Greet me").await;
    assert_eq!(browser.heading().await, "Hello, Ana");
    assert_eq!(browser.text().await, "Hello, Ana\n\nYou like blue, and are remembered.\n\nAnother greeting");
    assert_eq!(browser.url().await, pages.at("/greeting"));
    browser.follow("Another greeting").await;
    assert_eq!(
        (browser.title().await, browser.heading().await),
        ("Form".to_owned(), "A greeting".to_owned())
    );
}

#[tokio::test]
async fn a_form_is_filled_in_by_its_words() {
    let (pages, browser) = at_the_form(Look::default()).await;
    greets(&pages, &browser).await;
    assert!(browser.text().await.contains("Scripts run."));
    browser.back().await;
    assert_eq!(browser.heading().await, "Hello, Ana");
    let cookies = browser.cookies().await;
    assert!(cookies.len() == 1 && cookies[0].http_only && cookies[0].same_site == "Strict", "{cookies:?}");
    assert_eq!(browser.errors().await, [""; 0]);
}

#[tokio::test]
async fn all_that_works_without_scripts() {
    let look = Look { scripts: false, ..Look::default() };
    let (pages, browser) = at_the_form(look).await;
    assert!(browser.text().await.contains("No scripts run."));
    greets(&pages, &browser).await;
    assert!(browser.text().await.contains("No scripts run."));
    assert_eq!(browser.axe().await, []);
    browser.reload().await;
    assert!(browser.text().await.contains("No scripts run."), "axe-core has left them on");
}

#[tokio::test]
async fn the_page_is_told_who_looks_at_it() {
    let look =
        Look { language: "de-DE", dark: true, zone: Some("Europe/Berlin"), width: 320, ..Look::default() };
    let (_pages, browser) = at_the_form(look).await;
    let dressed = "de-DE,de;q=0.9 | de-DE | dark | moves | 320 | 11.1.1970, 09:40:00 | screen";
    browser.sees(dressed).await;
    browser.new_tab().await;
    browser.go(&_pages.at("/")).await;
    browser.sees(dressed).await;
    browser.look(Look { reduced_motion: true, zone: Some("America/New_York"), ..Look::default() }).await;
    browser.reload().await;
    browser.sees("en-GB,en;q=0.9 | en-GB | light | still | 1280 | 11/01/1970, 03:40:00 | screen").await;
    browser.look(Look { on_paper: true, ..Look::default() }).await;
    browser.reload().await;
    browser.sees("| print").await;
}

#[tokio::test]
async fn a_press_waits_for_the_page_it_leads_to() {
    waits_for_pages(Look::default()).await;
}

#[tokio::test]
async fn a_press_waits_without_scripts_too() {
    waits_for_pages(Look { scripts: false, ..Look::default() }).await;
}

async fn waits_for_pages(look: Look) {
    let (pages, browser) = at_the_form(look).await;
    for delay in [0, 1, 5, 20, 50, 150, 400] {
        pages.delay(Duration::from_millis(delay));
        browser.press("Greet me").await;
        assert_eq!(browser.heading().await, "Hello, nobody", "after {delay} ms");
        browser.follow("Another greeting").await;
        assert_eq!(browser.heading().await, "A greeting", "after {delay} ms");
    }
}

#[tokio::test]
async fn what_comes_later_is_waited_for() {
    let (pages, browser) = at_the_form(Look::default()).await;
    browser.go(&pages.at("/late")).await;
    browser.press("Too early").await;
    browser.sees("Pressed in time.").await;
}

#[tokio::test]
async fn two_presses_are_two() {
    let (pages, browser) = at_the_form(Look::default()).await;
    pages.delay(Duration::from_secs(1));
    browser.press_twice("Greet me").await;
    assert_eq!(browser.heading().await, "Hello, nobody");
    assert_eq!(pages.greetings(), 2);
    browser.go(&pages.at("/late")).await;
    browser.press_twice("Too early").await;
    browser.sees("Double-clicked.").await;
}

#[tokio::test]
async fn the_keyboard_is_enough() {
    let (_pages, browser) = at_the_form(Look::default()).await;
    let focus = |tag: &str, role: &str, name: &str| Focus {
        tag: tag.to_owned(),
        role: role.to_owned(),
        name: name.to_owned(),
    };
    assert_eq!(browser.focused().await.tag, "body");
    browser.press_key(Key::Tab).await;
    assert_eq!(browser.focused().await, focus("input", "textbox", "Your name"));
    browser.type_here("Ben").await;
    browser.press_key(Key::Tab).await;
    assert_eq!(browser.focused().await, focus("select", "combobox", "Colour"));
    browser.press_key(Key::Down).await;
    browser.press_key(Key::Tab).await;
    browser.press_key(Key::Space).await;
    browser.press_key(Key::Tab).await;
    assert_eq!(browser.focused().await, focus("button", "button", "Greet me"));
    browser.press_key(Key::BackTab).await;
    assert_eq!(browser.focused().await, focus("input", "checkbox", "Remember me"));
    browser.press_key(Key::Tab).await;
    browser.press_key(Key::Enter).await;
    assert_eq!(browser.text().await, "Hello, Ben\n\nYou like blue, and are remembered.\n\nAnother greeting");
}

#[tokio::test]
async fn a_row_is_told_by_its_words() {
    let (pages, browser) = at_the_form(Look::default()).await;
    browser.go(&pages.at("/table")).await;
    assert_eq!(browser.rows().await[2], ["Ben", "Greet"]);
    browser.follow_beside("Ben", "Greet").await;
    assert_eq!(browser.url().await, pages.at("/?to=Ben"));
    browser.go(&pages.at("/table")).await;
    browser.press_beside("second", "Choose").await;
    browser.sees("Chosen: second").await;
}

#[tokio::test]
async fn tabs_are_pages_beside_each_other() {
    let (pages, browser) = at_the_form(Look::default()).await;
    let first = browser.tab().await;
    let second = browser.new_tab().await;
    browser.go(&pages.at("/table")).await;
    browser.switch(&first).await;
    assert_eq!(browser.heading().await, "A greeting");
    browser.switch(&second).await;
    assert_eq!(browser.heading().await, "A table");
    assert_eq!(browser.tabs().await, [first, second]);
}

#[tokio::test]
async fn what_does_not_fit_is_told() {
    let (pages, browser) = at_the_form(Look { width: 320, ..Look::default() }).await;
    assert_eq!(browser.overflows().await, [""; 0]);
    browser.go(&pages.at("/wide")).await;
    assert_eq!(
        browser.overflows().await,
        [
            "the page is 408 wide, the window 320",
            "<p id=wide> “Too wide” reaches from 8 to 408, the window to 320",
            "<p id=cut> “Words that nobody can read to their end” is cut off",
            "<p id=out> “Donaudampfschifffahrt” sticks out of its box",
        ]
    );
}

#[tokio::test]
async fn a_bad_page_is_told_from_a_good_one() {
    let (pages, browser) = at_the_form(Look::default()).await;
    assert_eq!(browser.axe().await, []);
    browser.go(&pages.at("/bad")).await;
    let found = browser.axe().await;
    let broken =
        |rule: &str| found.iter().find(|one| one.rule == rule).unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!(broken("image-alt").html, "<img src=\"data:,\">");
    assert!(broken("color-contrast").why.contains("contrast"), "{found:#?}");
    assert!(found.iter().any(|one| one.rule == "target-size"), "{found:#?}");
    let light = found.iter().filter(|one| one.rule == "color-contrast").count();
    browser.look(Look { dark: true, ..Look::default() }).await;
    let dark = browser.axe().await.iter().filter(|one| one.rule == "color-contrast").count();
    assert_eq!((light, dark), (1, 2), "one more in the dark");
}

#[tokio::test]
async fn a_strict_policy_is_no_hindrance_and_its_breach_is_told() {
    let (pages, browser) = at_the_form(Look::default()).await;
    browser.go(&pages.at("/strict")).await;
    browser.type_into("Your name", "Ana").await;
    assert_eq!(browser.value("Your name").await, "Ana");
    assert_eq!(browser.axe().await, []);
    assert_eq!(browser.errors().await, [""; 0]);
    browser.go(&pages.at("/breach")).await;
    assert_eq!(browser.axe().await, []);
    let errors = browser.errors().await;
    assert!(errors.len() == 1 && errors[0].contains("Content Security Policy"), "{errors:?}");
}

#[tokio::test]
async fn errors_are_told_once_and_all_that_is_loaded() {
    let (pages, browser) = at_the_form(Look::default()).await;
    browser.go(&pages.at("/errors")).await;
    let errors = browser.errors().await;
    let told = |words: &str| errors.iter().any(|one| one.contains(words));
    assert!(errors.len() == 3 && told("said so") && told("nonsense") && told("404"), "{errors:?}");
    assert_eq!(browser.errors().await, [""; 0]);
    let loaded = browser.loaded().await;
    let all = Vec::from_iter(loaded.iter().map(|one| (one.url.as_str(), one.status)));
    assert_eq!(all, [(&*pages.at("/errors"), 200), (&*pages.at("/missing.js"), 404)]);
    let long = browser.source().await.len() as u64;
    assert!((long / 2..long * 2).contains(&loaded[0].bytes), "{loaded:?}");
}

#[tokio::test]
async fn a_picture_shows_the_whole_page() {
    let (pages, browser) = at_the_form(Look { width: 400, height: 300, ..Look::default() }).await;
    browser.go(&pages.at("/tall")).await;
    let picture = browser.screenshot().await;
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert!(picture.starts_with(b"\x89PNG"));
    assert_eq!((number(16), number(20)), (400, 2000));
}

#[tokio::test]
async fn who_is_lost_says_where() {
    let (pages, browser) = at_the_form(Look::default()).await;
    let lost = tokio::spawn(async move { browser.pick("Colour", "Green").await }).await;
    let said = lost.unwrap_err().into_panic().downcast::<String>().unwrap();
    let place = pages.at("/\nForm\nA greeting");
    assert!(said.contains("no “Green”") && said.contains("Blue") && said.contains(&place), "{said}");
}

/// Whether the process runs; one that is dead and not yet reaped does not.
fn alive(pid: &u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|text| !text.contains("State:\tZ"))
}

#[tokio::test]
async fn nothing_is_left_when_it_is_dropped() {
    let browser = Browser::open(Look::default()).await;
    let all = browser.processes();
    assert!(all.len() > 4 && all.iter().all(alive), "{all:?}");
    drop(browser);
    assert!(!all.iter().any(alive), "{all:?}");
}

const HELD: &str = "REKEY_TEST_HOLDS_A_BROWSER";

/// SIGKILL leaves no time to clean up: chromedriver and Chromium must end all the same.
#[tokio::test]
async fn nothing_is_left_when_its_test_is_killed() {
    if std::env::var_os(HELD).is_some() {
        let browser = Browser::open(Look::default()).await;
        eprintln!("held {:?}", browser.processes());
        return std::future::pending().await;
    }
    // Its folders stay behind: here they go with ours.
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "nothing_is_left_when_its_test_is_killed", "--nocapture"]);
    let mut holder = Process::spawn(command.env(HELD, "").env("TMPDIR", folder.path()));
    let line = holder.wait_for_line("held [").await;
    let all = Vec::from_iter(line.split(|c: char| !c.is_ascii_digit()).filter_map(|id| id.parse().ok()));
    assert!(all.len() > 4 && all.iter().all(alive), "{all:?}");
    holder.sigkill().await;
    while all.iter().any(alive) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
