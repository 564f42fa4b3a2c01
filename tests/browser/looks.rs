//! What every page must be in every language and look: usable by everybody, nothing cut off, light
//! to load, our own.

use rekey_events::Language;
use rekey_test_support::browser::{Browser, Look};

use crate::people::{NEW, USERS, faults};
use crate::pictures;
use crate::site::Site;
use crate::speaker::Speaker;

/// What a page may weigh in all, compressed.
const HEAVIEST: u64 = 60 * 1024;

/// How pages of a language are looked at: dark or light, on a desk, in a narrow window or on a phone.
fn looks(language: Language) -> [Look; 2] {
    let (tag, [(dark, width), (other, narrow)]) = match language {
        Language::En => ("en-GB", [(false, 1280), (true, 1280)]),
        Language::De => ("de-DE", [(false, 320), (true, 640)]),
        Language::Es => ("es-ES", [(true, 320), (false, 1280)]),
    };
    let look =
        |dark, width| Look { language: tag, dark, width, zone: Some("Europe/Berlin"), ..Look::default() };
    [look(dark, width), look(other, narrow)]
}

/// A person of this language before a page of it.
struct Judge {
    site: Site,
    browser: Browser,
    speaker: Speaker,
    looks: [Look; 2],
}

impl Judge {
    async fn of(language: Language) -> Self {
        let looks = looks(language);
        let (site, browser) = (Site::start().await, Browser::open(looks[0]).await);
        Self { site, browser, speaker: Speaker::of(language), looks }
    }

    /// Judges the page that is open, in all looks of the language.
    async fn page(&self, name: &str) {
        let tag = self.speaker.language().tag();
        assert!(self.browser.source().await.contains(&format!("<html lang=\"{tag}\"")), "{name} in {tag}");
        for look in self.looks {
            self.browser.look(look).await;
            let about = format!("{name} in {look:?}");
            let violations: Vec<_> = self.browser.axe().await.iter().map(ToString::to_string).collect();
            assert!(violations.is_empty(), "{about}:\n{}", violations.join("\n"));
            assert_eq!(self.browser.overflows().await, [""; 0], "{about}");
            assert_eq!(faults(&self.browser).await, [""; 0], "{about}");
            pictures::keep(&self.browser, name, look).await;
        }
        self.browser.look(self.looks[0]).await;
    }

    /// Opens the page, weighs and judges it.
    async fn open(&self, name: &str, path: &str) {
        // As a first visit has it: nothing is in the cache yet.
        self.browser.forget_cache().await;
        self.browser.go(&self.site.at(path)).await;
        self.weigh(name).await;
        self.page(name).await;
    }

    async fn weigh(&self, name: &str) {
        let loaded = self.browser.loaded().await;
        let weight: u64 = loaded.iter().map(|one| one.bytes).sum();
        assert!(weight <= HEAVIEST, "{name} weighs {weight} bytes: {loaded:?}");
        assert!(
            loaded.iter().all(|one| one.url.starts_with(&self.site.at("/"))),
            "{name} asks others: {loaded:?}"
        );
        let source = self.browser.source().await;
        assert!(!source.contains("<style") && !source.contains(" style="), "{name} has an inline style");
        assert!(!source.contains("<script>") && !source.contains(" onclick="), "{name} has an inline script");
    }

    async fn type_into(&self, label: &str, text: &str) {
        self.browser.type_into(&self.speaker.say(label), text).await;
    }

    async fn press(&self, button: &str) {
        self.browser.press(&self.speaker.say(button)).await;
    }

    async fn gives_password(&self, name: &str, password: &str) {
        self.browser.go(&self.site.at("/sign-in")).await;
        self.type_into("username", name).await;
        self.type_into("password", password).await;
        self.press("sign-in").await;
    }

    async fn asks_for_link(&self, name: &str) {
        self.browser.go(&self.site.at("/forgot-password")).await;
        self.type_into("registered-email", &format!("{name}@example.org")).await;
        self.type_into("username", name).await;
        self.press("send-reset-link").await;
    }
}

