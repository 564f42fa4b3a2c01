//! The mails as receivers see them.

mod checkpoint;
mod languages;
mod refused;
mod shape;
mod signed;

use base64::{Engine, engine::general_purpose::STANDARD};
use rekey_events::{Language, Moment};
use strum::IntoEnumIterator;

use super::*;
use crate::words::{self as said, Voice};

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
