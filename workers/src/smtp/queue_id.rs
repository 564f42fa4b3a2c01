//! What a mail server calls a mail that it has taken: by this the mail is found in the server's log.

/// The longest that is kept, in bytes. No known server's is half as long.
const LONGEST: usize = 128;

/// The queue id in the text of a 250 to the final dot, as known servers write it. Foreign text: bounded, and ASCII.
pub(super) fn queue_id(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let id = (0..words.len()).find_map(|at| queue_id_at(&words[at..]));
    let id = id?.trim_matches(|c: char| "<>()[],;.\"'".contains(c)).to_owned();
    let is_plain = id.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    ((1..=LONGEST).contains(&id.len()) && is_plain).then_some(id)
}

/// The queue id, if it stands at the beginning of these words.
fn queue_id_at(words: &[&str]) -> Option<String> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|found| found.eq_ignore_ascii_case(word));
    let word = |at: usize| words.get(at).map(|&word| word.to_owned());
    // Postfix: "2.0.0 Ok: queued as 4F2ABC".
    if is(0, "queued") && is(1, "as") {
        return word(2);
    }
    // Haraka: "Message Queued (4C0B2C.1)".
    if is(0, "message") && is(1, "queued") && words.len() == 3 {
        return word(2);
    }
    // Sendmail, OpenSMTPD: "2.0.0 4AB1cdEF012345 Message accepted for delivery".
    if is(1, "message") && is(2, "accepted") && !is_status(words[0]) {
        return word(0);
    }
    // Gmail: "2.0.0 OK  1700000000 d2e1a72fcca58-6be4m123456b3a.12 - gsmtp".
    if is(1, "-") && is(2, "gsmtp") {
        return word(0);
    }
    // qmail: "ok 1700000000 qp 567".
    if is(1, "qp") {
        return Some(words.iter().take(3).copied().collect::<Vec<_>>().join(" "));
    }
    // Amazon SES: "Ok 0100018d0f2e3c4b-…-000000".
    if is(0, "ok") && words.len() == 2 && words[1].contains('-') && !words[1].contains('=') {
        return word(1);
    }
    assigned(words.first()?)
}

/// An enhanced status code (RFC 3463).
fn is_status(word: &str) -> bool {
    word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Exim: `id=1rXyZa-000000001Ab-2CdE`; Exchange: `[InternalId=1234,`.
fn assigned(word: &str) -> Option<String> {
    let (name, id) = word.trim_start_matches('[').split_once('=')?;
    let is_id = name.eq_ignore_ascii_case("id") || name.eq_ignore_ascii_case("internalid");
    is_id.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_queue_ids_of_known_servers_are_found() {
        for (text, id) in [
            ("2.0.0 Ok: queued as 4F2ABC", "4F2ABC"),
            ("2.0.0 Ok: queued as 4Yb2Kx3Z1Qz5vNN;", "4Yb2Kx3Z1Qz5vNN"),
            ("OK id=1rXyZa-000000001Ab-2CdE", "1rXyZa-000000001Ab-2CdE"),
            (
                "2.6.0 <a@b.example> [InternalId=15912345678901, Hostname=EX1.example.org] 9876 bytes in 0.1, 77 KB/sec Queued mail for delivery",
                "15912345678901",
            ),
            (
                "2.0.0 OK  1700000000 d2e1a72fcca58-6be4c3d5f2esm123456b3a.12 - gsmtp",
                "d2e1a72fcca58-6be4c3d5f2esm123456b3a.12",
            ),
            ("ok 1700000000 qp 567", "1700000000 qp 567"),
            (
                "Ok 0100018d0f2e3c4b-11111111-2222-3333-4444-555555555555-000000",
                "0100018d0f2e3c4b-11111111-2222-3333-4444-555555555555-000000",
            ),
            ("2.0.0 4AB1cdEF012345 Message accepted for delivery", "4AB1cdEF012345"),
            ("2.0.0 5a1f9c7e Message accepted for delivery", "5a1f9c7e"),
            ("Message Queued (4C0B2C7A.1)", "4C0B2C7A.1"),
        ] {
            assert_eq!(queue_id(text).as_deref(), Some(id), "{text}");
        }
    }

    #[test]
    fn a_text_without_a_queue_id_has_none() {
        let long = format!("queued as {}", "A".repeat(LONGEST + 1));
        for text in [
            "",
            "2.0.0 Ok",
            "Ok",
            "queued as",
            "2.0.0 Message accepted",
            "Ok queued",
            "id=",
            "queued as ÄÖ",
            &long,
        ] {
            assert_eq!(queue_id(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_a_queue_id_is_bounded_and_printable(text in ".*(queued as|id=|qp| - gsmtp).*") {
            if let Some(id) = queue_id(&text) {
                prop_assert!(id.len() <= LONGEST && id.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
