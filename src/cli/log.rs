//! `rekey log`: the log itself.

use std::error::Error;
use std::process::ExitCode;

use clap::Subcommand;
use rekey_events::seal::origin;

use super::{ConfigArgs, serve};
use crate::config::Seal;
use crate::node::tables;

/// The log itself.
#[derive(Debug, Subcommand)]
pub(super) enum Log {
    /// Begin another epoch, after a restore or failover that lost events: whoever still remembers them stops, and
    /// what is sealed from now on has another name.
    NewEpoch(ConfigArgs),
}

impl Log {
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let Self::NewEpoch(config) = self;
        let config = serve::load(&config)?;
        let key = config.seal.as_ref().map(Seal::key).transpose()?;
        let store = tables::open(&config.database.url()?).await?;
        let begun = store.begin_epoch().await;
        let position = store.last_position().await;
        store.close().await;
        let (epoch, position) = (begun?, position?);
        println!(
            "Epoch {epoch} begins after position {position}. Running processes of rekey stop by themselves: start them again."
        );
        println!("Checkpoints of the seal end in /{epoch} from now on.");
        if let Some(key) = key {
            let key = key.named(&origin(key.name(), epoch))?.verifier();
            println!("Give whoever verifies them this key, beside the one of before: {key}");
        }
        Ok(ExitCode::SUCCESS)
    }
}
