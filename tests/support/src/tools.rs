//! Where the programs are that `scripts/install-test-tools` brings.

use std::path::{Path, PathBuf};

/// The project's own folder for test tools: `bin` for programs, `python` for Python packages.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools")
}

/// The folder to put into `PYTHONPATH` so that Python finds the packages, aiosmtpd among them.
#[must_use]
pub fn python_packages() -> PathBuf {
    folder().join("python")
}

/// A program of the project's own folder, else of `PATH`.
#[must_use]
pub fn find(program: &str) -> Option<PathBuf> {
    std::iter::once(folder().join("bin"))
        .chain(path_folders())
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The folders of `PATH`, in order.
pub(crate) fn path_folders() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}
