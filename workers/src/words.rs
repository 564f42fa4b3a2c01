//! The words of mails and pages in each language, in Fluent's files under `locales/` (<https://projectfluent.org>).
//!
//! ```text
//! hello = Hello { $username },        words.voice(Language::En).with("hello", &[("username", "ana")])
//! ```
//! They are parsed once. Words that are missing in a language are said in English, and those missing there by their
//! key, so a slip of ours never costs anybody a mail or a page; tests compare the languages by [`Words::keys`].

mod moment;
#[cfg(test)]
mod tests;
mod variables;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use fluent_syntax::ast::{Entry, Pattern};
use rekey_events::Language;
use strum::IntoEnumIterator;

/// What a variable stands for: text or a number, by `From`.
pub use fluent_bundle::FluentValue as Value;
pub use moment::{find_zone, zone, zone_names};

type Bundle = FluentBundle<FluentResource>;

/// Words that cannot be read. A slip of ours, found by the first test that speaks.
#[derive(Debug, thiserror::Error)]
#[error("the words of {language:?} cannot be read: {cause}")]
pub struct WordsError {
    language: Language,
    cause: String,
}

/// All words of mails, or of pages, in each language.
pub struct Words {
    /// In the order of the languages.
    tongues: Vec<Tongue>,
}

/// The words of one language.
struct Tongue {
    bundle: Bundle,
    keys: Vec<String>,
}

/// Words in one language.
#[derive(Clone, Copy)]
pub struct Voice<'w> {
    words: &'w Words,
    language: Language,
}

impl Words {
    /// Reads each language's text; the words of moments come by themselves.
    ///
    /// # Errors
    /// A text is no Fluent, or says a key twice.
    pub fn new(texts: impl Fn(Language) -> &'static str) -> Result<Self, WordsError> {
        let tongues = Language::iter().map(|language| Tongue::new(language, texts(language)));
        Ok(Self { tongues: tongues.collect::<Result<_, _>>()? })
    }

    /// The words in one language.
    #[must_use]
    pub fn voice(&self, language: Language) -> Voice<'_> {
        Voice { words: self, language }
    }

    /// A language's keys, each with the variables of what it says.
    #[must_use]
    pub fn keys(&self, language: Language) -> BTreeMap<&str, BTreeSet<&str>> {
        let Some(tongue) = self.tongue(language) else { return BTreeMap::new() };
        let keys = tongue.keys.iter().map(String::as_str);
        keys.map(|key| (key, variables::of(&tongue.bundle, key))).collect()
    }

    fn tongue(&self, language: Language) -> Option<&Tongue> {
        self.tongues.get(language as usize)
    }

    /// What a key says, if need be in English.
    fn find(&self, language: Language, key: &str) -> Option<(&Bundle, &Pattern<&str>)> {
        [language, Language::default()].into_iter().find_map(|language| {
            let bundle = &self.tongue(language)?.bundle;
            Some((bundle, bundle.get_message(key)?.value()?))
        })
    }
}

impl Tongue {
    fn new(language: Language, text: &str) -> Result<Self, WordsError> {
        let fails = |cause| WordsError { language, cause };
        let tag = language.tag().parse().map_err(|_| fails("its tag is none".to_owned()))?;
        let mut tongue = Self { bundle: FluentBundle::new_concurrent(vec![tag]), keys: Vec::new() };
        // Marks around variables would be copied with them.
        tongue.bundle.set_use_isolating(false);
        tongue.bundle.set_formatter(Some(padded));
        tongue.read(moment::words(language)).map_err(fails)?;
        tongue.read(text).map_err(fails)?;
        Ok(tongue)
    }

    fn read(&mut self, text: &str) -> Result<(), String> {
        let resource =
            FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| format!("{errors:?}"))?;
        self.keys.extend(resource.entries().filter_map(key).map(str::to_owned));
        self.bundle.add_resource(resource).map_err(|errors| format!("{errors:?}"))
    }
}

fn key<'a>(entry: &Entry<&'a str>) -> Option<&'a str> {
    match entry {
        Entry::Message(message) => Some(message.id.name),
        _ => None,
    }
}

/// Numbers with their least digits, which fluent-bundle leaves to us.
fn padded<M>(value: &Value<'_>, _: &M) -> Option<String> {
    match value {
        Value::Number(FluentNumber { value, options }) => {
            options.minimum_integer_digits.map(|digits| format!("{value:0digits$}"))
        }
        _ => None,
    }
}

impl<'w> Voice<'w> {
    /// The language it speaks.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Words without variables.
    #[must_use]
    pub fn say(&self, key: &str) -> Cow<'w, str> {
        self.format(key, None)
    }

    /// Words with variables: `with("hello", &[("username", name)])`. Variables of several kinds are each a [`Value`].
    #[must_use]
    pub fn with<'a, V>(&self, key: &str, variables: &[(&'a str, V)]) -> String
    where
        V: Clone + Into<Value<'a>>,
    {
        let variables: FluentArgs<'a> = variables.iter().cloned().collect();
        self.format(key, Some(&variables)).into_owned()
    }

    fn format(&self, key: &str, variables: Option<&FluentArgs<'_>>) -> Cow<'w, str> {
        let Some((bundle, pattern)) = self.words.find(self.language, key) else {
            tracing::error!(key, "there are no words for this");
            return Cow::Owned(key.to_owned());
        };
        let mut errors: Vec<FluentError> = Vec::new();
        let said = bundle.format_pattern(pattern, variables, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "words lack something");
        }
        said
    }
}
