//! A database that is in use, by its address or as the configuration has it.

use std::error::Error;
use std::path::Path;

use clap::Args;
use rekey_events::store::Store;

use super::{ConfigArgs, serve};
use crate::node::tables;

/// Which database.
#[derive(Debug, Args)]
pub(super) struct DatabaseArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The database, without a configuration: `sqlite:PATH` or `postgres://…`.
    #[arg(long, value_name = "URL", env = "REKEY_DATABASE")]
    database: Option<String>,
}

impl DatabaseArgs {
    /// Opens it, also while others use it.
    pub(super) async fn open(&self) -> Result<Store, Box<dyn Error>> {
        Ok(tables::open(&self.url()?).await?)
    }

    /// Opens it to be judged: nothing in it changes by that.
    pub(super) async fn open_to_read(&self) -> Result<Store, Box<dyn Error>> {
        Ok(tables::open_to_read(&self.url()?).await?)
    }

    fn url(&self) -> Result<String, Box<dyn Error>> {
        // A variable that is set but empty names none.
        let url = match self.database.as_ref().filter(|url| !url.is_empty()) {
            Some(url) => url.clone(),
            None => serve::load(&self.config)?.database.url()?,
        };
        // To open it would make it.
        match url.strip_prefix("sqlite:") {
            Some(path) if !Path::new(path).exists() => Err(format!("there is no database {path}").into()),
            _ => Ok(url),
        }
    }
}
