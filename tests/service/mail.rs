//! Mails as people read them.

use mail_parser::MessageParser;
use rekey_test_support::smtp::Accepted;

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl From<&Accepted> for Mail {
    fn from(accepted: &Accepted) -> Self {
        let parsed = MessageParser::default().parse(&accepted.bytes).unwrap();
        Self {
            to: accepted.to.clone(),
            subject: parsed.subject().unwrap().to_owned(),
            text: parsed.body_text(0).unwrap().into_owned(),
        }
    }
}

impl Mail {
    /// The link it carries.
    pub fn link(&self) -> Option<&str> {
        self.text.split_whitespace().find(|word| word.contains("/reset-password#"))
    }

    /// The link's secret.
    pub fn token(&self) -> Option<String> {
        self.link()?.split_once('#').map(|(_, token)| token.to_owned())
    }

    pub fn is_notice(&self) -> bool {
        self.subject.ends_with("password was changed")
    }
}
