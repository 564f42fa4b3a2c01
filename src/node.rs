//! A node: everything one process does, built first and then run.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use rekey_events::Env;
use rekey_events::store::{Log, Store, Writer};
use rekey_workers::mailer::{Letterhead, Outlet};
use rekey_workers::message::{Brand, Dkim, DkimError};
use rekey_workers::smtp::Pool;
use rekey_workers::{Issuer, Mailer, Sweeper};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, ConfigError};
use crate::credential::Hasher;
use crate::http::{self, ApiKey, App};
use crate::keys::Keys;
use crate::service::{Service, Settings};

/// Mails a node works on at a time.
const MAILS_AT_ONCE: usize = 16;

/// Why a node was not built. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Store(#[from] rekey_events::store::StoreError),
    /// The mail server's configuration.
    #[error("mail: {0}")]
    Mail(#[from] rekey_workers::smtp::ConfigError),
    /// The DKIM key.
    #[error("mail.dkim: {0}")]
    Dkim(#[from] DkimError),
    /// The password hash.
    #[error("the password hash cannot be set up: {0}")]
    Hash(argon2::Error),
    /// A file.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// Another process has the embedded database.
    #[error("another rekey process uses this database ({0} is locked): stop it first")]
    Held(String),
    /// The address to listen at.
    #[error("cannot listen at {0}: {1}. Choose another by `listen`, or --listen.")]
    Listen(SocketAddr, std::io::Error),
}

/// Where a node's mails go.
#[derive(Clone, Debug)]
pub enum MailTo {
    /// To the configured server.
    Server,
    /// Into a folder.
    Folder(PathBuf),
}

/// Everything one process does.
pub struct Node {
    /// What the service does.
    pub service: Service,
    writer: tokio::task::JoinHandle<()>,
    app: App,
    issuer: Issuer,
    mailer: Mailer,
    sweeper: Sweeper,
    listener: TcpListener,
    more: Router,
    held: Option<File>,
}

impl Node {
    /// Opens the database, brings its tables up to date, and sets everything
    /// up. Only the writer runs already; nothing is asked of it yet.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(
        config: &Config,
        keys: Keys,
        mail_to: MailTo,
        env: Arc<dyn Env>,
    ) -> Result<Self, BuildError> {
        let url = config.database.url()?;
        let held = hold(&url)?;
        let store = Store::open(&url).await?;
        store.migrate(env.uuid()).await?;
        let (log, writer) = Log::open(store, env.clone()).await?;
        let hasher = Hasher::new(&*env, config.policy.hashes_at_once).map_err(BuildError::Hash)?;
        let settings = Settings {
            product: config.product.clone(),
            reset_needs_second_factor: config.policy.reset_second_factor
                == crate::config::ResetSecondFactor::WhenEnrolled,
        };
        let mailer = mailer(config, &keys, mail_to, &log).await?;
        let service = Service::new(log.clone(), keys, hasher, settings);
        let listener = TcpListener::bind(config.listen).await;
        Ok(Self {
            app: app(config, &service),
            issuer: Issuer::new(log.clone(), config.policy.requests_per_source),
            sweeper: Sweeper::new(log, config.policy.keep_sources()),
            mailer,
            service,
            writer: tokio::spawn(Writer::run(writer)),
            listener: listener.map_err(|error| BuildError::Listen(config.listen, error))?,
            more: Router::new(),
            held,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The same, with more pages.
    #[must_use]
    pub fn with_pages(mut self, pages: Router) -> Self {
        self.more = self.more.merge(pages);
        self
    }

    /// Runs until `stop`; then finishes what is in hand.
    ///
    /// # Errors
    /// The socket fails.
    pub async fn run(self, stop: CancellationToken) -> std::io::Result<()> {
        let store = self.service.store().clone();
        let mut workers = JoinSet::new();
        workers.spawn(self.issuer.run(stop.clone()));
        workers.spawn(self.mailer.run(stop.clone()));
        workers.spawn(self.sweeper.run(stop.clone()));
        let pages =
            http::router(self.app).merge(self.more).into_make_service_with_connect_info::<SocketAddr>();
        let supervised = tokio::spawn(supervise(workers, stop.clone()));
        let served = axum::serve(self.listener, pages).with_graceful_shutdown(stop.cancelled_owned()).await;
        let fell = supervised.await.unwrap_or(true);
        // With the last handle on the log gone, the writer ends.
        drop(self.service);
        if self.writer.await.is_err() {
            tracing::error!("the writer ended by a panic");
        }
        store.close().await;
        drop(self.held);
        if fell {
            Err(std::io::Error::other("a worker ended by a fault; the process stops with it"))
        } else {
            served
        }
    }
}

/// Waits for the workers to end. One that ends by a panic stops the node: a
/// process that goes on without its mailer would look well. Whether one did.
async fn supervise(mut workers: JoinSet<()>, stop: CancellationToken) -> bool {
    let mut fell = false;
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a worker fell");
            fell = true;
            stop.cancel();
        }
    }
    fell
}

/// Holds the embedded database for this process: a second one would take the
/// first one's claims on mails for those of an earlier run.
fn hold(url: &str) -> Result<Option<File>, BuildError> {
    let Some(path) = url.strip_prefix("sqlite:") else { return Ok(None) };
    let path = format!("{path}.lock");
    let named = |error| BuildError::File(path.clone(), error);
    let file = File::options().append(true).create(true).open(&path).map_err(named)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(BuildError::Held(path)),
        Err(TryLockError::Error(error)) => Err(named(error)),
    }
}

fn app(config: &Config, service: &Service) -> App {
    let key = |key: &crate::config::ApiKey| ApiKey {
        name: key.name.clone(),
        token_hash: key.token_hash.to_ascii_lowercase(),
        permissions: key.permissions.clone(),
    };
    App {
        service: service.clone(),
        api_keys: config.api_keys.iter().map(key).collect(),
        trusted_proxies: config.trusted_proxies.clone().into(),
        public_url: config.base_url().into(),
    }
}

async fn mailer(config: &Config, keys: &Keys, mail_to: MailTo, log: &Log) -> Result<Mailer, BuildError> {
    let outlet = match mail_to {
        MailTo::Server => Outlet::Smtp(Pool::new(config.mail.provider()?)?),
        MailTo::Folder(folder) => Outlet::Folder(folder),
    };
    let letterhead = Letterhead {
        public_url: config.base_url(),
        from: config.mail.sender()?,
        brand: Brand { product_name: config.product.clone(), contact: config.contact.clone() },
        links: keys.links().clone(),
        message_id: keys.message_id(),
        dkim: dkim(config).await?,
    };
    Ok(Mailer::new(log.clone(), letterhead, outlet, MAILS_AT_ONCE))
}

async fn dkim(config: &Config) -> Result<Option<Dkim>, BuildError> {
    let Some(dkim) = &config.mail.dkim else { return Ok(None) };
    let pem = tokio::fs::read(&dkim.key_file).await;
    let pem = pem.map_err(|error| BuildError::File(dkim.key_file.display().to_string(), error))?;
    Ok(Some(Dkim::from_pem(&dkim.domain, &dkim.selector, &pem)?))
}
