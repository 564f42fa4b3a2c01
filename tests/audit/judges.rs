//! The two verifiers, asked the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use rekey_events::seal::VerifierKey;
use rekey_test_support::tools::python_packages;

/// What a verifier says: in words, and by its exit code.
#[derive(Debug)]
pub struct Said {
    /// 0: all is as it was signed. 1: something is not.
    pub code: i32,
    pub words: String,
}

const SCRIPT: &str = "docs/verify.py";

/// Asks both; `since` are files with checkpoints that were kept elsewhere.
pub fn both(export: &Path, key: &VerifierKey, since: &[PathBuf]) -> [Said; 2] {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT);
    let mut rekey = Command::new(env!("CARGO_BIN_EXE_rekey"));
    rekey.args(["audit", "verify"]);
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", python_packages()).arg(script);
    [rekey, python].map(|mut judge| {
        judge.arg(export).arg("--key").arg(key.to_string());
        for file in since {
            judge.arg("--since").arg(file);
        }
        let done = judge.output().unwrap();
        let words = [done.stdout, done.stderr].concat();
        Said { code: done.status.code().unwrap(), words: String::from_utf8(words).unwrap() }
    })
}

/// An auditor can read all of it before trusting it.
#[test]
fn the_script_has_less_than_120_lines() {
    let script = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT)).unwrap();
    assert!(script.lines().count() < 120, "{}", script.lines().count());
}
