//! Variables: which are read, and what they mean.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::*;

#[test]
fn what_kubernetes_sets_for_a_service_named_rekey_is_ignored_silently() {
    let config = load(
        FILE,
        &[
            ("REKEY_PORT", "tcp://10.0.0.7:8080"),
            ("REKEY_SERVICE_HOST", "10.0.0.7"),
            ("REKEY_SERVICE_PORT", "8080"),
            ("REKEY_SERVICE_PORT_HTTP", "8080"),
            ("REKEY_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
            ("REKEY_PORT_8080_TCP_ADDR", "10.0.0.7"),
            ("REKEY_API_PORT", "tcp://10.0.0.8:80"),
            ("REKEY_MAIL_SERVICE_HOST", "10.0.0.9"),
        ],
    );
    assert_eq!(config.unwrap().warnings, [""; 0]);
}

#[test]
fn an_unknown_variable_is_one_warning_with_the_name_that_was_meant() {
    let config = load(
        FILE,
        &[
            ("REKEY_MAIL_HOST", "smtp.example.org"),
            ("REKEY_MAIL__PROT", "25"),
            ("REKEY_MAIL_PROVIDERS_1_HOST", "smtp.example.org"),
            ("REKEY_PORT", "8080"),
            ("REKEY_MAIL", "smtp.example.org"),
            ("REKEY_mail__host", "smtp.example.org"),
            ("REKEY_MAIL__PROVIDERS__01__HOST", "smtp.example.org"),
            ("REKEY_EMPTY", ""),
            ("REKEY_CONFIG", "rekey.toml"),
            ("REKEY_DATABASE", "sqlite:other.db"),
            ("REKEY_LOG", "info"),
            ("REKEY_TEST_SEED", "7"),
            ("REKEYED", "x"),
        ],
    );
    let unknown = "is ignored: it is not a setting of rekey";
    assert_eq!(
        config.unwrap().warnings,
        [
            format!("REKEY_MAIL {unknown}"),
            format!("REKEY_MAIL_HOST {unknown}; did you mean REKEY_MAIL__HOST?"),
            format!("REKEY_MAIL_PROVIDERS_1_HOST {unknown}; did you mean REKEY_MAIL__PROVIDERS__1__HOST?"),
            format!("REKEY_MAIL__PROT {unknown}; did you mean REKEY_MAIL__PORT?"),
            format!(
                "REKEY_MAIL__PROVIDERS__01__HOST {unknown}; did you mean REKEY_MAIL__PROVIDERS__1__HOST?"
            ),
            format!("REKEY_PORT {unknown}"),
            format!("REKEY_mail__host {unknown}; did you mean REKEY_MAIL__HOST?"),
        ]
    );
}

#[test]
fn a_text_stays_as_it_is_whatever_it_looks_like() {
    for text in
        ["0301234567", "+4930123456", "2024.10", "TRUE", "1e3", "0x1F", "1_000", "null", "[a]", "a, b", " x "]
    {
        let variables = [
            ("REKEY_CONTACT", text),
            ("REKEY_PRODUCT", text),
            ("REKEY_MAIL__FROM_NAME", text),
            ("REKEY_MAIL__PROVIDERS__0__NAME", text),
        ];
        let config = load(PROVIDERS, &variables).unwrap();
        assert_eq!(config.contact.as_deref(), Some(text));
        assert_eq!(config.product, text);
        assert_eq!(config.mail.from_name.as_deref(), Some(text));
        assert_eq!(config.mail_servers().unwrap()[0].name, text);
    }
}

#[test]
fn a_number_may_have_zeros_and_a_sign_where_a_number_is_meant() {
    for (text, port) in [("0587", 587), ("+25", 25), (" 465 ", 465)] {
        let config = load(FILE, &[("REKEY_MAIL__PORT", text)]).unwrap();
        assert_eq!(config.mail_servers().unwrap()[0].port, port);
    }
    let quoted = format!("{FILE}port = \"2525\"");
    assert_eq!(load(&quoted, &[]).unwrap().mail_servers().unwrap()[0].port, 2525);
}

#[test]
fn a_variable_that_is_set_but_empty_is_not_set() {
    let names = variables();
    let empty: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    let config = load(FILE, &empty).unwrap();
    assert_eq!(config.base_url(), "https://login.example.org");
    assert!(config.contact.is_none() && config.nats.is_none() && config.seal.is_none());
    assert_eq!(config.warnings, [""; 0]);
}

#[test]
fn every_setting_has_a_variable() {
    let names = variables();
    for name in [
        "REKEY_PUBLIC_URL",
        "REKEY_BRAND__LOGO_FILE",
        "REKEY_DATABASE__URL",
        "REKEY_MAIL__DKIM__KEY_FILE",
        "REKEY_MAIL__PROVIDERS__0__MAX_CONNECTIONS",
        "REKEY_NATS__REPLICAS",
        "REKEY_SEAL__MAIL",
        "REKEY_SEAL__WITNESS__0__KEY",
        "REKEY_POLICY__RESET_SECOND_FACTOR",
        "REKEY_API_KEYS__0__PERMISSIONS",
    ] {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("WARNINGS")), "{names:?}");
}

