//! What is taken, and what is refused.

use std::fs;

use rekey_events::seal::SigningKey;

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
    let servers = config.mail.servers().unwrap();
    assert_eq!(
        (servers[0].port, servers[0].name.as_str(), config.product.as_str()),
        (2525, "smtp.example.org", "Acme")
    );
    assert_eq!(config.trusted_proxies.len(), 2);
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
        config.mail.servers().unwrap().into_iter().map(|server| server.name).collect()
    };
    let config = load(PROVIDERS, &[]).unwrap();
    assert_eq!(names(&config), ["main", "smtp.example.net"]);
    assert_eq!(config.mail.servers().unwrap()[1].max_connections, 3);
    let config = load(
        PROVIDERS,
        &[("REKEY_MAIL__PROVIDERS__1__NAME", "spare"), ("REKEY_MAIL__PROVIDERS__0__PORT", "2525")],
    );
    let config = config.unwrap();
    assert_eq!(
        (names(&config), config.mail.servers().unwrap()[0].port),
        (vec!["main".to_owned(), "spare".to_owned()], 2525)
    );
}

#[test]
fn half_credentials_are_named_with_their_server() {
    let error =
        |text: &str, variable| load(text, &[(variable, "rekey")]).unwrap().mail.servers().unwrap_err();
    let of_list = error(PROVIDERS, "REKEY_MAIL__PROVIDERS__1__USERNAME").to_string();
    assert!(of_list.contains("mail.providers[smtp.example.net].username"), "{of_list}");
    let short = error(FILE, "REKEY_MAIL__USERNAME").to_string();
    assert!(short.contains("both mail.username"), "{short}");
}

#[test]
fn what_is_wrong_is_named() {
    let plain = FILE.replace("https", "http");
    let hostless = FILE.replace("host =", "# host =");
    for (text, variables, named) in [
        (plain.as_str(), &[][..], "public_url"),
        (FILE, &[("REKEY_MAIL__HOSTT", "x")][..], "hostt"),
        (FILE, &[("REKEY_MAIL__PORT", "many")][..], "port"),
        (FILE, &[("REKEY_MAIL__FROM", "nobody")][..], "mail.from"),
        (FILE, &[("REKEY_MAIL__PROVIDERS__0__HOST", "other")][..], "not both"),
        (PROVIDERS, &[("REKEY_MAIL__PORT", "25")][..], "not both"),
        (PROVIDERS, &[("REKEY_MAIL__PROVIDERS__1__NAME", "main")][..], "two of mail.providers"),
        (hostless.as_str(), &[][..], "mail.host"),
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
fn the_house_speaks_english_unless_told_otherwise() {
    let language = |text: &str, variables| load(text, variables).unwrap().language;
    let german = format!("language = \"de\"\n{FILE}");
    assert_eq!(language(FILE, &[]), Language::En);
    assert_eq!(language(&german, &[]), Language::De);
    assert_eq!(language(&german, &[("REKEY_LANGUAGE", "es")]), Language::Es);
    for wrong in ["fr", "DE", "de-AT", "", "1"] {
        let error = load(FILE, &[("REKEY_LANGUAGE", wrong)]).unwrap_err();
        assert!(error.contains("language must be one of en, de, es"), "{error}");
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
    for (more, named) in [
        ("mail = \"nobody\"", "seal.mail"),
        ("mail_every_hours = 0", "seal.mail_every_hours"),
        ("webhook = \"http://example.org/\"", "seal.webhook"),
        ("webhook = \"https://\"", "seal.webhook"),
        ("[[seal.witness]]\nurl = \"https://w.example\"\nkey = \"w+00000000+AAAA\"", "seal.witness.key"),
        (&format!("[[seal.witness]]\nurl = \"http://w.example\"\nkey = \"{key}\""), "seal.witness.url"),
    ] {
        let error = load(&sealed(more), &[]).unwrap_err();
        assert!(error.contains(named), "{error:?} names {named}");
    }
}