async fn pages_for_everybody(language: Language) {
    let judge = Judge::of(language).await;
    for (name, path) in [
        ("sign-in", "/sign-in"),
        ("forgot-password", "/forgot-password"),
        ("reset-requested", "/forgot-password?sent=1"),
        ("reset-password", "/reset-password"),
        ("not-me", "/not-me"),
        ("nothing-here", "/nothing-here"),
    ] {
        judge.open(name, path).await;
    }
}

async fn states_of_the_way_in(language: Language) {
    let judge = Judge::of(language).await;
    judge.gives_password("ana", "not hers").await;
    judge.page("sign-in-refused").await;
    judge.gives_password("admin", judge.site.password("admin")).await;
    judge.page("second-factor-step").await;
    judge.asks_for_link("ana").await;
    let link = judge.site.mail_to(&judge.browser, "ana").await.link();
    judge.browser.go(&link).await;
    judge.type_into("username", "ana").await;
    judge.type_into("new-password", NEW).await;
    judge.browser.sees(&judge.speaker.say("strength-4")).await;
    judge.page("reset-password-strength").await;
    judge.type_into("new-password", "rekey").await;
    judge.press("reset-password").await;
    judge.page("reset-password-refused").await;
    judge.site.jump(3601);
    judge.browser.go(&link).await;
    judge.browser.sees(&judge.speaker.say("link-expired")).await;
    judge.page("link-expired").await;
}

async fn pages_of_a_person(language: Language) {
    let judge = Judge::of(language).await;
    for _ in 0..2 {
        judge.gives_password("ana", judge.site.password("ana")).await;
    }
    judge.open("profile", "/profile").await;
    judge.browser.press("ana").await;
    judge.page("profile-menu").await;
    judge.browser.go(&judge.site.at("/profile")).await;
    judge.type_into("current-password", judge.site.password("ana")).await;
    judge.type_into("new-password", "rekey").await;
    judge.type_into("confirm-password", "rekey").await;
    judge.press("update-password").await;
    judge.page("profile-refused").await;
    judge.press("set-up-second-factor").await;
    judge.page("second-factor-setup").await;
    judge.press("second-factor-type").await;
    let code = judge.site.code_for(&judge.browser.text().await);
    judge.type_into("second-factor-code", &code).await;
    judge.press("second-factor-confirm").await;
    judge.page("recovery-codes").await;
}

async fn pages_of_administrators(language: Language) {
    let judge = Judge::of(language).await;
    judge.asks_for_link("ana").await;
    judge.site.mail_to(&judge.browser, "ana").await;
    judge.gives_password("admin", judge.site.password("admin")).await;
    judge.type_into("code", &judge.site.code().await).await;
    judge.press("sign-in").await;
    for (name, path) in [
        ("users", USERS),
        ("audit", "/utilities/security/audit"),
        (
            "audit-wrong",
            "/utilities/security/audit?account=x&kind=x&reason=x&actor=x&correlation=x&since=x&until=x",
        ),
        ("mail", "/utilities/mail"),
    ] {
        judge.open(name, path).await;
    }
    judge.browser.press(&judge.speaker.say("utilities")).await;
    judge.page("utilities-menu").await;
    for (name, user) in [("user-never-signed-in", "carla"), ("user", "ana")] {
        judge.browser.go(&judge.site.at(USERS)).await;
        judge.browser.follow(user).await;
        judge.page(name).await;
    }
    judge.press("reset-password").await;
    judge.page("user-confirm").await;
    judge.browser.go(&judge.site.at("/utilities/mail")).await;
    judge.browser.follow(&judge.speaker.say("kind-reset_link")).await;
    judge.page("mail-details").await;
}

/// Stamps each test for each language.
macro_rules! in_each_language {
    ($($name:ident),* $(,)?) => {
        mod english { $(#[tokio::test] async fn $name() { super::$name(super::Language::En).await; })* }
        mod german { $(#[tokio::test] async fn $name() { super::$name(super::Language::De).await; })* }
        mod spanish { $(#[tokio::test] async fn $name() { super::$name(super::Language::Es).await; })* }
    };
}

in_each_language! {
    pages_for_everybody,
    pages_of_a_person,
    pages_of_administrators,
    states_of_the_way_in,
}
