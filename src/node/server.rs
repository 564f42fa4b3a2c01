//! `rekey serve`: a process that serves the API, and does the work unless others do it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use rekey_events::Env;
use tokio_util::sync::CancellationToken;

use super::base::{Base, Ground};
use super::crew::Crew;
use super::front::Front;
use super::plan::Plan;
use super::{BuildError, MAILS_AT_ONCE, MailTo, Mailing, Role};
use crate::config::{Config, ResetSecondFactor};
use crate::credential::Hasher;
use crate::http::{Activity, ApiKey, App, House, Proxies};
use crate::keys::Keys;
use crate::service::{Service, Settings};

/// A process that serves, from before its database answers.
pub struct Server {
    front: Front,
    blueprint: Blueprint,
}

/// All that a server is made of beside its database. Whatever is wrong with the configuration has been found.
pub(super) struct Blueprint {
    config: Config,
    keys: Keys,
    hasher: Hasher,
    house: Arc<House>,
    plan: Plan,
    ground: Ground,
    draining: CancellationToken,
}

/// What a server is made of once its database has answered.
pub(super) struct Built {
    pub(super) service: Service,
    pub(super) app: App,
    pub(super) crew: Crew,
    pub(super) base: Base,
}

impl Server {
    /// One that does everything. It listens, and has no database yet.
    ///
    /// # Errors
    /// See [`BuildError`]; nothing of the database's.
    pub async fn bind(
        config: &Config,
        keys: Keys,
        mail_to: MailTo,
        env: Arc<dyn Env>,
    ) -> Result<Self, BuildError> {
        let mailing = Mailing { keys: keys.clone(), to: mail_to, concurrency: MAILS_AT_ONCE };
        let plan = Plan::read(config, Role::all(config)?, Some(&mailing)).await?;
        Self::with(plan, config, keys, env).await
    }

    /// One that serves the API alone: the work is done by other processes.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub async fn bind_api_only(config: &Config, keys: Keys, env: Arc<dyn Env>) -> Result<Self, BuildError> {
        if config.database.is_embedded()? {
            return Err(BuildError::Alone);
        }
        let plan = Plan::read(config, Vec::new(), None).await?;
        Self::with(plan, config, keys, env).await
    }

    async fn with(plan: Plan, config: &Config, keys: Keys, env: Arc<dyn Env>) -> Result<Self, BuildError> {
        let hasher = Hasher::new(&*env, config.policy.hashes_at_once).map_err(BuildError::Hash)?;
        let house = Arc::new(House::new(config)?);
        let ground = Ground::take(config, env.clone())?;
        let front = Front::bind(config.listen, house.clone(), env).await?;
        let draining = front.draining();
        let blueprint = Blueprint { config: config.clone(), keys, hasher, house, plan, ground, draining };
        Ok(Self { front, blueprint })
    }

    pub(super) fn into_parts(self) -> (Front, Blueprint) {
        (self.front, self.blueprint)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.front.address()
    }

    /// To be cancelled some time before it is stopped: from then on it is not ready, and lets go of its callers.
    #[must_use]
    pub fn draining(&self) -> CancellationToken {
        self.front.draining()
    }

    /// Runs until `stop`; then finishes what is in progress. Until the database answers, `/readyz` is 503.
    ///
    /// # Errors
    /// The database cannot be used, the socket fails, a worker fell, or the log is in another epoch now.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BuildError> {
        self.front.run(self.blueprint.build(), Router::new(), stop).await
    }
}

impl Blueprint {
    /// Opens the database, as soon as it answers, brings its tables up to date, and sets everything up on it.
    pub(super) async fn build(self) -> Result<Built, BuildError> {
        let base = self.ground.migrated().await?;
        let crew = self.plan.crew(&base.log)?;
        let service = Service::new(base.log.clone(), self.keys, self.hasher, settings(&self.config));
        let app = app(&self.config, self.house, &service, crew.activity(), self.draining);
        Ok(Built { service, app, crew, base })
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        product: config.product.clone(),
        reset_needs_second_factor: config.policy.reset_second_factor == ResetSecondFactor::WhenEnrolled,
    }
}

fn app(
    config: &Config,
    house: Arc<House>,
    service: &Service,
    activity: Activity,
    draining: CancellationToken,
) -> App {
    let key = |key: &crate::config::ApiKey| ApiKey {
        name: key.name.clone(),
        token_hash: key.token_hash.to_ascii_lowercase(),
        permissions: key.permissions.clone(),
    };
    App {
        service: service.clone(),
        api_keys: config.api_keys.iter().map(key).collect(),
        proxies: Proxies::new(config.trusted_proxies.clone()).into(),
        public_url: config.base_url().into(),
        activity,
        house,
        draining,
    }
}
