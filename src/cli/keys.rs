//! `rekey keys`: making keys.

pub(crate) mod seal;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use rekey_events::Env;
use rekey_events::env::random;

use crate::service::sessions::token_hash;

/// Making keys.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make the service's key file. Keep it, and keep it secret: without it no link and no second factor works.
    Generate {
        /// Add a key to the file instead, with the next free id: it is used from then on, and the others go on to
        /// verify and open.
        #[arg(long)]
        append: bool,
        /// The file.
        file: PathBuf,
    },
    /// Make the key that seals the log: prints its public half, for auditors.
    Seal {
        /// What the log is called: where it is, without a scheme, such as `login.example.org/log`.
        #[arg(long, value_parser = name)]
        name: String,
        /// The new file. Keep it where the database's administrators cannot read it.
        file: PathBuf,
    },
    /// Make a key for a program that calls the API: prints it once, with the hash for the configuration.
    ApiKey,
}

impl Keys {
    pub(super) fn run(self, env: &dyn Env) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Generate { append: true, file } => {
                let id = crate::keys::append(env, &file)?;
                println!(
                    "{} has a new key, with the id {id}. Restart every `rekey serve`, then the mailers.",
                    file.display()
                );
            }
            Self::Generate { append: false, file } => {
                crate::keys::Keys::generate(env, false).write(&file)?;
                println!("{} is made, readable by its owner only.", file.display());
            }
            Self::Seal { name, file } => {
                let key = seal::generate(env, &name, &file)?;
                println!("{} is made, readable by its owner only.", file.display());
                println!("Auditors verify with its public half: {key}");
            }
            Self::ApiKey => {
                let key = api_key(env);
                println!("key, for the program:            {key}");
                println!("token_hash, for [[api_keys]]:    {}", token_hash(&key));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A fresh key for a program.
pub(crate) fn api_key(env: &dyn Env) -> String {
    format!("rkk_{}", hex::encode(random::<32>(env)))
}

/// The name of a log's key: others check that it has no scheme, as <https://c2sp.org/signed-note> advises.
fn name(text: &str) -> Result<String, &'static str> {
    if text.contains("://") {
        Err("leave the scheme out: login.example.org/log")
    } else {
        Ok(text.to_owned())
    }
}
