//! `rekey audit prove`.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;
use rekey_events::EventId;
use rekey_events::store::Store;

use crate::audit::proof::prove;
use crate::cli::database::DatabaseArgs;
use crate::cli::say::say;

/// Of which event.
#[derive(Debug, Args)]
pub(in crate::cli) struct Prove {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The event: its id, or its position.
    event: String,
}

impl Prove {
    pub(super) async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open_to_read().await?;
        let proof = match self.position(&store).await {
            Ok(position) => prove(&store, position).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        store.close().await;
        say(&proof?)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn position(&self, store: &Store) -> Result<i64, Box<dyn Error>> {
        if let Some(position) = self.event.parse().ok().filter(|position| *position > 0) {
            return Ok(position);
        }
        let id: EventId = self
            .event
            .parse()
            .map_err(|_| format!("{:?} is neither an event's id nor a position", self.event))?;
        Ok(store.position_of(id).await?.ok_or_else(|| format!("the log has no event {id}"))?)
    }
}
