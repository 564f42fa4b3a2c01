//! What cannot stand in a mail.

use proptest::prelude::*;

use super::*;

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
