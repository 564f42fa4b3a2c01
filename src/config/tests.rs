//! What is taken, and what is refused.

use std::fs;

use super::*;

const FILE: &str = r#"
    public_url = "https://login.example.org/"
    key_file = "keys.toml"
    [database]
    url = "sqlite:rekey.db"
    [mail]
    from = "noreply@example.org"
    host = "smtp.example.org"
"#;

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rekey.toml");
    fs::write(&path, text).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(&path, variables).map_err(|error| error.to_string())
}

#[test]
fn the_environment_overrides_the_file() {
    let config = load(
        FILE,
        &[
            ("REKEY_MAIL__PORT", "2525"),
            ("REKEY_PRODUCT", "Acme"),
            ("REKEY_TRUSTED_PROXIES", "10.0.0.1,10.0.0.2"),
            ("PATH", "x"),
        ],
    )
    .unwrap();
    assert_eq!((config.mail.port, config.product.as_str()), (2525, "Acme"));
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.base_url(), "https://login.example.org");
}

#[test]
fn what_is_wrong_is_named() {
    let plain = FILE.replace("https", "http");
    for (text, variables, named) in [
        (plain.as_str(), &[][..], "public_url"),
        (FILE, &[("REKEY_MAIL__HOSTT", "x")][..], "hostt"),
        (FILE, &[("REKEY_MAIL__PORT", "many")][..], "port"),
        (FILE, &[("REKEY_MAIL__FROM", "nobody")][..], "mail.from"),
        (format!("{FILE}[nats]\nservers = []").as_str(), &[][..], "nats.servers"),
        (format!("{FILE}[nats]\nservers = [\"nats://a\"]\nreplicas = 2").as_str(), &[][..], "nats.replicas"),
        ("", &[][..], "public_url"),
    ] {
        let error = load(text, variables).unwrap_err();
        assert!(error.contains(named), "{error:?} names {named}");
    }
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
fn secrets_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    fs::write(&file, "postgres://rekey@db/rekey\n").unwrap();
    let text = FILE.replace("url = \"sqlite:rekey.db\"", &format!("url_file = {file:?}"));
    assert_eq!(load(&text, &[]).unwrap().database.url().unwrap(), "postgres://rekey@db/rekey");
}
