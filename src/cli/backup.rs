//! `rekey backup`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use rekey_events::store::Address;

use super::database::DatabaseArgs;
use super::progress::Progress;
use super::signals::unless_stopped;
use crate::backup::{Backup as Copied, back_up};
use crate::config::Config;
use crate::node::tables;

/// Which database, and where to.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The new file.
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let config = self.database.config()?;
        let url = match &config {
            Some(config) => config.database.url()?,
            None => self.database.url()?,
        };
        if let Address::Postgres(_) = url.parse()? {
            return Err("`rekey backup` is for SQLite: back up PostgreSQL with pg_dump, or with its continuous archiving \
                        (point-in-time recovery); see docs/operations.md, \"Backup and restore\""
                .into());
        }
        let store = tables::open_to_read(&url).await?;
        let progress = Progress::bar();
        let backing_up = back_up(&store, &self.file, |position, of| progress.at(position, of));
        // Not closed when stopped: that would wait for the copy's last page.
        let backup = unless_stopped(backing_up).await?.ok_or("stopped: no backup was made")?;
        store.close().await;
        drop(progress);
        print!("{}", report(&self.file, backup?, config.as_ref()));
        Ok(ExitCode::SUCCESS)
    }
}

fn report(file: &Path, backup: Copied, config: Option<&Config>) -> String {
    let Copied { log, epoch, position, bytes } = backup;
    let besides = match config {
        None => "the key file; where the log is sealed, the seal's key and its folder".to_owned(),
        Some(config) => besides(config),
    };
    format!(
        "{} holds log {log}, epoch {epoch}, up to position {position}: {bytes} bytes.\n\
         Verified: the file is whole, each event is as its leaf says, and the views are what the log makes of them.\n\
         Keep besides, and apart from it: {besides}.\n",
        file.display()
    )
}

/// What else is to be kept, as configured.
fn besides(config: &Config) -> String {
    let keys = format!("the key file {}", config.key_file.display());
    match &config.seal {
        None => keys,
        Some(seal) => format!(
            "{keys}, the seal's key {} and the seal folder {}",
            seal.key_file.display(),
            seal.folder.display()
        ),
    }
}
