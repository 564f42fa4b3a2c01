//! The mails as receivers see them.

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use rekey_events::{Language, Moment};
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use strum::IntoEnumIterator;

use super::*;
use crate::words::{self as said, Voice};

/// Made for these tests and used nowhere else.
const ED25519_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

/// Its public half (RFC 8463 appendix A.2).
const ED25519_PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

struct Parts {
    to: Address,
    from: Mailbox,
    brand: Brand,
}

impl Default for Parts {
    fn default() -> Self {
        let address = |text| Address::parse(text).unwrap();
        let from = Mailbox { name: Some("rekey".to_owned()), address: address("rekey@example.org") };
        Self { to: address("ana@example.org"), from, brand: Brand::sample() }
    }
}

impl Parts {
    fn spec(&self, kind: Template) -> MessageSpec<'_> {
        MessageSpec {
            mail_id: Uuid::from_u128(1),
            kind,
            language: Language::En,
            to: &self.to,
            from: &self.from,
            date: 1_795_000_000,
            brand: &self.brand,
            message_id_key: &[7; 32],
            dkim: None,
        }
    }

    fn build(&self, kind: Template) -> Result<BuiltMessage, BuildError> {
        build(&self.spec(kind))
    }

    fn build_in(&self, language: Language, kind: Template) -> BuiltMessage {
        build(&MessageSpec { language, ..self.spec(kind) }).unwrap()
    }
}

fn sample(name: &str) -> Template {
    Template::samples().into_iter().find(|sample| sample.name == name).unwrap().kind
}

fn reset_link(username: &str, link: &str) -> Template {
    Template::ResetLink {
        username: username.to_owned(),
        link: link.to_owned(),
        expires_minutes: 60,
        not_me: None,
    }
}

fn text(message: &BuiltMessage) -> String {
    String::from_utf8(message.bytes.clone()).unwrap()
}

/// Plain and HTML part, decoded, by a reader that shares no code with the writer.
fn parts(message: &BuiltMessage) -> (String, String) {
    let whole = text(message);
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let boundary = head.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
    let pieces: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(pieces.len(), 4, "two parts");
    assert_eq!(pieces[3], "--\r\n");
    (decoded(pieces[1], "text/plain"), unnumbered(&decoded(pieces[2], "text/html")))
}

/// HTML with the characters that it gives by number for not being ASCII.
fn unnumbered(html: &str) -> String {
    let mut pieces = html.split("&#");
    let mut text = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (number, rest) = piece.split_once(';').unwrap();
        match char::from_u32(number.parse().unwrap()).unwrap() {
            c if c.is_ascii() => text.push_str(&format!("&#{number};")),
            c => text.push(c),
        }
        text.push_str(rest);
    }
    text
}

fn decoded(part: &str, content_type: &str) -> String {
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("Content-Type: {content_type}; charset=utf-8")), "{head}");
    if head.contains("quoted-printable") {
        unquoted(body)
    } else if head.contains("base64") {
        String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap()
    } else {
        assert!(head.contains("7bit"), "{head}");
        body.to_owned()
    }
}

fn unquoted(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let mut pieces = joined.split('=');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

/// The Subject header, decoded (RFC 2047).
fn subject(message: &BuiltMessage) -> String {
    let whole = text(message);
    let (headers, _) = canonical::split(&whole);
    let value = &headers.iter().find(|(name, _)| *name == "Subject").unwrap().1;
    let mut decoded = String::new();
    let mut glued = false;
    for word in value.split_whitespace() {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        // Blanks between two encoded words are none.
        let blank = if glued && encoded.is_some() { "" } else { " " };
        decoded.push_str(blank);
        glued = encoded.is_some();
        match encoded {
            Some(encoded) => decoded.push_str(str::from_utf8(&STANDARD.decode(encoded).unwrap()).unwrap()),
            None => decoded.push_str(word),
        }
    }
    decoded.trim_start().to_owned()
}

fn voice(language: Language) -> Voice<'static> {
    words::all().unwrap().voice(language)
}

