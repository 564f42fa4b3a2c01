//! A wall clock that is wrong, for programs under test. Their monotonic clock stays right.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use crate::tools;

/// A clock that may jump while programs read it (libfaketime).
#[derive(Clone)]
pub struct Clock {
    folder: Arc<TempDir>,
}

impl Clock {
    /// One that is right.
    ///
    /// # Panics
    /// If there is no folder for it, or programs do not read it.
    #[must_use]
    pub fn new() -> Self {
        let clock = Self { folder: Arc::new(tempfile::tempdir().expect("a temporary folder")) };
        clock.jump(24);
        assert!(
            clock.seconds() > seconds(&mut Command::new("date")) + 3600,
            "programs do not read the clock"
        );
        clock.jump(0);
        clock
    }

    /// What a program is told, in seconds since 1970.
    fn seconds(&self) -> u64 {
        let mut date = Command::new("date");
        self.rule(&mut date);
        seconds(&mut date)
    }

    /// From now on it is so many hours ahead, or behind when negative.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn jump(&self, hours: i64) {
        self.jump_seconds(hours * 3600);
    }

    /// From now on it is so many seconds ahead, or behind when negative.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn jump_seconds(&self, seconds: i64) {
        let (new, file) = (self.folder.path().join("new"), self.file());
        // Whole, or not at all: it is read at any moment.
        fs::write(&new, format!("{seconds:+}\n")).expect("a file for the clock");
        fs::rename(new, file).expect("a file for the clock");
    }

    /// Has the command's program read this clock.
    ///
    /// # Panics
    /// If libfaketime is missing.
    pub fn rule(&self, command: &mut Command) {
        let library = tools::folder().join("lib/libfaketimeMT.so.1");
        assert!(library.is_file(), "libfaketime is missing: run scripts/install-test-tools");
        command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", self.file());
        command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }
}

fn seconds(date: &mut Command) -> u64 {
    let said = date.arg("+%s").output().expect("date").stdout;
    String::from_utf8_lossy(&said).trim().parse().expect("seconds since 1970")
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
