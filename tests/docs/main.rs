//! The documents are true: what they name exists, and the walk-through works
//! word for word.
#![expect(clippy::unwrap_used, reason = "a test ends by a panic")]

mod bus;
mod compose;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;
use rekey_test_support::ports;
use rekey_test_support::process::Process;

/// Folders whose files documents name.
const FOLDERS: [&str; 10] = [
    "src/",
    "events/",
    "workers/",
    "migrations/",
    "tests/",
    "docs/",
    "scripts/",
    "benches/",
    "deploy/",
    ".ci/",
];

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let own = ["README.md", "ARCHITECTURE.md"].map(|name| root.join(name));
    docs.chain(own).filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect()
}

/// What stands between backticks, but for whole blocks.
fn quoted(text: &str) -> Vec<String> {
    let lines = text.split("```").step_by(2).flat_map(str::lines);
    lines.flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// `mailer/{lease,schedule}.rs` is two paths.
fn spread(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
    let Some((inner, after)) = rest.split_once('}') else { return vec![path.to_owned()] };
    inner.split(',').map(|one| format!("{before}{}{after}", one.trim())).collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let links = links.filter(|link| !link.contains(':') && !link.starts_with('#'));
        for link in links {
            let file = link.split('#').next().unwrap();
            assert!(document.parent().unwrap().join(file).exists(), "{} links {link}", document.display());
        }
        // `scripts/cluster check` is a path and what to tell it.
        let words = quoted(&text).into_iter().map(|words| match words.contains('{') {
            true => words,
            false => words.split_whitespace().next().unwrap_or_default().to_owned(),
        });
        let paths = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
        for path in paths.flat_map(|path| spread(&path)).filter(|path| !path.contains([' ', '*', '…'])) {
            assert!(root.join(&path).exists(), "{} names {path}", document.display());
        }
    }
}

/// What is to be typed: `rekey …`, also behind `docker compose exec`.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("$ "));
    let shown = lines.map(|line| line.trim_start_matches("target/release/").to_owned());
    let words = quoted(text).into_iter().chain(shown);
    let inner = |words: String| match words.split_once(" rekey ") {
        Some((before, rest)) if before.starts_with("docker compose ") => format!("rekey {rest}"),
        _ => words,
    };
    words.map(inner).filter(|words| words.starts_with("rekey ")).collect()
}

#[test]
fn every_command_that_a_document_names_exists() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for command in commands(&text) {
            let mut known = rekey::cli::Cli::command();
            for word in command.split_whitespace().skip(1).take_while(|word| {
                word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
            }) {
                if known.get_subcommands().next().is_none() {
                    break;
                }
                let found = known.find_subcommand(word).cloned();
                known = found.unwrap_or_else(|| panic!("{} names `{command}`", document.display()));
            }
            let flags = command.split_whitespace().filter_map(|word| word.strip_prefix("--"));
            for flag in flags.filter(|flag| *flag != "help") {
                let exists = known.get_arguments().any(|argument| argument.get_long() == Some(flag));
                assert!(exists, "{} names `{command}`: there is no --{flag}", document.display());
            }
        }
    }
}

#[test]
fn every_service_of_compose_that_a_document_names_exists() {
    let services = compose::compose().services;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("$ docker compose ")) {
            let words: Vec<_> = line.split_whitespace().collect();
            let scaled = words
                .windows(2)
                .filter(|pair| pair[0] == "--scale")
                .filter_map(|pair| pair[1].split('=').next());
            let behind = words.iter().skip_while(|word| !["exec", "logs", "stop"].contains(word)).skip(1);
            let named: Vec<_> = behind.copied().skip_while(|word| word.starts_with('-')).collect();
            let named = &named[..named.len().min(if words[0] == "stop" { usize::MAX } else { 1 })];
            for service in scaled.chain(named.iter().copied()) {
                assert!(services.iter().any(|known| known == service), "{}: {line}", document.display());
            }
        }
    }
}

#[test]
fn every_variable_that_a_document_names_is_a_setting() {
    let known = rekey::config::variables();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let samples = ["compose.yaml", "deploy/rekey.toml"].map(|name| root.join(name));
    for document in documents().into_iter().chain(samples) {
        let text = fs::read_to_string(&document).unwrap();
        let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        for word in words.filter(|word| word.starts_with("REKEY_") && word.contains("__")) {
            let of_first =
                |part: &str| if part.parse::<usize>().is_ok() { "0".to_owned() } else { part.to_owned() };
            let name = word.split("__").map(of_first).collect::<Vec<_>>().join("__");
            assert!(known.contains(&name), "{} names {word}", document.display());
        }
    }
}

/// Every Rust file under `folder`, as one text.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let entries = entries.filter(|path| !path.ends_with("target") && !path.ends_with(".git"));
    entries
        .map(|path| match path.is_dir() {
            true => sources(&path),
            false if path.extension().is_some_and(|ending| ending == "rs") => {
                fs::read_to_string(&path).unwrap()
            }
            false => String::new(),
        })
        .collect()
}

#[test]
fn every_test_that_the_security_table_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let code = sources(root);
    let rows = table.lines().filter(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(3));
    for test in rows.flat_map(quoted) {
        assert!(code.contains(&format!("fn {test}(")), "docs/security.md names the test {test}");
    }
}

/// The blocks of the README that are to be typed into a shell.
fn typed(readme: &str) -> String {
    readme.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n")).collect()
}

#[tokio::test]
async fn the_walk_through_of_the_readme_works_word_for_word() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("127.0.0.1:{}", ports::free());
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
    command.args(["dev", "--listen", &address, "--data"]).arg(folder.path().join("rekey-data"));
    let mut rekey = Process::spawn(&command);
    rekey.wait_for_readyz(address.parse().unwrap()).await;

    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let script = typed(&readme).replace("127.0.0.1:8080", &address);
    let said = Command::new("bash").args(["-euc", &script]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();

    let mut rest = said.as_str();
    for expected in [
        "If that username and address belong to an account",
        "Subject: Reset your rekey password",
        "The password is reset.",
        "/problems/link-unusable",
        "/problems/wrong-credentials",
        "\"token\":\"rks_",
        "/problems/second-factor-required",
        "\"second_factor\":true",
        "\"type\":\"ResetRequested\"",
        "\"type\":\"ResetLinkIssued\"",
        "\"type\":\"MailAccepted\"",
        "\"type\":\"ResetCompleted\"",
    ] {
        let at = rest.find(expected).unwrap_or_else(|| panic!("{expected:?} does not follow in\n{said}"));
        rest = &rest[at..];
    }
}
