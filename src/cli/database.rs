//! A database that is in use, by its address or as the configuration has it.

use std::error::Error;

use clap::Args;
use rekey_events::store::Store;

use super::{ConfigArgs, serve};
use crate::config::Config;
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

    /// The configuration, unless the database's address is given instead.
    pub(super) fn config(&self) -> Result<Option<Config>, Box<dyn Error>> {
        match self.given() {
            Some(_) => Ok(None),
            None => serve::load(&self.config).map(Some),
        }
    }

    /// Its address.
    pub(super) fn url(&self) -> Result<String, Box<dyn Error>> {
        Ok(match self.given() {
            Some(url) => url.to_owned(),
            None => serve::load(&self.config)?.database.url()?,
        })
    }

    /// The address that is given; a variable that is set but empty gives none.
    fn given(&self) -> Option<&str> {
        self.database.as_deref().filter(|url| !url.is_empty())
    }
}
