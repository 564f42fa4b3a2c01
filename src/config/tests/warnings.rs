//! What is odd, and used all the same.

use std::os::unix::fs::PermissionsExt;

use super::*;

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_secret_file_that_everybody_can_read_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let text = format!(
        "{PROVIDERS}username = \"rekey\"\npassword_file = \"smtp-password\"\n\
         [seal]\nkey_file = \"seal.key\"\nfolder = \"seal\"\n"
    );
    write(&place("rekey.toml"), &text, 0o644);
    write(&place("keys.toml"), "", 0o644);
    write(&place("smtp-password"), "", 0o440);
    write(&place("seal.key"), "", 0o602);
    let warnings = |variables: &[(&str, &str)]| {
        let config = Config::load(&place("rekey.toml"), owned(variables)).unwrap();
        let shorter = |line: String| line.replace(&format!("{}/", folder.path().display()), "");
        config.warnings.into_iter().map(shorter).collect::<Vec<_>>()
    };
    let open = "every user of this machine can read or change";
    assert_eq!(
        warnings(&[]),
        [
            format!("key_file: {open} keys.toml (mode 0644): run `chmod o-rw keys.toml`"),
            format!("seal.key_file: {open} seal.key (mode 0602): run `chmod o-rw seal.key`"),
        ]
    );
    write(&place("other.toml"), "", 0o640);
    write(&place("seal.key"), "", 0o600);
    assert_eq!(warnings(&[("REKEY_KEY_FILE", "other.toml")]), [""; 0]);
}

#[test]
fn a_password_in_a_configuration_that_everybody_can_read_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rekey.toml");
    let url = |url: &str, mode| {
        write(&path, &FILE.replace("sqlite:rekey.db", url), mode);
        Config::load(&path, std::iter::empty()).unwrap().warnings.join("\n")
    };
    let said = url("postgres://rekey:secret@db/rekey", 0o644);
    assert!(
        said.starts_with("database.url has a password: every user") && !said.contains("secret"),
        "{said}"
    );
    assert_eq!(url("postgres://rekey:secret@db/rekey", 0o640), "");
    assert_eq!(url("postgres://rekey@db/rekey", 0o644), "");
}

#[test]
fn a_bus_beside_sqlite_is_a_warning() {
    let warnings = |text: &str| load(text, &[("REKEY_NATS__SERVERS", "nats://a")]).unwrap().warnings;
    assert_eq!(
        warnings(FILE),
        ["[nats] is not used: on SQLite one process does everything; leave it out, or use PostgreSQL"]
    );
    assert_eq!(warnings(&FILE.replace("sqlite:rekey.db", "postgres://rekey@db/rekey")), [""; 0]);
}
