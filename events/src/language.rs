//! The languages that people are spoken to in.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// A language of pages and mails, named by its tag (RFC 5646).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Spanish.
    Es,
}

impl Language {
    /// Its tag: `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.into()
    }

    /// What it calls itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Es => "Español",
        }
    }
}
