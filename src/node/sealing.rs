//! A sealer, as configured.

use rekey_events::store::Log;
use rekey_workers::Sealer;
use rekey_workers::sealer::Letters;
use rekey_workers::smtp::Pool;

use super::BuildError;
use super::mailing::dkim;
use crate::config::{Config, Seal};

/// A sealer of `log`, and those whom it tells.
pub(super) fn sealer(config: &Config, seal: &Seal, log: &Log) -> Result<Sealer, BuildError> {
    let mut sealer = Sealer::new(log.clone(), seal.key()?, &seal.folder, seal.every());
    for (url, key) in seal.witnesses()? {
        sealer = sealer.with_witness(url, key)?;
    }
    if let Some(url) = seal.webhook()? {
        sealer = sealer.with_webhook(url)?;
    }
    match seal.mail()? {
        to if to.is_empty() => Ok(sealer),
        to => Ok(sealer.with_mail(to, seal.mail_every(), letters(config)?)),
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
