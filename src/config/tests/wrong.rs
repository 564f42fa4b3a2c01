//! Wrong settings, and exactly what is said about each: where it comes from, the key, the value, the remedy.

use super::*;

/// Each setting in the file, and what is said. What is given replaces the line of FILE that sets the same key, or is
/// added at the end.
const IN_THE_FILE: &[(&str, &str)] = &[
    (
        "public_url = \"login.example.org\"",
        "rekey.toml, line 2: public_url = \"login.example.org\": must begin with https:// or http://",
    ),
    (
        "public_url = \"http://login.example.org\"",
        "rekey.toml, line 2: public_url = \"http://login.example.org\": must begin with https:// (http:// is for this \
         machine's own addresses)",
    ),
    (
        "public_url = \"https://example.org/login\"",
        "rekey.toml, line 2: public_url = \"https://example.org/login\": has a path, \"/login\": write scheme, host and \
         port only",
    ),
    (
        "public_url = \"https://login.example.org?a\"",
        "rekey.toml, line 2: public_url = \"https://login.example.org?a\": has a query: write scheme, host and port only",
    ),
    (
        "public_url = \"https://login.example.org/#a\"",
        "rekey.toml, line 2: public_url = \"https://login.example.org/#a\": has a fragment: write scheme, host and port \
         only",
    ),
    (
        "public_url = \"https://login.example.org \"",
        "rekey.toml, line 2: public_url = \"https://login.example.org \": has a blank, a line end or a backslash in it",
    ),
    (
        "public_url = \"https://ana:secret@login.example.org\"",
        "rekey.toml, line 2: public_url has a user name or password in it: leave it out",
    ),
    (
        "public_url = \"https://login.example.org:99999\"",
        "rekey.toml, line 2: public_url = \"https://login.example.org:99999\": must have a valid host, and a port from 0 \
         to 65535 if any",
    ),
    (
        "public_url = \"https:///login\"",
        "rekey.toml, line 2: public_url = \"https:///login\": must have a valid host, and a port from 0 to 65535 if any",
    ),
    ("public_url = 7", "rekey.toml, line 2: public_url = 7: must be a text: write it in quotes"),
    ("# public_url =", "rekey.toml: public_url is missing: write it there, or set REKEY_PUBLIC_URL"),
    (
        "return_to = [\"https://a.example.org\", \"https://b.example.org/x\"]",
        "rekey.toml, line 3: return_to[1] = \"https://b.example.org/x\": has a path, \"/x\": write scheme, host and port \
         only",
    ),
    (
        "return_to = [\"http://app.example.org\"]",
        "rekey.toml, line 3: return_to[0] = \"http://app.example.org\": must begin with https:// (http:// is for this \
         machine's own addresses)",
    ),
    ("product = 2024.10", "rekey.toml, line 3: product = 2024.10: must be a text: write it in quotes"),
    ("contact = [\"IT\"]", "rekey.toml, line 3: contact must be a text"),
    (
        "listen = \"8080\"",
        "rekey.toml, line 3: listen = \"8080\": must be an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or \
         [::]:8080",
    ),
    ("langauge = \"de\"", "rekey.toml, line 3: langauge is not a setting; did you mean language?"),
    (
        "brand.accent = \"blue\"",
        "rekey.toml, line 3: brand.accent = \"blue\": must be a colour such as #1f5fbf",
    ),
    (
        "brand.accent = \"#ffd200\"",
        "rekey.toml, line 3: brand.accent = \"#ffd200\": cannot be read well on #ffffff: its contrast is 1.5, at least \
         4.5 is needed (WCAG 2.2, 1.4.3)",
    ),
    (
        "url = \"mysql://db/rekey\"",
        "rekey.toml, line 5: database.url cannot be used: rekey runs on SQLite (sqlite:PATH) and PostgreSQL \
         (postgres://USER@HOST/NAME), not on mysql:",
    ),
    (
        "# url =",
        "rekey.toml, line 4: database.url is missing: write sqlite:PATH or postgres://…, or name a file that holds it by \
         database.url_file",
    ),
    (
        "url = \"sqlite:a\"\nurl_file = \"b\"",
        "rekey.toml, line 5: database.url and database.url_file are both given: leave one out",
    ),
    (
        "host = \"smtp.example.org:587\"",
        "rekey.toml, line 8: mail.host = \"smtp.example.org:587\": has a port in it: that is a setting of its own",
    ),
    (
        "host = \"smtps://smtp.example.org\"",
        "rekey.toml, line 8: mail.host = \"smtps://smtp.example.org\": must be a host, without a scheme",
    ),
    (
        "host = \"smtp example\"",
        "rekey.toml, line 8: mail.host = \"smtp example\": must be a host name or an IP address",
    ),
    (
        "# host =",
        "rekey.toml, line 6: mail.host is missing: the mail server, unless [[mail.providers]] names several",
    ),
    ("tls = \"ssl\"", "rekey.toml, line 9: mail.tls = \"ssl\": must be starttls, implicit or none"),
    ("port = 70000", "rekey.toml, line 9: mail.port = 70000: must be a whole number from 0 to 65535"),
    ("port = 0", "rekey.toml, line 9: mail.port = 0: must be from 1 to 65535"),
    ("max_connections = 0", "rekey.toml, line 9: mail.max_connections = 0: must be at least 1"),
    (
        "username = \"rekey\"",
        "rekey.toml, line 9: mail.username = \"rekey\": needs mail.password_file beside it: give both, or neither",
    ),
    (
        "tls = \"none\"\nusername = \"rekey\"\npassword_file = \"password\"",
        "rekey.toml, line 9: mail.tls = \"none\": would send the password in clear: use starttls or implicit, or leave \
         username and password_file out",
    ),
    (
        "pasword_file = \"password\"",
        "rekey.toml, line 9: mail.pasword_file is not a setting; did you mean password_file?",
    ),
    (
        "dkim = { selector = \"a\", domain = \"example.org\" }",
        "rekey.toml, line 9: mail.dkim.key_file is missing: write it there, or set REKEY_MAIL__DKIM__KEY_FILE",
    ),
    (
        "[[mail.providers]]\nhost = \"smtp.example.net\"",
        "rekey.toml, line 8: mail.host = \"smtp.example.org\": is for a single mail server, and [[mail.providers]] names \
         several: leave out either",
    ),
    (
        "[policy]\nreset_second_factor = \"always\"",
        "rekey.toml, line 10: policy.reset_second_factor = \"always\": must be never or when_enrolled",
    ),
    (
        "[policy]\nkeep_sources_days = -1",
        "rekey.toml, line 10: policy.keep_sources_days = -1: must be a whole number of at least 0",
    ),
    ("[policy]\nhashes_at_once = 0", "rekey.toml, line 10: policy.hashes_at_once = 0: must be at least 1"),
    (
        "[nats]\nservers = []",
        "rekey.toml, line 10: nats.servers names no server: give at least one, servers = [\"nats://127.0.0.1:4222\"], or \
         leave [nats] out",
    ),
    (
        "[nats]\nservers = [\"nats://relay:secret@nats-1:4222\"]",
        "rekey.toml, line 10: nats.servers[0] has a user name or password in it: leave it out",
    ),
    (
        "[nats]\nservers = [\"http://nats-1:4222\"]",
        "rekey.toml, line 10: nats.servers[0] = \"http://nats-1:4222\": must begin with nats:// or tls://",
    ),
    (
        "[nats]\nservers = [\"nats-1\"]\nreplicas = 2",
        "rekey.toml, line 11: nats.replicas = 2: must be 1, 3 or 5, and at most the number of servers",
    ),
    (
        "[seal]\nkey_file = \"a\"",
        "rekey.toml, line 9: seal.folder is missing: write it there, or set REKEY_SEAL__FOLDER",
    ),
    (
        "[seal]\nkey_file = \"a\"\nfolder = \"b\"\nevery_seconds = 0",
        "rekey.toml, line 12: seal.every_seconds = 0: must be from 1 to 86400",
    ),
    (
        "[seal]\nkey_file = \"a\"\nfolder = \"b\"\nwebhook = \"http://example.org/secret\"",
        "rekey.toml, line 12: seal.webhook must begin with https:// (http:// is for this machine's own addresses)",
    ),
    (
        "[seal]\nkey_file = \"a\"\nfolder = \"b\"\nwebhook = \"https://example.org/#secret\"",
        "rekey.toml, line 12: seal.webhook has a fragment: leave out what begins with #",
    ),
    (
        "[seal]\nkey_file = \"a\"\nfolder = \"b\"\n[[seal.witness]]\nurl = \"https://w.example\"\nkey = \"none\"",
        "rekey.toml, line 14: seal.witness[0].key cannot be used: this is no key of signed notes: NAME+HASH+KEY in base64, of Ed25519",
    ),
    (
        "[[api_keys]]\nname = \"a\"\ntoken_hash = \"rkk_secret\"\npermissions = []",
        "rekey.toml, line 11: api_keys[0].token_hash must be the 64 hex digits that `rekey keys api-key` prints",
    ),
    (
        "[[api_keys]]\nname = \"a\"\npermissions = []",
        "rekey.toml, line 9: api_keys[0].token_hash is missing: write it there, or set REKEY_API_KEYS__0__TOKEN_HASH",
    ),
    (
        "[[api_keys]]\nname = \"a b\"\ntoken_hash = \"HASH\"\npermissions = []",
        "rekey.toml, line 10: api_keys[0].name = \"a b\": must be letters, digits, dashes, underscores and dots",
    ),
    (
        "[[api_keys]]\nname = \"a\"\ntoken_hash = \"HASH\"\npermissions = [\"desktop.sign_in\", \"metrics\"]",
        "rekey.toml, line 12: api_keys[0].permissions[1] = \"metrics\": there is no permission \"metrics\"; there are \
         utilities.security.users.view, utilities.security.users.reset_passwords, \
         utilities.security.users.reset_second_factor, utilities.security.users.register, \
         utilities.security.users.erase, utilities.security.permissions, utilities.security.audit, utilities.mail, \
         operations.metrics, desktop.sign_in",
    ),
    (
        "[[api_keys]]\nname = \"a\"\ntoken_hash = \"HASH\"\npermissions = []\n\
         [[api_keys]]\nname = \"a\"\ntoken_hash = \"EMPTY\"\npermissions = []",
        "rekey.toml, line 14: api_keys[1].name = \"a\": is the name of api_keys[0], too: give each a name of its own",
    ),
    (
        "[[api_keys]]\nname = \"a\"\ntoken_hash = \"HASH\"\npermissions = []\n\
         [[api_keys]]\nname = \"b\"\ntoken_hash = \"hash\"\npermissions = []",
        "rekey.toml, line 15: api_keys[1].token_hash is that of api_keys[0] (a), too: make a key for each by `rekey keys \
         api-key`",
    ),
    (
        "password = \"secret\"",
        "rekey.toml, line 9: mail.password is not a setting; there are from, from_name, hello_name, ca_file, \
         suppress_hours, dkim, providers, host, port, tls, username, password_file and max_connections",
    ),
    ("tls = \"none\"\ntls = \"none\"", "rekey.toml, line 10: duplicate key"),
    ("port 25", "rekey.toml, line 9: key with no value, expected `=`"),
];