#[test]
fn every_sample_renders_whole() {
    let parts_of_mail = Parts::default();
    for Sample { name, language, kind } in Template::samples() {
        let message = parts_of_mail.build_in(language, kind);
        let whole = text(&message);
        assert!(whole.is_ascii(), "{name}");
        assert!(whole.ends_with("--\r\n") && !whole.replace("\r\n", "").contains(['\r', '\n']), "{name}");
        assert!(whole.lines().all(|line| line.len() <= 998), "{name}");
        let (plain, html) = parts(&message);
        let hello = voice(language).with("hello", &[("username", "ana")]);
        for part in [&plain, &html] {
            assert!(part.contains(&hello) && part.contains("it-help@example.org"), "{name}: {part}");
        }
        assert!(
            plain.lines().all(|line| line.chars().count() <= 72 || line.starts_with("https://")),
            "{name}: {plain}"
        );
        assert!(!plain.contains("\r\n\r\n\r\n") && !plain.contains(" \r\n"), "{name}: {plain}");
    }
}

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

/// The links of a mail, in the order of its plain text.
fn links(kind: &Template) -> Vec<&str> {
    match kind {
        Template::ResetLink { link, not_me, .. } => {
            [Some(link), not_me.as_ref()].into_iter().flatten().map(String::as_str).collect()
        }
        Template::AdminResetLink { link, .. } => vec![link],
        Template::PasswordChanged { not_me, .. } => not_me.iter().map(String::as_str).collect(),
    }
}

