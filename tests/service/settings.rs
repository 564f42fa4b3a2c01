//! The program itself in environments as they are found: Kubernetes', somebody else's bytes, wrong settings.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};

use rekey::keys::Keys;
use rekey_events::SystemEnv;
use tempfile::TempDir;

/// A folder with a configuration and keys, both named without a path.
fn folder(more: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    Keys::generate(&SystemEnv, false).write(&folder.path().join("keys.toml")).unwrap();
    let text = format!(
        "public_url = \"https://login.example.org\"\nkey_file = \"keys.toml\"\n[database]\nurl = \"sqlite:rekey.db\"\n\
         [mail]\nfrom = \"rekey@example.org\"\nhost = \"127.0.0.1\"\n{more}"
    );
    std::fs::write(folder.path().join("rekey.toml"), text).unwrap();
    folder
}

/// rekey, run elsewhere than where its files are.
fn rekey(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
    command.args(arguments).env("REKEY_CONFIG", folder.join("rekey.toml")).current_dir("/");
    command
}

fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn migrate_works_in_the_environment_that_kubernetes_makes_for_a_service_named_rekey() {
    let folder = folder("");
    let mut migrate = rekey(folder.path(), &["migrate"]);
    migrate.env("REKEY_PORT", "tcp://10.0.0.7:8080").env("REKEY_SERVICE_HOST", "10.0.0.7");
    migrate.env("REKEY_SERVICE_PORT", "8080").env("REKEY_SERVICE_PORT_HTTP", "8080");
    migrate.env("REKEY_PORT_8080_TCP", "tcp://10.0.0.7:8080").env("REKEY_PORT_8080_TCP_PROTO", "tcp");
    migrate.env("REKEY_PORT_8080_TCP_PORT", "8080").env("REKEY_PORT_8080_TCP_ADDR", "10.0.0.7");
    let output = migrate.output().unwrap();
    assert_eq!(said(&output), (Some(0), String::new()));
    assert!(String::from_utf8_lossy(&output.stdout).contains("The tables are up to date"), "{output:?}");
    assert!(folder.path().join("rekey.db").exists(), "beside the configuration");
}

