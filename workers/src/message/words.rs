//! What mails say.

use std::sync::LazyLock;

use rekey_events::Language;

use crate::words::{Words, WordsError};

static WORDS: LazyLock<Result<Words, WordsError>> = LazyLock::new(|| {
    Words::new(|language| match language {
        Language::En => include_str!("../../../locales/en/mails.ftl"),
        Language::De => include_str!("../../../locales/de/mails.ftl"),
        Language::Es => include_str!("../../../locales/es/mails.ftl"),
    })
});

/// The words of all mails.
pub(super) fn all() -> Result<&'static Words, &'static WordsError> {
    WORDS.as_ref()
}
