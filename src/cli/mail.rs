//! `rekey mail`: what became of mails, and trying again.

mod list;
mod requeue;
mod show;
mod unsuppress;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use rekey_events::Env;
use rekey_events::store::Store;

use super::{ConfigArgs, serve};
use crate::node::tables;

/// Mails.
#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    /// List mails, the newest first, with what to do about those in trouble.
    List(list::List),
    /// Show a mail, and everything that happened to it.
    Show(show::Show),
    /// Try mails again that were rejected, suppressed, unconfirmed, dead or expired.
    Requeue(requeue::Requeue),
    /// Let mails go to a user's address again that was refused.
    Unsuppress(unsuppress::Unsuppress),
}

impl Mail {
    pub(super) async fn run(self, env: Arc<dyn Env>) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::List(list) => list.run(&*env).await,
            Self::Show(show) => show.run(&*env).await,
            Self::Requeue(requeue) => requeue.run(env).await,
            Self::Unsuppress(unsuppress) => unsuppress.run(env).await,
        }
    }
}

/// The configured database, also while others use it.
async fn open(config: &ConfigArgs) -> Result<Store, Box<dyn Error>> {
    Ok(tables::open(&serve::load(config)?.database.url()?).await?)
}
