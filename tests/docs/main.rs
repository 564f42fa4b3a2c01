//! The documents are true: what they name exists, and the walk-through works
//! word for word.
#![expect(clippy::unwrap_used, reason = "a test ends by a panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;
use rekey_test_support::ports;
use rekey_test_support::process::Process;

/// Folders whose files documents name.
const FOLDERS: [&str; 9] =
    ["src/", "events/", "workers/", "migrations/", "tests/", "docs/", "scripts/", "benches/", ".ci/"];

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
        let paths =
            quoted(&text).into_iter().filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
        for path in paths.flat_map(|path| spread(&path)).filter(|path| !path.contains([' ', '*', '…'])) {
            assert!(root.join(&path).exists(), "{} names {path}", document.display());
        }
    }
}

#[test]
fn every_command_that_a_document_names_exists() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let shown =
            text.lines().filter_map(|line| line.trim().strip_prefix("$ target/release/")).map(str::to_owned);
        for command in quoted(&text).into_iter().chain(shown).filter(|words| words.starts_with("rekey ")) {
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
