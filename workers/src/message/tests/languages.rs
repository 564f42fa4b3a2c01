//! What mails say, in every language.

use super::*;

#[test]
fn every_mail_is_in_its_language_and_nothing_is_left_to_fill_in() {
    let keys: Vec<_> = words::all().unwrap().keys(Language::En).into_keys().collect();
    for Sample { name, language, kind } in Template::samples() {
        let message = Parts::default().build_in(language, kind);
        let (plain, html) = parts(&message);
        let tag = language.tag();
        assert_eq!(html.matches(&format!("<html lang=\"{tag}\">")).count(), 1, "{html}");
        assert_eq!(html.matches(&format!("<div lang=\"{tag}\">")).count(), 1, "{html}");
        let key = match name {
            "reset_link" => "reset-link-subject",
            "admin_reset_link" => "admin-reset-subject",
            _ => "changed-subject",
        };
        assert_eq!(subject(&message), voice(language).with(key, &[("product", "rekey")]));
        for part in [subject(&message), plain, html.replace("!important }", "")] {
            let keys = keys.iter().filter(|key| key.contains('-'));
            for left in keys.chain(&["{{", "{%", "{$", "{ $", "\u{fffd}", "\u{2068}"]) {
                assert!(!part.contains(left), "{tag} {name} has {left:?}: {part}");
            }
        }
    }
}

#[test]
fn all_languages_have_the_same_words_and_tell_the_same_facts() {
    let words = words::all().unwrap();
    for language in Language::iter() {
        assert_eq!(words.keys(language), words.keys(Language::En), "{language:?}");
    }
}

/// The keys that a template or its code names.
fn named(source: &str) -> impl Iterator<Item = &str> {
    let calls = ["words.say(\"", "words.with(\"", "self.with(\""];
    calls.into_iter().flat_map(|call| source.split(call).skip(1)).filter_map(|rest| rest.split('"').next())
}

#[test]
fn all_words_that_are_named_exist_and_all_that_exist_are_named() {
    let mut sources =
        vec![include_str!("../template.rs").to_owned(), include_str!("../../words/moment.rs").to_owned()];
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for folder in std::fs::read_dir(templates).unwrap().map(|entry| entry.unwrap().path()) {
        let files = if folder.is_dir() {
            std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect()
        } else {
            vec![folder]
        };
        sources.extend(files.iter().map(|file| std::fs::read_to_string(file).unwrap()));
    }
    let mut named: Vec<_> = sources.iter().flat_map(|source| named(source)).chain(["months"]).collect();
    named.sort_unstable();
    named.dedup();
    assert_eq!(named, words::all().unwrap().keys(Language::En).into_keys().collect::<Vec<_>>());
}

#[test]
fn the_notice_tells_the_moment_where_the_person_is() {
    let notice = |place| Template::PasswordChanged {
        username: "ana".to_owned(),
        when: Moment::from_micros(1_772_323_500_000_000),
        zone: said::zone(Some(place)),
        not_me: None,
    };
    for (language, place, said) in [
        (Language::En, "Europe/London", "was changed on 1 March 2026 at 00:05 (Europe/London)."),
        (Language::De, "Europe/Berlin", "wurde am 1. März 2026 um 01:05 Uhr (Europe/Berlin) geändert."),
        (Language::Es, "Europe/Madrid", "se cambió el 1 de marzo de 2026 a la 01:05 (Europe/Madrid)."),
        (Language::Es, "America/Lima", "se cambió el 28 de febrero de 2026 a las 19:05 (America/Lima)."),
        (Language::De, "Mars/Olympus", "wurde am 1. März 2026 um 00:05 Uhr (UTC) geändert."),
    ] {
        let (plain, html) = parts(&Parts::default().build_in(language, notice(place)));
        assert!(plain.replace("\r\n", " ").contains(said), "{plain}");
        assert!(html.contains(said), "{html}");
    }
}

#[test]
fn how_long_a_link_is_valid_is_said_in_words() {
    for (language, expires_minutes, said) in [
        (Language::En, 1, "valid for 1 minute and works"),
        (Language::En, 120, "valid for 2 hours and works"),
        (Language::De, 60, "Er ist 1 Stunde gültig"),
        (Language::De, 90, "Er ist 90 Minuten gültig"),
        (Language::Es, 60, "válido durante 1 hora y"),
        (Language::Es, 0, "válido durante 0 minutos y"),
    ] {
        let link = "https://e.org/#t".to_owned();
        let kind = Template::AdminResetLink { username: "ana".to_owned(), link, expires_minutes };
        let (plain, _) = parts(&Parts::default().build_in(language, kind));
        assert!(plain.replace("\r\n", " ").contains(said), "{plain}");
    }
}

#[test]
fn a_house_may_name_whom_to_contact_and_have_a_colour() {
    let mut parts_of_mail = Parts::default();
    parts_of_mail.brand.contact = None;
    parts_of_mail.brand.accent = Some("#a01040".to_owned());
    let (plain, html) = parts(&parts_of_mail.build_in(Language::De, sample("reset_link")));
    assert!(plain.contains("wenden Sie sich an Ihre Systemadministration."), "{plain}");
    assert!(html.contains("border-bottom:2px solid #a01040;") && !html.contains("None"), "{html}");
}

#[test]
fn the_reset_mail_says_what_it_must() {
    let (plain, html) = parts(&Parts::default().build(sample("reset_link")).unwrap());
    for part in [plain, html] {
        let words = part.split_whitespace().collect::<Vec<_>>().join(" ");
        for sentence in [
            "asks for your username and a new password",
            "valid for 1 hour and works once",
            "Multi-factor authentication, if you use it, is not changed.",
            "ignore this mail: your password stays as it is.",
            "contact it-help@example.org",
        ] {
            assert!(words.contains(sentence), "{sentence:?} is missing in\n{words}");
        }
    }
}

#[test]
fn the_administrators_mail_and_the_notice_say_what_they_must() {
    let (plain, _) = parts(&Parts::default().build(sample("admin_reset_link")).unwrap());
    assert!(plain.contains("an administrator started a password reset"));
    let (plain, html) = parts(&Parts::default().build(sample("password_changed")).unwrap());
    assert!(plain.contains("was changed on 3 May 2026 at 13:03\r\n(Europe/London)."), "{plain}");
    assert!(!plain.contains("reset-password") && !html.contains("reset-password"));
}
