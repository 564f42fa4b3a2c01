//! Pictures for `docs/tour.md`, kept when `scripts/screenshots` says where.

use std::path::PathBuf;

use rekey_test_support::browser::{Browser, Look};

/// Keeps a picture of the page in this look, if pictures are wanted.
pub async fn keep(browser: &Browser, name: &str, look: Look) {
    let Some(folder) = std::env::var_os("REKEY_TEST_PICTURES").map(PathBuf::from) else { return };
    let language = look.language.split('-').next().unwrap_or_default();
    let shade = if look.dark { "dark" } else { "light" };
    let file = folder.join(format!("{name}-{language}-{shade}-{}.png", look.width));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(file, browser.screenshot().await).unwrap();
}
