//! How a mail is made up: its parts, headers and identity.

use super::*;

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
fn a_built_mail_is_not_shown() {
    assert!(
        !format!("{:?}", Parts::default().build(sample("reset_link")).unwrap()).contains("reset-password")
    );
}
