//! `rekey mail unsuppress`.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rekey_events::names::username_key;
use rekey_events::store::execute::Draft;
use rekey_events::store::{Context, Log};
use rekey_events::{AccountId, Env};

use super::{ConfigArgs, open};
use crate::cli::say::say;
use crate::problem::{Kind, Problem};
use crate::service::suppressions::lift_suppression;

/// Whose addresses.
#[derive(Debug, Args)]
pub(in crate::cli) struct Unsuppress {
    #[command(flatten)]
    config: ConfigArgs,
    /// The usernames, or the accounts' ids from `rekey mail show`.
    #[arg(value_name = "USER", required = true)]
    users: Vec<String>,
}

impl Unsuppress {
    /// Lifts the suppression of each; fails if there is no such user.
    pub(super) async fn run(self, env: Arc<dyn Env>) -> Result<ExitCode, Box<dyn Error>> {
        let store = open(&self.config).await?;
        store.tell_time(&*env).await?;
        let (log, writer) = Log::open(store.clone(), env).await?;
        let writing = tokio::spawn(writer.run());
        let mut code = ExitCode::SUCCESS;
        for user in self.users {
            match lift(&log, &user).await {
                Ok(said) => say(&format!("{user}: {said}\n"))?,
                Err(problem) => {
                    eprintln!("{user}: {}", problem.body().detail);
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

async fn lift(log: &Log, user: &str) -> Result<&'static str, Problem> {
    let context = Context::new(log.env(), "system:cli");
    let account = account(log, user).await?;
    let done = lift_suppression(log, &context, account, |_: &mut Draft<'_>| {}).await?;
    Ok(if done.events.is_empty() {
        "the address is not suppressed"
    } else {
        "mails are sent to the address again"
    })
}

/// The account with that username or id.
async fn account(log: &Log, user: &str) -> Result<AccountId, Problem> {
    let key = username_key(user).unwrap_or_default();
    match log.store().person_by_username(&key).await? {
        Some(person) => Ok(person.account_id),
        None => user.parse().map_err(|_| {
            Problem::because(Kind::NotFound, "There is no such user: give a username or an account's id.")
        }),
    }
}
