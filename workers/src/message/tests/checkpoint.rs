//! The mail with a checkpoint.

use rekey_events::seal::Checkpoint;

use super::*;

const NOTE: &str = "login.example.org/log/1\n17\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u{2014} login.example.org/log/1 AAAA\n";

fn built(language: Language, note: &str, to: &str, dkim: Option<&Dkim>) -> BuiltMessage {
    let (parts, to) = (Parts::default(), Address::parse(to).unwrap());
    let checkpoint = Checkpoint { origin: "login.example.org/log/1".to_owned(), size: 17, root: [0; 32] };
    build_checkpoint(&CheckpointMail {
        note,
        checkpoint: &checkpoint,
        signed_at: Moment::from_micros(1_772_323_500_000_000),
        to: &to,
        from: &parts.from,
        product: "Acme",
        language,
        message_id_key: &[7; 32],
        dkim,
    })
    .unwrap()
}

#[test]
fn a_checkpoint_comes_through_line_by_line_and_is_explained() {
    for (language, said) in [
        (Language::En, "The attachment is a checkpoint: a signed hash over all of them."),
        (Language::De, "Der Anhang ist ein Pr\u{fc}fpunkt: ein signierter Hashwert \u{fc}ber sie alle."),
        (Language::Es, "El archivo adjunto es un punto de control"),
    ] {
        let message = built(language, NOTE, "auditors@example.org", None);
        let mail = String::from_utf8(message.bytes).unwrap();
        let attached = mail.split("Content-Disposition: attachment;").nth(1).unwrap();
        let encoded: String = attached
            .split("\r\n\r\n")
            .nth(1)
            .unwrap()
            .split("--")
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        assert_eq!(STANDARD.decode(encoded).unwrap(), NOTE.as_bytes());
        let text = text::wrapped(&shown(&mail)).split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [said, "17", "--since checkpoint-login.example.org-log-1-17.txt", "Acme"] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

/// The text for people, decoded.
fn shown(mail: &str) -> String {
    let part = mail.split_once("Content-Type: text/plain").unwrap().1;
    let part = part.split_once("\r\n\r\n").unwrap().1.split_once("\r\n--").unwrap().0;
    let (mut bytes, mut rest) = (Vec::new(), part.replace("=\r\n", "").into_bytes().into_iter());
    while let Some(byte) = rest.next() {
        match byte {
            b'=' if mail.contains("quoted-printable") => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.extend(hex::decode(hex).unwrap());
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_same_checkpoint_is_the_same_mail_and_another_is_another() {
    let mail = |note: &str, to| built(Language::En, note, to, None);
    assert_eq!(mail(NOTE, "a@example.org"), mail(NOTE, "a@example.org"));
    let other = NOTE.replace("AAAA\n", "AAAB\n");
    let ids = [mail(NOTE, "a@example.org"), mail(NOTE, "b@example.org"), mail(&other, "a@example.org")];
    let ids: std::collections::BTreeSet<_> = ids.into_iter().map(|mail| mail.message_id).collect();
    assert_eq!(ids.len(), 3);
}