/// Each variable, and what is said.
const IN_THE_ENVIRONMENT: &[(&str, &str, &str)] = &[
    (
        "REKEY_MAIL__PORT",
        "many",
        "REKEY_MAIL__PORT: mail.port = \"many\": must be a whole number from 0 to 65535",
    ),
    (
        "REKEY_MAIL__TLS",
        "STARTTLS",
        "REKEY_MAIL__TLS: mail.tls = \"STARTTLS\": must be starttls, implicit or none",
    ),
    ("REKEY_LANGUAGE", "fr", "REKEY_LANGUAGE: language = \"fr\": must be en, de or es"),
    (
        "REKEY_LISTEN",
        ":8080",
        "REKEY_LISTEN: listen = \":8080\": must be an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or \
         [::]:8080",
    ),
    ("REKEY_RETURN_TO", "https://a.example.org, https://b.example.org/", ""),
    (
        "REKEY_RETURN_TO",
        "https://a.example.org, app.example.org",
        "REKEY_RETURN_TO: return_to[1] = \"https://a.example.org, app.example.org\": must begin with https:// or http://",
    ),
    (
        "REKEY_DATABASE__URL",
        "host=db password=secret",
        "REKEY_DATABASE__URL: database.url cannot be used: the database's address must be sqlite:PATH, such as \
         sqlite:rekey.db, or postgres://USER@HOST/NAME",
    ),
    (
        "REKEY_MAIL__FROM",
        "nobody",
        "REKEY_MAIL__FROM: mail.from = \"nobody\": must be an address such as noreply@example.org: an address needs an @",
    ),
    (
        "REKEY_MAIL__PROVIDERS__0__PORT",
        "25",
        "REKEY_MAIL__PROVIDERS__0__PORT: mail.providers[0].host is missing: set REKEY_MAIL__PROVIDERS__0__HOST, too",
    ),
    (
        "REKEY_MAIL__PROVIDERS__1__HOST",
        "smtp.example.org",
        "REKEY_MAIL__PROVIDERS__1__HOST: there is no number 0 before it: number from 0, and leave none out",
    ),
    (
        "REKEY_POLICY__REQUESTS_PER_SOURCE",
        "1e3",
        "REKEY_POLICY__REQUESTS_PER_SOURCE: policy.requests_per_source = \"1e3\": must be a whole number",
    ),
    (
        "REKEY_NATS__SERVERS",
        " , ",
        "REKEY_NATS__SERVERS: nats.servers = \" , \": names no server: give at least one, servers = \
         [\"nats://127.0.0.1:4222\"], or leave [nats] out",
    ),
    (
        "REKEY_NATS__REPLICAS",
        "3",
        "REKEY_NATS__REPLICAS: nats.servers is missing: set REKEY_NATS__SERVERS, too",
    ),
    (
        "REKEY_TRUSTED_PROXIES",
        "10.0.0.1, proxy",
        "REKEY_TRUSTED_PROXIES: trusted_proxies = \"10.0.0.1, proxy\": \"proxy\" is not an address or a network; write one such as \"10.0.0.1\", \"10.0.0.0/8\" or \"2001:db8::/32\"",
    ),
    (
        "REKEY_SEAL__MAIL",
        "auditors@example.org",
        "REKEY_SEAL__MAIL: seal.key_file is missing: set REKEY_SEAL__KEY_FILE, too",
    ),
];

