//! A mailer, as configured.

use std::path::PathBuf;

use rekey_events::store::Log;
use rekey_workers::mailer::{Letterhead, Outlet, Sending};
use rekey_workers::message::{Brand, Dkim};
use rekey_workers::smtp::Pool;
use rekey_workers::{Bus, Mailer};

use super::BuildError;
use crate::config::Config;
use crate::keys::Keys;

/// Mails a process works on at a time, unless told otherwise.
pub const MAILS_AT_ONCE: usize = 16;

/// Where mails go.
#[derive(Clone, Debug)]
pub enum MailTo {
    /// To the configured servers.
    Server,
    /// Into a folder.
    Folder(PathBuf),
}

/// What a mailer needs beside the configuration.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// The keys of links and Message-IDs.
    pub keys: Keys,
    /// Where mails go.
    pub to: MailTo,
    /// Mails at a time.
    pub concurrency: usize,
}

impl Mailing {
    /// A mailer on `log`, told by `bus` what is due where there is one.
    pub(super) async fn mailer(
        &self,
        config: &Config,
        log: &Log,
        bus: Option<Bus>,
    ) -> Result<Mailer, BuildError> {
        let letterhead = Letterhead {
            public_url: config.base_url(),
            from: config.mail.sender()?,
            brand: brand(config),
            language: config.language,
            links: self.keys.links().clone(),
            message_id: self.keys.message_id(),
            dkim: dkim(config).await?,
        };
        let sending = Sending {
            outlets: self.outlets(config)?,
            concurrency: self.concurrency,
            suppress_for: config.mail.suppress_for(),
        };
        let mailer = Mailer::new(log.clone(), letterhead, sending);
        Ok(match bus {
            Some(bus) => mailer.with_bus(bus),
            None => mailer,
        })
    }

    fn outlets(&self, config: &Config) -> Result<Vec<Outlet>, BuildError> {
        match &self.to {
            MailTo::Server => config
                .mail
                .servers()?
                .into_iter()
                .map(|server| Ok(Outlet::Smtp(Pool::new(server)?)))
                .collect(),
            MailTo::Folder(folder) => Ok(vec![Outlet::Folder(folder.clone())]),
        }
    }
}

fn accent(config: &Config) -> Option<String> {
    config.brand.accent.map(|colour| colour.to_string())
}

fn brand(config: &Config) -> Brand {
    Brand { product_name: config.product.clone(), contact: config.contact.clone(), accent: accent(config) }
}

pub(super) async fn dkim(config: &Config) -> Result<Option<Dkim>, BuildError> {
    let Some(dkim) = &config.mail.dkim else { return Ok(None) };
    let pem = tokio::fs::read(&dkim.key_file).await;
    let pem = pem.map_err(|error| BuildError::File(dkim.key_file.display().to_string(), error))?;
    Ok(Some(Dkim::from_pem(&dkim.domain, &dkim.selector, &pem)?))
}
