//! The command line: one binary, many roles.

pub(crate) mod admin;
mod audit;
mod backup;
mod database;
pub(crate) mod keys;
mod log;
mod logging;
mod mail;
mod progress;
mod say;
mod serve;
mod signals;
mod table;
mod views;
mod work;

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use rekey_events::{Env, ProcessEnv};

use logging::Reader;

/// The configuration file, when none is named.
const FILE: &str = "rekey.toml";

/// A self-hosted, event-sourced password service.
#[derive(Debug, Parser)]
#[command(version, about, after_help = logging::HELP)]
pub struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Try it: everything in one process, demo accounts, mail caught in a local inbox.
    Dev(DevArgs),
    /// Serve the API and do the work, with real configuration.
    Serve(serve::Serve),
    /// Work in the background beside others: any number of processes on one PostgreSQL.
    Work(work::Work),
    /// Bring the database's tables up to this version.
    Migrate(ConfigArgs),
    /// Copy the SQLite database, also while `rekey serve` runs, and verify the copy.
    Backup(backup::Backup),
    /// Keys: of the service, and of programs that call it.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Mails: what became of them, and trying again.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// History: taking it away, and checking that nobody changed it.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// The log itself: what to do after a restore.
    #[command(subcommand)]
    Log(log::Log),
    /// The views: the tables that follow from the log.
    #[command(subcommand)]
    Views(views::Views),
    /// Administrators.
    #[command(subcommand)]
    Admin(admin::Admin),
}

/// How to try it.
#[derive(Debug, Args)]
pub struct DevArgs {
    /// The address to listen at.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The folder for database, keys and mails; kept.
    #[arg(long, default_value = "rekey-data")]
    pub data: PathBuf,
    /// Send mails to this SMTP server instead of the local inbox.
    #[arg(long, value_name = "HOST:PORT")]
    pub smtp: Option<String>,
}

/// Where the configuration is.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The configuration file. Relative paths in it, and in environment variables that override it, begin at its folder.
    #[arg(long, env = "REKEY_CONFIG", default_value = FILE, value_parser = OsStringValueParser::new().map(PathBuf::from))]
    config: PathBuf,
}

impl ConfigArgs {
    /// The file; a variable that is set but empty names none.
    fn file(&self) -> &Path {
        if self.config.as_os_str().is_empty() { Path::new(FILE) } else { &self.config }
    }
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// It cannot be done; the text says why.
    pub async fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let env: Arc<dyn Env> = Arc::new(ProcessEnv::default());
        logging::start(match &self.task {
            Task::Dev(_) => Reader::Developer,
            Task::Serve(_) | Task::Work(_) => Reader::Machine,
            _ => Reader::Operator,
        })?;
        match self.task {
            Task::Dev(args) => crate::dev::run(&args, env).await,
            Task::Serve(args) => serve::run(&args, env).await,
            Task::Work(args) => work::run(args, env).await,
            Task::Mail(mail) => until_signal(mail.run(env)).await,
            Task::Migrate(args) => until_signal(serve::migrate(&args, &*env)).await,
            Task::Backup(backup) => backup.run().await,
            Task::Keys(keys) => keys.run(&*env),
            Task::Audit(audit) => until_signal(audit.run()).await,
            Task::Log(log) => until_signal(log.run()).await,
            Task::Views(views) => until_signal(views.run()).await,
            Task::Admin(admin) => until_signal(admin.run(env)).await,
        }
    }
}

pub(crate) use signals::Signals;
use signals::until_signal;
