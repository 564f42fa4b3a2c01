//! compose.yaml and what stands in `deploy/` say what the program understands.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use clap::Parser;
use rekey_events::seal::{SigningKey, origin};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Compose {
    /// The names of all services.
    pub services: Vec<String>,
    /// Those that run our own program.
    ours: BTreeMap<String, Container>,
}

#[derive(Deserialize)]
struct Container {
    command: Vec<String>,
    environment: BTreeMap<String, String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn check_compose(arguments: &[&str]) -> Output {
    Command::new(root().join("scripts/check-compose")).args(arguments).output().unwrap()
}

pub fn compose() -> Compose {
    serde_json::from_slice(&check_compose(&["--json"]).stdout).unwrap()
}

#[test]
fn compose_is_in_order() {
    let checked = check_compose(&[]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn every_command_of_compose_is_one_of_ours() {
    let ours = compose().ours;
    assert!(
        ["serve", "issuer", "relay", "mailer", "sweeper", "sealer"]
            .iter()
            .all(|role| ours.contains_key(*role))
    );
    for (service, container) in ours {
        let parsed = rekey::cli::Cli::try_parse_from(&container.command);
        assert!(parsed.is_ok(), "{service}: {}", parsed.unwrap_err());
    }
}

#[test]
fn every_variable_of_compose_is_a_key_of_the_configuration() {
    let sample = root().join("deploy/rekey.toml");
    for (service, container) in compose().ours {
        let variables = container.environment.into_iter().map(|(name, value)| (name.into(), value.into()));
        let loaded = rekey::config::Config::load(&sample, variables);
        assert_eq!(loaded.map(|config| config.warnings).unwrap(), [""; 0], "{service}");
    }
}

#[test]
fn setup_makes_secrets_once_and_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let rekey = Path::new(env!("CARGO_BIN_EXE_rekey")).parent().unwrap();
    let path = format!("{}:{}", rekey.display(), std::env::var("PATH").unwrap());
    let run = || {
        let mut setup = Command::new(root().join("deploy/setup"));
        setup.arg(folder.path()).env("PATH", &path);
        setup.env("DATABASE", "postgres:5432/rekey").env("ROUTES", "nats-1:6222 nats-2:6222");
        setup.env("SEAL", folder.path());
        assert!(setup.status().unwrap().success());
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| (std::fs::read(&file).unwrap(), file)).map(|(text, file)| (file, text)).collect()
    };
    let first: BTreeMap<_, _> = run();
    assert_eq!(first, run());
    let config = rekey::config::Config::load(&folder.path().join("rekey.toml"), std::iter::empty()).unwrap();
    assert_eq!(config.api_keys.len(), 1);
    assert!(rekey::keys::Keys::read(&folder.path().join("keys.toml")).is_ok());
    let seal = |file: &str| std::fs::read_to_string(folder.path().join(file)).unwrap();
    let key: SigningKey = seal("seal.key").parse().unwrap();
    let public = key.named(&origin(key.name(), 1)).unwrap().verifier();
    assert_eq!(public.to_string(), seal("seal.key.pub").trim());
}
