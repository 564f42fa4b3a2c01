//! Whoever speaks the language of a page, and knows its labels.

use rekey_events::Language;
use rekey_workers::words::Words;

pub struct Speaker {
    words: Words,
    language: Language,
}

impl Speaker {
    pub fn of(language: Language) -> Self {
        let words = Words::new(|language| match language {
            Language::En => include_str!("../../locales/en/pages.ftl"),
            Language::De => include_str!("../../locales/de/pages.ftl"),
            Language::Es => include_str!("../../locales/es/pages.ftl"),
        });
        Self { words: words.unwrap(), language }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The words under this key.
    pub fn say(&self, key: &str) -> String {
        self.words.voice(self.language).say(key).into_owned()
    }
}
