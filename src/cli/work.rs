//! `rekey work`: the roles, as processes of their own.

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rekey_events::Env;
use tokio_util::sync::CancellationToken;

use super::{ConfigArgs, Signals, serve};
use crate::config::Config;
use crate::node::{MAILS_AT_ONCE, MailTo, Mailing, Role, Worker};

/// Which work, and how much of it.
#[derive(Debug, Args)]
pub(super) struct Work {
    /// What to do; all of it when nothing is named.
    #[arg(value_name = "ROLE")]
    roles: Vec<Role>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Where this process tells /healthz, /readyz and /metrics, to whoever reaches it.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Mails a mailer works on at a time; `mail.max_connections` bounds its connections to the mail server.
    #[arg(long, value_name = "N", default_value_t = MAILS_AT_ONCE, value_parser = at_least_one)]
    concurrency: usize,
}

pub(super) async fn run(args: Work, env: Arc<dyn Env>) -> Result<ExitCode, Box<dyn Error>> {
    let signals = Signals::listen()?;
    let config = serve::load(&args.config)?;
    let roles = if args.roles.is_empty() { Role::all(&config)? } else { args.roles };
    let mailing = mailing(&config, &roles, args.concurrency)?;
    let named = format!("{roles:?}");
    let worker = Worker::bind(&config, roles, mailing.as_ref(), args.listen, env).await?;
    tracing::info!(address = %worker.address()?, roles = named, "started");
    let stop = CancellationToken::new();
    let code = signals.until_stopped(stop.clone(), None, worker.run(stop)).await?;
    tracing::info!("stopped");
    Ok(code)
}

/// Only a mailer gets the keys.
fn mailing(config: &Config, roles: &[Role], concurrency: usize) -> Result<Option<Mailing>, Box<dyn Error>> {
    if !roles.contains(&Role::Mailer) {
        return Ok(None);
    }
    Ok(Some(Mailing { keys: serve::keys(config)?, to: MailTo::Server, concurrency }))
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=10_000) => Ok(number),
        _ => Err("give a number from 1 to 10000".to_owned()),
    }
}
