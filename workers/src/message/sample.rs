//! Every mail brings its own samples, for tests and for operators who want to see it.

use rekey_events::{Language, Moment};
use strum::IntoEnumIterator;

use super::{Brand, Template};
use crate::words;

const LINK: &str = "https://login.example.org/reset-password#AZ3kd0Yk-sample-of-a-token-as-long-as-a-real-one_4f1d7a60c2b99e5508";
const NOT_ME: &str = "https://login.example.org/not-me#AZ3kd0Yk-sample";

/// A mail to look at.
pub struct Sample {
    /// The name of its folder.
    pub name: &'static str,
    /// The language it is meant for.
    pub language: Language,
    /// The mail, with every optional part present.
    pub kind: Template,
}

impl Template {
    /// Each mail in each language.
    #[must_use]
    pub fn samples() -> Vec<Sample> {
        Language::iter().flat_map(Self::samples_in).collect()
    }

    fn samples_in(language: Language) -> [Sample; 3] {
        let username = || "ana".to_owned();
        let reset_link = Self::ResetLink {
            username: username(),
            link: LINK.to_owned(),
            expires_minutes: 60,
            not_me: Some(NOT_ME.to_owned()),
        };
        let admin_reset_link =
            Self::AdminResetLink { username: username(), link: LINK.to_owned(), expires_minutes: 60 };
        let password_changed = Self::PasswordChanged {
            username: username(),
            when: Moment::from_micros(1_777_809_780_000_000),
            zone: words::zone(Some(place(language))),
            not_me: Some(NOT_ME.to_owned()),
        };
        let sample = |name, kind| Sample { name, language, kind };
        [
            sample("reset_link", reset_link),
            sample("admin_reset_link", admin_reset_link),
            sample("password_changed", password_changed),
        ]
    }
}

/// A zone where the language is at home.
fn place(language: Language) -> &'static str {
    match language {
        Language::En => "Europe/London",
        Language::De => "Europe/Berlin",
        Language::Es => "America/Bogota",
    }
}

impl Brand {
    /// A brand for samples.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            product_name: "rekey".to_owned(),
            contact: Some("it-help@example.org".to_owned()),
            accent: None,
        }
    }
}
