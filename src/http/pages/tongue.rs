//! What pages say, in the reader's language, with the reader's time.

use std::str::FromStr;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rekey_events::{Language, Moment};
use rekey_workers::words::Words;

use crate::http::field_value::field_values;

/// All that the pages say.
pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let words = Words::new(|language| match language {
        Language::En => include_str!("../../../locales/en/pages.ftl"),
        Language::De => include_str!("../../../locales/de/pages.ftl"),
        Language::Es => include_str!("../../../locales/es/pages.ftl"),
    });
    // They are part of the program, and a test reads them.
    words.unwrap_or_else(|error| panic!("{error}"))
});

/// A reader's language and time zone.
#[derive(Clone, Debug)]
pub(crate) struct Tongue {
    pub(super) language: Language,
    pub(super) zone: TimeZone,
}

impl Tongue {
    /// English, and UTC: for tools.
    pub(crate) fn plain() -> Self {
        Self { language: Language::En, zone: TimeZone::UTC }
    }

    /// The words under this key.
    pub(super) fn say(&self, key: &str) -> String {
        WORDS.voice(self.language).say(key).into_owned()
    }

    /// The same, with these in their places.
    pub(super) fn tell(&self, key: &str, with: &[(&str, &str)]) -> String {
        WORDS.voice(self.language).with(key, with)
    }

    /// So many of something.
    pub(super) fn count(&self, key: &str, count: u64) -> String {
        WORDS.voice(self.language).with(key, &[("count", count)])
    }

    /// A moment, µs, to the minute, in the reader's zone.
    pub(super) fn moment(&self, micros: i64) -> String {
        WORDS.voice(self.language).moment(Moment::from_micros(micros), &self.zone)
    }

    /// An hour of a day, in the reader's zone: `14:00`.
    pub(super) fn hour(&self, micros: i64) -> String {
        let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
        moment.to_zoned_datetime(self.zone.clone()).strftime("%H:%M").to_string()
    }

    /// The same, or a dash for none.
    pub(super) fn moment_or_dash(&self, micros: &Option<i64>) -> String {
        micros.map_or_else(|| "–".to_owned(), |micros| self.moment(micros))
    }

    /// When a day begins in the reader's zone.
    pub(super) fn beginning_of(&self, day: Date) -> Option<Moment> {
        let begins = day.to_zoned_datetime(self.zone.clone()).ok()?.timestamp();
        Some(Moment::from_micros(begins.as_microsecond()))
    }
}

/// The first of our languages that the browser asks for (RFC 9110, section 12.5.4).
pub(super) fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let asked: Vec<_> = field_values(headers, header::ACCEPT_LANGUAGE).collect();
    let mut ranges: Vec<_> = asked.iter().flat_map(|line| line.split(',')).filter_map(range).collect();
    // Stable: of equals, the one named first.
    ranges.sort_by(|(_, one), (_, two)| two.total_cmp(one));
    ranges.into_iter().next().map(|(language, _)| language)
}

/// A language range and its weight, when it is one of ours and not refused.
fn range(text: &str) -> Option<(Language, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next()?.split('-').next()?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>).ok()?;
    Language::from_str(&tag).ok().filter(|_| weight > 0.0).map(|language| (language, weight))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(text: &'static str) -> Option<Language> {
        asked_for(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, text.parse().unwrap())]))
    }

    #[test]
    fn a_language_with_odd_bytes_discards_no_other() {
        let lines = [&b"\xff\xfc, fr"[..], b"en;q=0.2, es;q=0.8;\xe9"];
        let lines = lines.map(|line| (header::ACCEPT_LANGUAGE, HeaderValue::from_bytes(line).unwrap()));
        assert_eq!(asked_for(&lines.into_iter().collect()), Some(Language::Es));
    }

    #[test]
    fn the_browsers_wishes_are_weighed() {
        assert_eq!(asked("de-AT,de;q=0.9,en;q=0.8"), Some(Language::De));
        assert_eq!(asked("fr, en;q=0.4, es-MX;q=0.7"), Some(Language::Es));
        assert_eq!(asked("de;q=0, en"), Some(Language::En));
        for nothing in ["fr", "*", "de;q=x", "", "de;q=0"] {
            assert_eq!(asked(nothing), None, "{nothing}");
        }
    }
}