#[test]
fn each_link_stands_once_whole_to_be_read_and_copied() {
    for Sample { name, language, kind } in Template::samples() {
        let (plain, html) = parts(&Parts::default().build_in(language, kind.clone()));
        let alone: Vec<_> = plain.lines().filter(|line| line.contains("://")).collect();
        assert_eq!(alone, links(&kind), "{name}");
        assert_eq!(html.matches("<a ").count(), alone.len(), "{name}");
        for link in alone {
            assert_eq!(html.matches(&format!("href=\"{link}\" aria-label=\"")).count(), 1, "{name}");
            assert_eq!(html.matches(&format!(">{link}</a>")).count(), 1, "{name}");
            assert_eq!(
                html.matches(&format!("{link}<")).count() + html.matches(&format!("{link}\"")).count(),
                2
            );
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
        vec![include_str!("template.rs").to_owned(), include_str!("../words/moment.rs").to_owned()];
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
fn html_is_sent_as_it_is_in_every_language() {
    for Sample { name, language, mut kind } in Template::samples() {
        if let Template::ResetLink { username, .. } = &mut kind {
            "jürgen 🦀".clone_into(username);
        }
        let whole = text(&Parts::default().build_in(language, kind));
        let part = whole.split("Content-Type: text/html").nth(1).unwrap();
        assert!(part.contains("Content-Transfer-Encoding: 7bit"), "{name}: {part}");
        assert!(name != "reset_link" || part.contains("j&#252;rgen &#129408;"), "{part}");
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
fn the_headers_are_right() {
    let whole = text(&Parts::default().build(sample("reset_link")).unwrap());
    let head = whole.split("\r\n\r\n").next().unwrap();
    for line in [
        "From: rekey <rekey@example.org>",
        "To: ana@example.org",
        "Subject: Reset your rekey password",
        "Date: Wed, 18 Nov 2026 11:06:40 +0000",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
    ] {
        assert!(head.lines().any(|found| found == line), "{line} is missing in\n{head}");
    }
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

#[test]
fn the_link_survives_whole_on_its_own_line() {
    let link = format!("https://login.example.org/reset-password#{}", "tok_EN-=".repeat(40));
    for username in ["ana", "Ängström 用户"] {
        let (plain, html) = parts(&Parts::default().build(reset_link(username, &link)).unwrap());
        assert_eq!(plain.lines().filter(|line| *line == link).count(), 1, "{plain}");
        assert!(plain.contains(&format!("Hello {username},")));
        assert_eq!(html.matches(&format!("href=\"{link}\"")).count(), 1);
        assert_eq!(html.matches(&format!(">{link}<")).count(), 1);
    }
}

#[test]
fn the_html_loads_and_runs_nothing() {
    for Sample { name, language, kind } in Template::samples() {
        let (_, html) = parts(&Parts::default().build_in(language, kind));
        let html = html.to_ascii_lowercase();
        for bad in [
            "<img", "<script", "<link", "<iframe", "<form", "src=", "url(", "@import", "onclick", "onload",
            "onerror",
        ] {
            assert!(!html.contains(bad), "{name} has {bad}");
        }
        assert!(html.contains("prefers-color-scheme: dark"));
    }
}

#[test]
fn the_same_mail_has_the_same_bytes_and_another_has_another_identity() {
    let parts = Parts::default();
    let first = parts.build(sample("reset_link")).unwrap();
    for Sample { language, kind, .. } in Template::samples() {
        assert_eq!(parts.build_in(language, kind.clone()), parts.build_in(language, kind));
    }

    let other_id = MessageSpec { mail_id: Uuid::from_u128(2), ..parts.spec(sample("reset_link")) };
    let other_key = MessageSpec { message_id_key: &[8; 32], ..parts.spec(sample("reset_link")) };
    for other in [build(&other_id).unwrap(), build(&other_key).unwrap()] {
        assert_ne!(other.message_id, first.message_id);
    }
    let (local, domain) = first.message_id.split_once('@').unwrap();
    assert_eq!((local.len(), domain), (41, "example.org>"));
    assert!(!text(&first).contains(&Uuid::from_u128(1).simple().to_string()));
}

#[test]
fn line_breaks_are_refused_everywhere() {
    let refused = |result: Result<BuiltMessage, BuildError>| {
        assert!(matches!(result, Err(BuildError::ControlCharacter(_) | BuildError::Link(_))), "{result:?}");
    };
    for bad in ["ana\r\nBcc: eve@example.net", "ana\n", "a\u{0}", "a\u{85}b", "a\u{2028}b", "a\u{202e}b"] {
        let good = Parts::default;
        refused(good().build(reset_link(bad, "https://example.org/#t")));
        refused(good().build(reset_link("ana", &format!("https://example.org/#{bad}"))));
        refused(
            Parts { from: Mailbox { name: Some(bad.to_owned()), ..good().from }, ..good() }
                .build(sample("reset_link")),
        );
        refused(
            Parts { brand: Brand { product_name: bad.to_owned(), ..good().brand }, ..good() }
                .build(sample("reset_link")),
        );
        refused(
            Parts { brand: Brand { contact: Some(bad.to_owned()), ..good().brand }, ..good() }
                .build(sample("reset_link")),
        );
    }
}

#[test]
fn only_plain_links_are_sent() {
    for bad in [
        "",
        "javascript:alert(1)",
        "https://e.org/\"onclick=",
        "https://e.org/<b>",
        "https://e.org/a b",
        "https://e.org/ü",
    ] {
        assert!(matches!(Parts::default().build(reset_link("ana", bad)), Err(BuildError::Link(_))), "{bad}");
    }
}

#[test]
fn a_username_cannot_write_html() {
    let (plain, html) =
        parts(&Parts::default().build(reset_link("<b>ana</b>&\"", "https://e.org/#t")).unwrap());
    assert!(plain.contains("Hello <b>ana</b>&\","));
    assert!(!html.contains("<b>ana") && html.contains("&#60;b&#62;ana"));
}

#[test]
fn names_beyond_ascii_are_encoded_in_headers() {
    let mut parts = Parts::default();
    parts.from.name = Some("Passwörter, \"Büro\" <x@y.org>".to_owned());
    parts.to = Address::parse("ana@bücher.example").unwrap();
    let whole = text(&parts.build(sample("reset_link")).unwrap());
    let head = whole.split("\r\n\r\n").next().unwrap();
    assert!(head.is_ascii() && head.contains("=?utf-8?b?") && !head.contains("x@y.org"), "{head}");
    assert!(head.contains("To: ana@xn--bcher-kva.example"), "{head}");
}

#[test]
fn dates_no_header_can_say_are_refused() {
    for date in [-1, i64::MIN, i64::MAX, 253_402_300_800] {
        let parts = Parts::default();
        let spec = MessageSpec { date, ..parts.spec(sample("reset_link")) };
        assert!(matches!(build(&spec), Err(BuildError::Date)), "{date}");
    }
}

#[test]
fn a_built_mail_is_not_shown() {
    assert!(
        !format!("{:?}", Parts::default().build(sample("reset_link")).unwrap()).contains("reset-password")
    );
}

fn signed() -> BuiltMessage {
    signed_in(Language::En)
}

fn signed_in(language: Language) -> BuiltMessage {
    let dkim = Dkim::from_pem("example.org", "one", ED25519_KEY.as_bytes()).unwrap();
    let parts = Parts::default();
    build(&MessageSpec { dkim: Some(&dkim), language, ..parts.spec(sample("reset_link")) }).unwrap()
}

/// A verifier for this one shape of signature.
fn verifies(message: &str) -> bool {
    let (headers, body) = canonical::split(message);
    let (name, value) = &headers[0];
    let (unsigned, signature) = value.split_once("; b=").or_else(|| value.split_once(" b=")).unwrap();
    let tag = |name: &str| value.split(';').find_map(|tag| tag.trim().strip_prefix(name)).unwrap().to_owned();
    let mut input = String::new();
    for wanted in tag("h=").replace("\r\n", "").replace(' ', "").split(':').step_by(2) {
        let (name, value) = headers.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(wanted)).unwrap();
        input.push_str(&canonical::header(name, value));
    }
    input.push_str(canonical::header(name, &format!("{unsigned} b=")).trim_end());
    let signature = STANDARD.decode(signature.replace("\r\n ", "")).unwrap();
    let public = UnparsedPublicKey::new(&ED25519, STANDARD.decode(ED25519_PUBLIC).unwrap());
    tag("bh=") == STANDARD.encode(Sha256::digest(canonical::body(body)))
        && public.verify(&Sha256::digest(input), &signature).is_ok()
}

#[test]
fn a_signature_holds_until_something_is_changed() {
    let whole = text(&signed());
    assert!(whole.starts_with(
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; t=1795000000;\r\n d=example.org; s=one;"
    ));
    assert!(verifies(&whole));
    for (from, to) in [
        ("Hello ana", "Hello eve"),
        ("Subject: Reset", "Subject: Keep"),
        ("To: ana@", "To: eve@"),
        ("t=1795000000", "t=1795000001"),
    ] {
        assert!(whole.contains(from));
        assert!(!verifies(&whole.replace(from, to)), "{from}");
    }
    assert_eq!(signed(), signed());
}

#[test]
fn a_signature_holds_in_every_language() {
    assert!(Language::iter().all(|language| verifies(&text(&signed_in(language)))));
}

#[test]
fn keys_that_cannot_sign_are_refused() {
    let key = ED25519_KEY.as_bytes();
    assert_eq!(Dkim::from_pem("example.org", "one", b"no key").err(), Some(DkimError::Key));
    assert_eq!(Dkim::from_pem("a b", "one", key).err(), Some(DkimError::Domain));
    assert_eq!(Dkim::from_pem("example.org", "one;x", key).err(), Some(DkimError::Selector));
}

proptest! {
    #[test]
    fn whatever_people_are_called_nothing_panics_and_no_header_is_added(username in "\\PC*|.*", name in "\\PC{0,40}|.{0,40}") {
        let mut parts = Parts::default();
        parts.from.name = Some(name);
        if let Ok(message) = parts.build(reset_link(&username, "https://e.org/#t")) {
            let whole = text(&message);
            let (headers, _) = canonical::split(&whole);
            let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
            prop_assert_eq!(names, ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]);
        }
    }
}