/// FILE with that setting.
fn file_with(setting: &str) -> String {
    let setting =
        setting.replace("HASH", &"A".repeat(64)).replace("hash\"", &format!("{}\"", "a".repeat(64)));
    let setting = setting.replace("EMPTY", &"0".repeat(64));
    let name = setting.trim_start_matches("# ").split(" =").next().unwrap();
    let is_own = |line: &&str| line.trim_start().starts_with(&format!("{name} ="));
    if let Some(line) = FILE.lines().find(is_own) {
        return FILE.replace(line, &setting);
    }
    let is_top = ["return_to", "product", "contact", "listen", "langauge", "brand.accent"].contains(&name);
    match is_top {
        true => FILE.replace("    key_file", &format!("{setting}\n    key_file")),
        false => format!("{FILE}{setting}\n"),
    }
}

#[test]
fn every_wrong_setting_is_reported_with_place_key_value_and_remedy() {
    assert!(IN_THE_FILE.len() + IN_THE_ENVIRONMENT.len() >= 40);
    let error = |text: &str, variables: &[(&str, &str)]| load(text, variables).err().unwrap_or_default();
    let of_file = IN_THE_FILE.iter().map(|(setting, said)| (error(&file_with(setting), &[]), *said));
    let of_variable =
        IN_THE_ENVIRONMENT.iter().map(|&(name, value, said)| (error(FILE, &[(name, value)]), said));
    let all = of_file.chain(of_variable);
    let other: Vec<_> = all.filter(|(is_said, said)| is_said != said).collect();
    assert!(other.is_empty(), "said, and what is to be said: {other:#?}");
}