#[test]
fn every_command_finds_the_files_beside_the_configuration() {
    let folder = folder("");
    let bootstrap = ["admin", "bootstrap", "--username", "root", "--email", "root@example.org"];
    for arguments in [
        &["migrate"][..],
        &bootstrap,
        &["mail", "list"],
        &["audit", "log"],
        &["audit", "replay"],
        &["views", "rebuild"],
        &["log", "new-epoch"],
    ] {
        let output = rekey(folder.path(), arguments).output().unwrap();
        assert_eq!(said(&output), (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn an_unknown_variable_is_one_warning_and_not_the_end() {
    let folder = folder("");
    let output =
        rekey(folder.path(), &["migrate"]).env("REKEY_MAIL_HOST", "smtp.example.org").output().unwrap();
    let warning =
        " WARN REKEY_MAIL_HOST is ignored: it is not a setting of rekey; did you mean REKEY_MAIL__HOST?\n";
    assert_eq!(said(&output), (Some(0), warning.to_owned()));
}

#[test]
fn somebody_elses_bytes_in_the_environment_are_not_the_end() {
    let folder = folder("");
    let bytes = OsStr::from_bytes(b"M\xfcller \xff");
    for name in
        ["USER", "HOSTNAME", "LANG", "TZ", "NO_COLOR", "PGUSER", "SSL_CERT_FILE", "RUST_LOG", "REKEY_OTHER"]
    {
        let output = rekey(folder.path(), &["migrate"]).env(name, bytes).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
    }
    let output = rekey(folder.path(), &["migrate"]).env("REKEY_PRODUCT", bytes).output().unwrap();
    assert_eq!(said(&output), (Some(1), "rekey: REKEY_PRODUCT: the value is not UTF-8 text\n".to_owned()));
}

#[test]
fn a_wrong_log_filter_is_refused_by_every_command_and_an_empty_one_is_the_default() {
    let folder = folder("");
    for arguments in [&["migrate"][..], &["serve"], &["work"], &["dev"]] {
        let output = rekey(folder.path(), arguments).env("REKEY_LOG", "warning").output().unwrap();
        let text = "rekey: REKEY_LOG = \"warning\": there is no level \"warning\"; there are off, error, warn, info, debug \
                    and trace, also for parts, such as info,sqlx=debug\n";
        assert_eq!(said(&output), (Some(1), text.to_owned()), "{arguments:?}");
    }
    let mut migrate = rekey(folder.path(), &["migrate"]);
    migrate.env("REKEY_LOG", "").env("REKEY_DATABASE", "").env("REKEY_MAIL__HOST", "");
    assert_eq!(said(&migrate.output().unwrap()), (Some(0), String::new()));
}

#[test]
fn an_empty_variable_names_no_configuration_file() {
    let folder = folder("");
    let mut migrate = rekey(folder.path(), &["migrate"]);
    migrate.env("REKEY_CONFIG", "").current_dir(folder.path());
    assert_eq!(said(&migrate.output().unwrap()), (Some(0), String::new()));
}

#[test]
fn a_wrong_setting_is_told_with_its_place_before_anything_is_touched() {
    let folder = folder("tls = \"ssl\"\n");
    let place = folder.path().join("rekey.toml");
    let text = format!(
        "rekey: {}, line 8: mail.tls = \"ssl\": must be starttls, implicit or none\n",
        place.display()
    );
    for arguments in [&["migrate"][..], &["mail", "list"]] {
        let output = rekey(folder.path(), arguments).output().unwrap();
        assert_eq!(said(&output), (Some(1), text.clone()), "{arguments:?}");
    }
    let output = rekey(folder.path(), &["migrate"]).env("REKEY_MAIL__TLS", "none").output().unwrap();
    assert_eq!(said(&output), (Some(0), String::new()), "the variable stands in its place");
    let mut migrate = rekey(folder.path(), &["migrate"]);
    migrate.env("REKEY_MAIL__TLS", "none").env("REKEY_PUBLIC_URL", "https://example.org/login");
    let text = "rekey: REKEY_PUBLIC_URL: public_url = \"https://example.org/login\": has a path, \"/login\": write scheme, \
                host and port only\n";
    assert_eq!(said(&migrate.output().unwrap()), (Some(1), text.to_owned()));
}

#[test]
fn keys_generate_adds_a_key_that_the_service_takes() {
    let folder = folder("");
    let keys = folder.path().join("keys.toml");
    let generate = |arguments: &[&str]| {
        rekey(folder.path(), &[&["keys", "generate"], arguments].concat()).arg(&keys).output().unwrap()
    };
    let text = format!(
        "rekey: {0} exists already: `rekey keys generate --append {0}` adds a key to it\n",
        keys.display()
    );
    assert_eq!(said(&generate(&[])), (Some(1), text));
    assert_eq!(said(&generate(&["--append"])), (Some(0), String::new()));
    let bootstrap = ["admin", "bootstrap", "--username", "root", "--email", "root@example.org"];
    assert_eq!(said(&rekey(folder.path(), &bootstrap).output().unwrap()), (Some(0), String::new()));
    assert_eq!(Keys::read(&keys).unwrap().newest_seal().0, 2);
}

#[test]
fn a_key_file_that_everybody_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("");
    let keys = folder.path().join("keys.toml");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, stderr) = said(&rekey(folder.path(), &["migrate"]).output().unwrap());
    let name = keys.display();
    let text = format!(
        " WARN key_file: every user of this machine can read or change {name} (mode 0644): run `chmod o-rw {name}`\n"
    );
    assert_eq!((code, stderr), (Some(0), text));
}