#[test]
fn lists_allow_blanks_after_commas() {
    let config = load(
        FILE,
        &[
            ("REKEY_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2 ,10.0.0.3,"),
            ("REKEY_RETURN_TO", "https://a.example.org,  https://b.example.org"),
            ("REKEY_NATS__SERVERS", "nats://a:4222, tls://b:4222"),
            ("REKEY_SEAL__KEY_FILE", "seal.key"),
            ("REKEY_SEAL__FOLDER", "seal"),
            ("REKEY_SEAL__MAIL", "a@example.org, b@example.org"),
            ("REKEY_API_KEYS__0__NAME", "desktop"),
            ("REKEY_API_KEYS__0__TOKEN_HASH", &"0".repeat(64)),
            ("REKEY_API_KEYS__0__PERMISSIONS", "desktop.sign_in, operations.metrics"),
        ],
    );
    let config = config.unwrap();
    assert!(config.trusted_proxies.contains("10.0.0.3".parse().unwrap()));
    assert_eq!(config.return_to[1].to_string(), "https://b.example.org");
    assert_eq!(config.nats.unwrap().servers, ["nats://a:4222", "tls://b:4222"]);
    assert_eq!(config.seal.unwrap().mail().unwrap().len(), 2);
    assert_eq!(config.api_keys[0].permissions.len(), 2);
}

#[test]
fn lists_of_tables_are_numbered_and_may_be_in_the_environment_alone() {
    let named =
        |number: usize, name: &str| (format!("REKEY_MAIL__PROVIDERS__{number}__HOST"), name.to_owned());
    let mut variables: Vec<_> =
        (0..12).rev().map(|number| named(number, &format!("smtp{number}.example.org"))).collect();
    let text = FILE.replace("host =", "# host =");
    let load = |variables: &[(String, String)]| {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        load(&text, &variables)
    };
    let names = load(&variables).unwrap().mail_servers().unwrap();
    let names: Vec<_> = names.iter().map(|server| server.name.as_str()).collect();
    assert_eq!((names.len(), names[2], names[11]), (12, "smtp2.example.org", "smtp11.example.org"));
    variables.remove(6);
    assert_eq!(
        load(&variables).unwrap_err(),
        "REKEY_MAIL__PROVIDERS__6__HOST: there is no number 5 before it: number from 0, and leave none out"
    );
}

#[test]
fn bytes_that_are_no_text_are_refused_in_our_variables_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rekey.toml");
    fs::write(&path, FILE).unwrap();
    let bytes = || OsString::from_vec(b"M\xfcller".to_vec());
    let load = |name: &OsStr| Config::load(&path, std::iter::once((name.to_owned(), bytes())));
    assert_eq!(load(OsStr::new("USER")).unwrap().warnings, [""; 0]);
    assert_eq!(load(OsStr::from_bytes(b"\xff\xfe")).unwrap().warnings, [""; 0]);
    assert_eq!(
        load(OsStr::new("REKEY_PRODUCT")).unwrap_err().to_string(),
        "REKEY_PRODUCT: the value is not UTF-8 text"
    );
    assert_eq!(
        load(OsStr::new("REKEY_OTHER")).unwrap().warnings,
        ["REKEY_OTHER is ignored: it is not a setting of rekey"]
    );
}

#[test]
fn an_origin_is_kept_as_a_browser_writes_it() {
    for (written, kept) in [
        ("https://login.example.org/", "https://login.example.org"),
        ("HTTPS://Login.Example.ORG:443", "https://login.example.org"),
        ("https://login.example.org:8443", "https://login.example.org:8443"),
        ("https://zugänge.example", "https://xn--zugnge-dua.example"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
    ] {
        let config = load(FILE, &[("REKEY_PUBLIC_URL", written), ("REKEY_RETURN_TO", written)]).unwrap();
        assert_eq!(config.base_url(), kept);
        assert_eq!(config.return_to[0].to_string(), kept);
    }
}

#[test]
fn a_mail_host_is_taken_however_it_is_written() {
    for (written, kept) in [
        ("SMTP.Example.org", "smtp.example.org"),
        ("mailpit", "mailpit"),
        ("mail_server", "mail_server"),
        ("post.münchen.example", "post.xn--mnchen-3ya.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("::1", "::1"),
    ] {
        let config = load(FILE, &[("REKEY_MAIL__HOST", written)]).unwrap();
        assert_eq!(config.mail_servers().unwrap()[0].host, kept);
    }
}
