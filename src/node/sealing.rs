//! A sealer, as configured.

use std::path::PathBuf;
use std::time::Duration;

use rekey_events::seal::{SigningKey, WitnessKey};
use rekey_events::store::Log;
use rekey_workers::Sealer;
use rekey_workers::message::Address;
use rekey_workers::sealer::{Letters, TlsError, Uri};
use rekey_workers::smtp::Pool;

use super::BuildError;
use super::mailing::dkim;
use crate::config::{Config, Seal};

/// What a sealer needs beside the log, and those whom it tells.
pub(super) struct Sealing {
    key: SigningKey,
    folder: PathBuf,
    every: Duration,
    witnesses: Vec<(Uri, WitnessKey)>,
    webhook: Option<Uri>,
    mail: Option<Mail>,
}

struct Mail {
    to: Vec<Address>,
    every: Duration,
    letters: Letters,
}

impl Sealing {
    /// As the configuration has it.
    pub(super) fn read(config: &Config, seal: &Seal) -> Result<Self, BuildError> {
        let mail = match seal.mail()? {
            to if to.is_empty() => None,
            to => Some(Mail { to, every: seal.mail_every(), letters: letters(config)? }),
        };
        Ok(Self {
            key: seal.key()?,
            folder: seal.folder.clone(),
            every: seal.every(),
            witnesses: seal.witnesses()?,
            webhook: seal.webhook()?,
            mail,
        })
    }

    /// A sealer of `log`.
    pub(super) fn sealer(self, log: &Log) -> Result<Sealer, TlsError> {
        let mut sealer = Sealer::new(log.clone(), self.key, &self.folder, self.every);
        for (url, key) in self.witnesses {
            sealer = sealer.with_witness(url, key)?;
        }
        if let Some(url) = self.webhook {
            sealer = sealer.with_webhook(url)?;
        }
        Ok(match self.mail {
            Some(Mail { to, every, letters }) => sealer.with_mail(to, every, letters),
            None => sealer,
        })
    }
}

/// Connections of its own: there are few mails, and a mailer may be another process.
fn letters(config: &Config) -> Result<Letters, BuildError> {
    let servers = config.mail_servers()?.into_iter().map(Pool::new).collect::<Result<_, _>>()?;
    Ok(Letters {
        servers,
        from: config.mail.sender()?,
        product: config.product.clone(),
        language: config.language,
        dkim: dkim(config)?,
    })
}