#[test]
fn of_two_mail_servers_the_second_is_named_by_its_number() {
    let error = |variable: &str, value| load(PROVIDERS, &[(variable, value)]).unwrap_err();
    assert_eq!(
        error("REKEY_MAIL__PROVIDERS__1__USERNAME", "rekey"),
        "REKEY_MAIL__PROVIDERS__1__USERNAME: mail.providers[1].username = \"rekey\": needs \
         mail.providers[1].password_file beside it: give both, or neither"
    );
    assert_eq!(
        error("REKEY_MAIL__PROVIDERS__1__NAME", "main"),
        "rekey.toml, line 11: mail.providers[1] is named main as mail.providers[0] is: give each a name of its own"
    );
    assert_eq!(
        error("REKEY_MAIL__PORT", "25"),
        "REKEY_MAIL__PORT: mail.port = \"25\": is for a single mail server, and [[mail.providers]] names several: leave out \
         either"
    );
}

#[test]
fn a_section_that_is_missing_is_named() {
    let text = FILE.replace("[database]", "").replace("url = \"sqlite:rekey.db\"", "");
    let said = "rekey.toml: database is missing: write a section [database] there";
    assert_eq!(load(&text, &[]).unwrap_err(), said);
    assert!(load(&text, &[("REKEY_DATABASE__URL", "sqlite:rekey.db")]).is_ok());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error =
        Config::load(Path::new("no-such-folder/rekey.toml"), std::iter::empty()).unwrap_err().to_string();
    assert_eq!(error, "no-such-folder/rekey.toml cannot be read: No such file or directory (os error 2)");
}
