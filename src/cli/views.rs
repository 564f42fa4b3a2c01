//! `rekey views`: the tables that follow from the log.

use std::error::Error;
use std::process::ExitCode;

use clap::Subcommand;

use super::database::DatabaseArgs;
use super::progress::Progress;

/// The views.
#[derive(Debug, Subcommand)]
pub(super) enum Views {
    /// Make them anew from the log, beside those in use, while all goes on; then swap them. Whenever this is ended
    /// before, those in use stay.
    Rebuild(DatabaseArgs),
}

impl Views {
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let Self::Rebuild(database) = self;
        let store = database.open().await?;
        let progress = Progress::bar();
        let rebuilt = store.rebuild_views(move |position, of| progress.at(position, of)).await;
        store.close().await;
        let rebuilt = rebuilt?;
        println!(
            "The views are made anew from {} events; whoever wrote meanwhile waited {} ms at most for the swap.",
            rebuilt.position,
            rebuilt.held_up.as_millis()
        );
        Ok(ExitCode::SUCCESS)
    }
}
