//! `rekey admin`: from the machine itself, whoever is locked out.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand, AccountEvent};
use rekey_events::env::random;
use rekey_events::names::username_key;
use rekey_events::store::execute::Draft;
use rekey_events::store::{Context, Log};
use rekey_events::{AccountId, Env, Permission};
use strum::IntoEnumIterator;

use super::{ConfigArgs, serve};
use crate::config::Config;
use crate::credential::Hasher;
use crate::keys::Keys;
use crate::node::tables;
use crate::problem::Problem;
use crate::service::accounts::Registration;
use crate::service::{Call, Caller, Service, Settings};

/// Administrators.
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Make an administrator with every permission; prints a password that must be changed.
    Bootstrap {
        #[command(flatten)]
        config: ConfigArgs,
        /// The username; an account that exists gets the permissions.
        #[arg(long)]
        username: String,
        /// The mail address of a new account.
        #[arg(long)]
        email: String,
    },
}

impl Admin {
    pub(super) async fn run(self, env: Arc<dyn Env>) -> Result<ExitCode, Box<dyn Error>> {
        let Self::Bootstrap { config, username, email } = self;
        let config = serve::load(&config)?;
        let keys = serve::keys(&config)?;
        bootstrap(&config, keys, env, &username, &email).await?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn bootstrap(
    config: &Config,
    keys: Keys,
    env: Arc<dyn Env>,
    username: &str,
    email: &str,
) -> Result<(), Box<dyn Error>> {
    let store = tables::begin(config, env.uuid()).await?;
    let (log, writer) = Log::open(store.clone(), env.clone()).await?;
    let writing = tokio::spawn(writer.run());
    let hasher = Hasher::new(&*env, 1).map_err(|error| error.to_string())?;
    let settings = Settings { product: config.product.clone(), reset_needs_second_factor: false };
    let service = Service::new(log, keys, hasher, settings);
    let account = account(&service, username, email).await.map_err(told)?;
    grant_all(&service, account).await.map_err(told)?;
    println!("{username} has every permission. Enrol a second factor to send reset links.");
    drop(service);
    writing.await?;
    store.close().await;
    Ok(())
}

/// The account with that name, or a new one.
async fn account(service: &Service, username: &str, email: &str) -> Result<AccountId, Problem> {
    let key = username_key(username).unwrap_or_default();
    if let Some(person) = service.store().person_by_username(&key).await? {
        return Ok(person.account_id);
    }
    let account = AccountId::new(service.env());
    let password = hex::encode(random::<12>(service.env()));
    let registration = Registration {
        username,
        email,
        display_name: username,
        origin: Origin::App,
        password: Some(&password),
        must_change: true,
    };
    service.register(&machine(service), account, &registration, &[]).await?;
    println!("{username} is registered. The password, to be changed at the first sign-in: {password}");
    Ok(account)
}

/// Every permission there is.
pub(crate) async fn grant_all(service: &Service, account: AccountId) -> Result<(), Problem> {
    // Who could set passwords directly would need no reset link.
    for permission in Permission::iter().filter(|permission| *permission != Permission::Desktop) {
        let command = AccountCommand::GrantPermission(permission);
        let nothing = |_: &Account, _: &[AccountEvent], _: &mut Draft<'_>| {};
        let context = machine(service).context;
        service.log().execute::<Account>(&context, account.into(), &command, nothing).await?;
    }
    Ok(())
}

/// A call by whoever is at the machine.
pub(crate) fn machine(service: &Service) -> Call {
    let context = Context::new(service.env(), "system:machine");
    Call { caller: Caller::Anyone, context, idempotency: None }
}

fn told(problem: Problem) -> Box<dyn Error> {
    let body = problem.body();
    let more: String =
        body.errors.iter().map(|error| format!(" {} {}.", error.pointer, error.detail)).collect();
    format!("{}. {}{more}", body.title, body.detail).into()
}
