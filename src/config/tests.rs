//! What is taken, and what is refused.

mod environment;
mod paths;
mod warnings;
mod wrong;

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use rekey_events::seal::SigningKey;
use rekey_test_support::smtp::{Encryption, SmtpSink};
use rekey_workers::smtp::{Address, Delivery, Envelope, Open, Pool};
use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::text_file::tests::as_saved;

const FILE: &str = r#"
    public_url = "https://login.example.org/"
    key_file = "keys.toml"
    [database]
    url = "sqlite:rekey.db"
    [mail]
    from = "noreply@example.org"
    host = "smtp.example.org"
"#;

fn owned(variables: &[(&str, &str)]) -> impl Iterator<Item = (OsString, OsString)> {
    variables.iter().map(|(name, value)| (name.into(), value.into()))
}

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rekey.toml");
    fs::write(&path, text).unwrap();
    let error = |error: ConfigError| error.to_string().replace(&format!("{}/", folder.path().display()), "");
    Config::load(&path, owned(variables)).map_err(error)
}

#[test]
fn the_environment_overrides_the_file() {
    let config = load(
        FILE,
        &[
            ("REKEY_MAIL__PORT", "2525"),
            ("REKEY_PRODUCT", "Acme"),
            ("REKEY_TRUSTED_PROXIES", " 10.0.0.1, 10.1.0.0/16"),
            ("PATH", "x"),
        ],
    )
    .unwrap();
    let servers = config.mail_servers().unwrap();
    assert_eq!(
        (servers[0].port, servers[0].name.as_str(), config.product.as_str()),
        (2525, "smtp.example.org", "Acme")
    );
    let trusts = |address: &str| config.trusted_proxies.contains(address.parse().unwrap());
    assert!(trusts("10.0.0.1") && trusts("10.1.2.3") && !trusts("10.0.0.2"));
    assert_eq!(config.base_url(), "https://login.example.org");
}

const PROVIDERS: &str = r#"
    public_url = "https://login.example.org/"
    key_file = "keys.toml"
    [database]
    url = "sqlite:rekey.db"
    [mail]
    from = "noreply@example.org"
    [[mail.providers]]
    name = "main"
    host = "smtp.example.org"
    [[mail.providers]]
    host = "smtp.example.net"
    max_connections = 3
"#;

#[test]
fn mail_servers_are_an_ordered_list() {
    let names = |config: &Config| -> Vec<String> {
        config.mail_servers().unwrap().into_iter().map(|server| server.name).collect()
    };
    let config = load(PROVIDERS, &[]).unwrap();
    assert_eq!(names(&config), ["main", "smtp.example.net"]);
    assert_eq!(config.mail_servers().unwrap()[1].max_connections, 3);
    let config = load(
        PROVIDERS,
        &[("REKEY_MAIL__PROVIDERS__1__NAME", "spare"), ("REKEY_MAIL__PROVIDERS__0__PORT", "2525")],
    );
    let config = config.unwrap();
    assert_eq!(
        (names(&config), config.mail_servers().unwrap()[0].port),
        (vec!["main".to_owned(), "spare".to_owned()], 2525)
    );
}

#[test]
fn the_bus_is_named_in_the_file_or_by_the_environment() {
    assert!(load(FILE, &[]).unwrap().nats.is_none());
    let both = "nats://a:4222,nats://b:4222";
    let nats = load(FILE, &[("REKEY_NATS__SERVERS", both)]).unwrap().nats.unwrap();
    assert_eq!(
        (&*nats.servers, nats.bus().unwrap().replicas),
        (&["nats://a:4222".to_owned(), "nats://b:4222".to_owned()][..], 1)
    );
}

#[test]
fn the_house_speaks_english_unless_told_otherwise() {
    let language = |text: &str, variables| load(text, variables).unwrap().language;
    let german = format!("language = \"de\"\n{FILE}");
    assert_eq!(language(FILE, &[]), Language::En);
    assert_eq!(language(&german, &[]), Language::De);
    assert_eq!(language(&german, &[("REKEY_LANGUAGE", "es")]), Language::Es);
    for wrong in ["fr", "DE", "de-AT", "1"] {
        let error = load(FILE, &[("REKEY_LANGUAGE", wrong)]).unwrap_err();
        assert!(error.contains("must be en, de or es"), "{error}");
    }
}

#[test]
fn secrets_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    fs::write(&file, "postgres://rekey@db/rekey\n").unwrap();
    let text = FILE.replace("url = \"sqlite:rekey.db\"", &format!("url_file = {file:?}"));
    assert_eq!(load(&text, &[]).unwrap().database.url().unwrap(), "postgres://rekey@db/rekey");
}

