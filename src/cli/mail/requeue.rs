//! `rekey mail requeue`.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rekey_events::store::execute::Draft;
use rekey_events::store::{Context, Log};
use rekey_events::{Env, MailId, StreamId};

use super::{ConfigArgs, open};
use crate::cli::say::say;
use crate::service::mails::{Requeued, requeue};

/// Which mails.
#[derive(Debug, Args)]
pub(in crate::cli) struct Requeue {
    #[command(flatten)]
    config: ConfigArgs,
    /// The mails' ids, from `rekey mail list`.
    #[arg(value_name = "ID", required = true)]
    mails: Vec<MailId>,
}

impl Requeue {
    /// Tries each of them again; fails if one was refused.
    pub(super) async fn run(self, env: Arc<dyn Env>) -> Result<ExitCode, Box<dyn Error>> {
        let store = open(&self.config).await?;
        let (log, writer) = Log::open(store.clone(), env).await?;
        let writing = tokio::spawn(writer.run());
        let mut code = ExitCode::SUCCESS;
        for mail in self.mails {
            match again(&log, mail).await {
                Ok(said) => say(&format!("{mail}: {said}\n"))?,
                Err(why) => {
                    eprintln!("{mail}: {why}");
                    code = ExitCode::FAILURE;
                }
            }
        }
        drop(log);
        writing.await?;
        store.close().await;
        Ok(code)
    }
}

async fn again(log: &Log, mail: MailId) -> Result<&'static str, String> {
    let context = Context::new(log.env(), "system:cli");
    let nothing = |_: Requeued, _: StreamId, _: &mut Draft<'_>| {};
    match requeue(log, &context, mail, nothing).await {
        Ok((requeued, _)) => Ok(requeued.message()),
        Err(problem) => Err(problem.body().detail),
    }
}
