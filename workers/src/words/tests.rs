//! How words are said, and how they fail.

use jiff::tz::{Offset, TimeZone};
use rekey_events::{Language, Moment};
use strum::IntoEnumIterator;

use super::*;

fn words() -> Words {
    Words::new(|language| match language {
        Language::En => {
            "only = In English\nhello = Hello { $name }, again: { aloud }\naloud = { $name }!\n\
             mails = { $count ->\n    [one] a mail\n   *[other] { $count } mails\n }"
        }
        Language::De => "hello = Hallo { $name }",
        Language::Es => "",
    })
    .unwrap()
}

#[test]
fn words_are_said_in_the_language_asked_for_else_in_english_else_by_their_key() {
    let words = words();
    let german = words.voice(Language::De);
    assert_eq!(german.with("hello", &[("name", "Ana")]), "Hallo Ana");
    assert_eq!(german.say("only"), "In English");
    assert_eq!(words.voice(Language::Es).with("hello", &[("name", "Ana")]), "Hello Ana, again: Ana!");
    assert_eq!(german.say("no-such-words"), "no-such-words");
}

#[test]
fn what_lacks_a_variable_is_said_all_the_same_and_can_be_seen() {
    assert_eq!(words().voice(Language::De).say("hello"), "Hallo {$name}");
}

#[test]
fn numbers_choose_the_words() {
    let words = words();
    let voice = words.voice(Language::En);
    assert_eq!(voice.with("mails", &[("count", 1)]), "a mail");
    assert_eq!(voice.with("mails", &[("count", 2000)]), "2000 mails");
    assert_eq!(
        voice.with("hello", &[("name", Value::from("Ana")), ("more", 7.into())]),
        "Hello Ana, again: Ana!"
    );
}

#[test]
fn keys_are_told_with_the_variables_of_all_they_refer_to() {
    let words = words();
    let keys = words.keys(Language::En);
    assert_eq!(keys["hello"], BTreeSet::from(["name"]));
    assert_eq!(keys["mails"], BTreeSet::from(["count"]));
    assert!(keys["only"].is_empty() && keys.contains_key("moment"));
    assert!(!words.keys(Language::Es).contains_key("only"));
}

#[test]
fn texts_that_cannot_be_read_are_refused_and_named() {
    for wrong in ["a = { $b", "a\n", "a = one\na = another", "moment = mine"] {
        let error = Words::new(|language| if language == Language::De { wrong } else { "" }).err().unwrap();
        assert!(error.to_string().contains("the words of De"), "{wrong:?}: {error}");
    }
}

/// 2026-05-03 12:03:59 UTC.
const IN_MAY: Moment = Moment::from_micros(1_777_809_839_999_999);
/// 2026-01-01 00:05:00 UTC.
const NEW_YEAR: Moment = Moment::from_micros(1_767_225_900_000_000);

#[test]
fn moments_are_told_where_the_person_is() {
    let words = words();
    for (language, moment, place, said) in [
        (Language::En, IN_MAY, "Europe/Berlin", "3 May 2026 at 14:03 (Europe/Berlin)"),
        (Language::De, IN_MAY, "Europe/Berlin", "3. Mai 2026 um 14:03 Uhr (Europe/Berlin)"),
        (Language::Es, IN_MAY, "Europe/Berlin", "3 de mayo de 2026 a las 14:03 (Europe/Berlin)"),
        (Language::En, NEW_YEAR, "UTC", "1 January 2026 at 00:05 (UTC)"),
        (Language::En, NEW_YEAR, "America/New_York", "31 December 2025 at 19:05 (America/New_York)"),
        (Language::De, NEW_YEAR, "Asia/Kathmandu", "1. Januar 2026 um 05:50 Uhr (Asia/Kathmandu)"),
        (Language::Es, NEW_YEAR, "Europe/Madrid", "1 de enero de 2026 a la 01:05 (Europe/Madrid)"),
    ] {
        assert_eq!(words.voice(language).moment_with_zone(moment, &zone(Some(place))), said);
    }
    assert_eq!(words.voice(Language::De).moment(IN_MAY, &zone(None)), "3. Mai 2026 um 12:03 Uhr");
}

#[test]
fn a_zone_that_nobody_knows_is_utc() {
    for name in [None, Some(""), Some("Europe/Atlantis"), Some("../etc/passwd"), Some("Europe/Berlin\n")] {
        assert_eq!(zone(name), TimeZone::UTC, "{name:?}");
    }
    let nameless = TimeZone::fixed(Offset::constant(2));
    let words = words();
    assert!(words.voice(Language::En).moment_with_zone(IN_MAY, &nameless).ends_with("at 14:03 (+02)"));
}

#[test]
fn no_moment_is_too_far() {
    let words = words();
    for language in Language::iter() {
        for micros in [i64::MIN, -1, i64::MAX] {
            let said = words
                .voice(language)
                .moment_with_zone(Moment::from_micros(micros), &zone(Some("Asia/Tokyo")));
            assert!(!said.contains(['{', '$']), "{said}");
        }
    }
}

#[test]
fn every_month_has_a_name_of_its_own() {
    const MONTH: i64 = 30_500_000 * 86_400;
    let words = words();
    for language in Language::iter() {
        let mid_of = |month| Moment::from_micros(NEW_YEAR.micros() + month * MONTH + 14 * 86_400_000_000);
        let name = |month| {
            words
                .voice(language)
                .moment(mid_of(month), &TimeZone::UTC)
                .replace(|c: char| !c.is_alphabetic(), "")
        };
        let names: BTreeSet<_> = (0..12).map(name).collect();
        assert_eq!(names.len(), 12, "{names:?}");
    }
}
