//! `rekey audit export`.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::audit::export::export;
use crate::cli::database::DatabaseArgs;
use crate::cli::progress::Progress;

/// Where to.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The new file: lines of JSON, compressed with gzip.
    file: PathBuf,
    /// Also what the vault knows: names, addresses, and where calls came from. Nobody vouches for these.
    #[arg(long)]
    with_personal_data: bool,
}

impl Export {
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open_to_read().await?;
        // For nobody else on this machine, whatever is in it; and never over another file.
        let file = File::options().write(true).create_new(true).mode(0o600).open(&self.file);
        let file = file.map_err(|error| format!("{} cannot be made: {error}", self.file.display()))?;
        let progress = Progress::bar();
        let went_on = move |position, of| progress.at(position, of);
        let exported = export(&store, BufWriter::new(&file), self.with_personal_data, went_on).await;
        store.close().await;
        let events = exported.inspect_err(|_| drop(std::fs::remove_file(&self.file)))?;
        file.sync_all()?;
        println!("{events} events are in {}.", self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}