#[test]
fn no_secret_file_adds_a_byte_order_mark_or_a_line_end_to_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    let key = SigningKey::new("login.example.org/log", [1; 32]).unwrap();
    let user = |section: &str| {
        format!("[{section}]\nservers = [\"nats://a\"]\nusername = \"rekey\"\npassword_file = {file:?}")
    };
    let of_mail = format!("{FILE}username = \"rekey\"\npassword_file = {file:?}");
    let of_provider = format!("{PROVIDERS}username = \"rekey\"\npassword_file = {file:?}");
    let of_nats = format!("{FILE}{}", user("nats"));
    let of_database = FILE.replace("url = \"sqlite:rekey.db\"", &format!("url_file = {file:?}"));
    let of_seal = format!("{FILE}[seal]\nkey_file = {file:?}\nfolder = \"seal\"");
    for saved in as_saved("pässwörd ") {
        fs::write(&file, saved).unwrap();
        let password = |user: Option<(String, SecretString)>| user.unwrap().1.expose_secret().to_owned();
        let of_server = |text: &str| {
            password(load(text, &[]).unwrap().mail_servers().unwrap().pop().unwrap().credentials)
        };
        assert_eq!(of_server(&of_mail), "pässwörd ");
        assert_eq!(of_server(&of_provider), "pässwörd ");
        assert_eq!(password(load(&of_nats, &[]).unwrap().nats.unwrap().bus().unwrap().user), "pässwörd ");
    }
    let address = "postgres://rekey:secret@db/rekey";
    for saved in as_saved(address) {
        fs::write(&file, saved).unwrap();
        assert_eq!(load(&of_database, &[]).unwrap().database.url().unwrap(), address);
    }
    for saved in as_saved(&key.expose()) {
        fs::write(&file, saved).unwrap();
        let seal = load(&of_seal, &[]).unwrap().seal.unwrap();
        assert_eq!(seal.key().unwrap().expose(), key.expose());
    }
}

#[test]
fn a_secret_file_without_a_secret_is_named_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("smtp-password");
    let text = format!("{FILE}username = \"rekey\"\npassword_file = {file:?}");
    let error = || load(&text, &[]).unwrap().mail_servers().unwrap_err().to_string();
    for (bytes, why) in [("", "it is empty"), ("one\ntwo", "it holds several lines")] {
        fs::write(&file, bytes).unwrap();
        assert!(error().contains(&format!("mail.password_file: {} cannot be used: {why}", file.display())));
    }
    fs::remove_file(&file).unwrap();
    assert!(error().contains("mail.password_file") && error().contains("No such file"), "{}", error());
}

#[test]
fn checkpoints_go_where_the_seal_says() {
    let sealed = |more: &str| format!("{FILE}[seal]\nkey_file = \"seal.key\"\nfolder = \"seal\"\n{more}");
    let seal = |more: &str, variables| load(&sealed(more), variables).unwrap().seal.unwrap();
    let none = seal("", &[]);
    assert!(none.mail().unwrap().is_empty() && none.webhook().unwrap().is_none());
    let addresses =
        |seal: Seal| seal.mail().unwrap().iter().map(|to| to.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(addresses(seal("mail = \"a@example.org\"", &[])), ["a@example.org"]);
    assert_eq!(addresses(seal("mail = [\"a@example.org\", \"b@example.org\"]", &[])).len(), 2);
    assert_eq!(addresses(seal("", &[("REKEY_SEAL__MAIL", "a@example.org,b@example.org")])).len(), 2);
    assert!(seal("webhook = \"http://127.0.0.1:9/x\"", &[]).webhook().unwrap().is_some());
    let key = SigningKey::new("w", [1; 32]).unwrap().verifier();
    let witness = seal(&format!("[[seal.witness]]\nurl = \"https://w.example/log/\"\nkey = \"{key}\""), &[]);
    let (url, known) = witness.witnesses().unwrap().remove(0);
    assert_eq!((url.to_string().as_str(), known.name()), ("https://w.example/log/add-checkpoint", "w"));
}

#[test]
fn the_name_for_ehlo_is_the_host_of_the_public_url_unless_given() {
    let name = |text: &str, variables: &[(&str, &str)]| {
        load(text, variables).unwrap().mail_servers().unwrap()[0].hello_name.to_string()
    };
    assert_eq!(name(FILE, &[]), "login.example.org");
    assert_eq!(name(PROVIDERS, &[]), "login.example.org");
    for (url, expected) in [
        ("https://Login.example.org:8443", "login.example.org"),
        ("http://127.0.0.1:8080", "[127.0.0.1]"),
        ("http://[::1]:8080", "[IPv6:::1]"),
        ("http://localhost:8080", "localhost"),
    ] {
        assert_eq!(name(FILE, &[("REKEY_PUBLIC_URL", url)]), expected);
    }
    for (given, expected) in [("mx.example.org", "mx.example.org"), ("192.0.2.1", "[192.0.2.1]")] {
        assert_eq!(name(FILE, &[("REKEY_MAIL__HELLO_NAME", given)]), expected);
    }
    for wrong in ["a b", "mx_1.example.org", "[mx.example.org]"] {
        let error = load(FILE, &[("REKEY_MAIL__HELLO_NAME", wrong)]).unwrap_err();
        assert!(error.contains(&format!("mail.hello_name = {wrong:?}: is no name")), "{error}");
    }
    let odd = FILE.replace("login.example.org", "my_host.internal");
    let error = load(&odd, &[]).unwrap().mail_servers().unwrap_err().to_string();
    assert!(error.contains("my_host.internal") && error.contains("mail.hello_name"), "{error}");
}

/// A certificate of an authority, made for these tests.
const AUTHORITY: &str = include_str!("tests/authority.pem");

#[test]
fn the_authorities_of_a_ca_file_are_trusted_by_the_servers_that_it_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, format!("\u{FEFF}{AUTHORITY}")).unwrap();
    let file = file.to_str().unwrap();
    let trusts = |text: &str, variables: &[(&str, &str)]| -> Vec<bool> {
        let servers = load(text, variables).unwrap().mail_servers().unwrap();
        servers.iter().map(|server| server.extra_roots.is_some()).collect()
    };
    assert_eq!(trusts(FILE, &[]), [false]);
    assert_eq!(trusts(FILE, &[("REKEY_MAIL__CA_FILE", file)]), [true]);
    assert_eq!(trusts(PROVIDERS, &[("REKEY_MAIL__CA_FILE", file)]), [true, true]);
    assert_eq!(trusts(PROVIDERS, &[("REKEY_MAIL__PROVIDERS__1__CA_FILE", file)]), [false, true]);
    let (ca_file, in_clear) = (("REKEY_MAIL__CA_FILE", file), ("REKEY_MAIL__PROVIDERS__0__TLS", "none"));
    assert_eq!(trusts(PROVIDERS, &[ca_file, in_clear]), [false, true]);
    let error = load(FILE, &[ca_file, ("REKEY_MAIL__TLS", "none")]).unwrap_err();
    assert!(error.contains("is of no use without TLS"), "{error}");
}

