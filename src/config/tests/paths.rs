//! Paths begin at the folder of the configuration file.

use super::*;

#[test]
fn paths_begin_at_the_folder_of_the_configuration_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("secrets")).unwrap();
    fs::write(place("secrets/password"), "of mail").unwrap();
    fs::write(place("logo.svg"), "<svg/>").unwrap();
    fs::write(place("ca.pem"), AUTHORITY).unwrap();
    let text = FILE.replace("[database]", "[brand]\nlogo_file = \"logo.svg\"\n[database]");
    let text = format!(
        "{text}username = \"rekey\"\npassword_file = \"secrets/password\"\n\
         [mail.dkim]\nselector = \"s\"\ndomain = \"example.org\"\nkey_file = \"dkim.pem\"\n\
         [nats]\nservers = [\"nats://a\"]\nca_file = \"ca.pem\"\n\
         [seal]\nkey_file = \"seal.key\"\nfolder = \"../sealed\"\n"
    );
    fs::write(place("rekey.toml"), text).unwrap();
    let variables = [("REKEY_KEY_FILE", "other.toml")];
    let config = Config::load(&place("rekey.toml"), owned(&variables)).unwrap();
    assert_eq!(config.key_file, place("other.toml"), "also those of variables");
    assert_eq!(config.database.url().unwrap(), format!("sqlite:{}", place("rekey.db").display()));
    assert_eq!(config.mail.dkim.as_ref().unwrap().key_file, place("dkim.pem"));
    assert_eq!(config.seal.as_ref().unwrap().folder, place("../sealed"));
    assert_eq!(config.nats.as_ref().unwrap().bus().unwrap().ca_file.unwrap(), place("ca.pem"));
    assert!(
        config.mail_servers().unwrap()[0].credentials.is_some() && config.brand.logo().unwrap().is_some()
    );
}

#[test]
fn the_embedded_database_is_beside_the_configuration_also_when_a_file_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("rekey.toml"), FILE.replace("url = \"sqlite:rekey.db\"", "url_file = \"database-url\""))
        .unwrap();
    for (written, url) in [
        ("sqlite:data/rekey.db", format!("sqlite:{}", place("data/rekey.db").display())),
        ("sqlite:/var/lib/rekey.db", "sqlite:/var/lib/rekey.db".to_owned()),
        ("postgres://rekey@db/rekey", "postgres://rekey@db/rekey".to_owned()),
    ] {
        fs::write(place("database-url"), format!("{written}\n")).unwrap();
        let config = Config::load(&place("rekey.toml"), std::iter::empty()).unwrap();
        assert_eq!(config.database.url().unwrap(), url);
    }
}
