//! `rekey serve` and `rekey migrate`: with real configuration.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rekey_events::Env;
use tokio_util::sync::CancellationToken;

use super::signals::Drain;
use super::{ConfigArgs, Signals};
use crate::config::Config;
use crate::keys::Keys;
use crate::node::{MailTo, Server, tables};

/// Serve the API and do the work.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigArgs,
    /// Serve the API only, and leave the work to `rekey work`; needs PostgreSQL.
    #[arg(long)]
    api_only: bool,
}

/// The configuration, overridden by this process's environment; what is odd about it goes to the log.
pub(super) fn load(args: &ConfigArgs) -> Result<Config, Box<dyn Error>> {
    let config = Config::load(args.file(), std::env::vars_os())?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    Ok(config)
}

/// The keys; those made for development are refused.
pub(super) fn keys(config: &Config) -> Result<Keys, Box<dyn Error>> {
    let keys = Keys::read(&config.key_file)?;
    if keys.development() {
        let file = config.key_file.display();
        return Err(
            format!("{file} holds development keys: make real ones with `rekey keys generate FILE`").into()
        );
    }
    Ok(keys)
}

pub(super) async fn run(args: &Serve, env: Arc<dyn Env>) -> Result<ExitCode, Box<dyn Error>> {
    let signals = Signals::listen()?;
    let config = load(&args.config)?;
    let keys = keys(&config)?;
    let server = match args.api_only {
        true => Server::bind_api_only(&config, keys, env).await?,
        false => Server::bind(&config, keys, MailTo::Server, env).await?,
    };
    tracing::info!(address = %server.address()?, public_url = %config.base_url(), "listening");
    let stop = CancellationToken::new();
    let delay = Duration::from_secs(config.stop_delay_seconds);
    let drain = Drain { begun: server.draining(), delay };
    let code = signals.until_stopped(stop.clone(), Some(drain), server.run(stop)).await?;
    tracing::info!("stopped");
    Ok(code)
}

pub(super) async fn migrate(args: &ConfigArgs, env: &dyn Env) -> Result<ExitCode, Box<dyn Error>> {
    let store = tables::begin(&load(args)?, env.uuid()).await?;
    let position = store.last_position().await;
    store.close().await;
    println!("The tables are up to date; the log is at position {}.", position?);
    Ok(ExitCode::SUCCESS)
}
