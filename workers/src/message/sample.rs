//! Every mail brings its own sample, for tests and for operators who want to see it.

use super::{Brand, Template};

const LINK: &str = "https://login.example.org/reset-password#AZ3kd0Yk-sample-of-a-token-as-long-as-a-real-one_4f1d7a60c2b99e5508";
const NOT_ME: &str = "https://login.example.org/not-me#AZ3kd0Yk-sample";

impl Template {
    /// One sample of each mail, by the name of its folder, with every optional part present.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let username = "ana".to_owned();
        vec![
            (
                "reset_link",
                Self::ResetLink {
                    username: username.clone(),
                    link: LINK.to_owned(),
                    expires_minutes: 60,
                    not_me: Some(NOT_ME.to_owned()),
                },
            ),
            (
                "admin_reset_link",
                Self::AdminResetLink {
                    username: username.clone(),
                    link: LINK.to_owned(),
                    expires_minutes: 60,
                },
            ),
            (
                "password_changed",
                Self::PasswordChanged { username, when_utc: 1_795_000_000, not_me: Some(NOT_ME.to_owned()) },
            ),
        ]
    }
}

impl Brand {
    /// A brand for samples.
    pub fn sample() -> Self {
        Self { product_name: "rekey".to_owned(), contact: "it-help@example.org".to_owned() }
    }
}