#[test]
fn a_ca_file_that_cannot_be_used_is_named_with_its_key_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let mail_error = |text: &str, key: &str| {
        load(text, &[(key, file.to_str().unwrap())]).unwrap().mail_servers().unwrap_err().to_string()
    };
    let nats = format!("{FILE}[nats]\nservers = [\"nats://a\"]\nca_file = {file:?}");
    let errors = || {
        [
            ("mail.ca_file", mail_error(FILE, "REKEY_MAIL__CA_FILE")),
            ("mail.providers[1].ca_file", mail_error(PROVIDERS, "REKEY_MAIL__PROVIDERS__1__CA_FILE")),
            ("nats.ca_file", load(&nats, &[]).unwrap().nats.unwrap().bus().unwrap_err().to_string()),
        ]
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let key_only = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (bytes, why) in [
        (None, "No such file"),
        (Some(""), "no certificate in PEM"),
        (Some("MIIB"), "no certificate in PEM"),
        (Some(key_only), "no certificate in PEM"),
        (Some(broken), "a certificate in it cannot be used"),
    ] {
        if let Some(bytes) = bytes {
            fs::write(&file, bytes).unwrap();
        }
        for (key, error) in errors() {
            let begins = format!("{key}: {} cannot be used: ", file.display());
            assert!(error.starts_with(&begins) && error.contains(why), "{error} names {why}");
            assert!(error.contains("give the authority's certificate in PEM"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_server_with_a_private_authority_takes_mails_by_its_ca_file() {
    let sink = SmtpSink::builder().encryption(Encryption::Implicit).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, sink.certificate().unwrap()).unwrap();
    let port = sink.address().port().to_string();
    let at_sink =
        [("REKEY_MAIL__HOST", "127.0.0.1"), ("REKEY_MAIL__PORT", &port), ("REKEY_MAIL__TLS", "implicit")];
    let with_file = [&at_sink[..], &[("REKEY_MAIL__CA_FILE", file.to_str().unwrap())]].concat();
    for (variables, is_trusted) in [(&at_sink[..], false), (&with_file[..], true)] {
        let pool = Pool::new(load(FILE, variables).unwrap().mail_servers().unwrap().remove(0)).unwrap();
        let address = |text| Address::parse(text).unwrap();
        let envelope = Envelope { from: address("noreply@example.org"), to: address("ana@example.org") };
        let delivery = pool.deliver(&envelope, b"Subject: x\r\n\r\nx\r\n", &Open).await;
        assert_eq!(matches!(delivery, Delivery::Accepted { .. }), is_trusted, "{delivery:?}");
    }
    assert_eq!(sink.ledger()[0].client, "login.example.org");
}
