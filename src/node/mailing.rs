//! A mailer, as configured.

use std::path::PathBuf;

use rekey_workers::mailer::{Letterhead, Outlet, Sending};
use rekey_workers::message::{Brand, Dkim};
use rekey_workers::smtp::Pool;

use super::BuildError;
use crate::config::Config;
use crate::keys::Keys;
use crate::text_file::read_text;

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
    /// What a mailer writes and where it goes, as configured.
    pub(super) fn read(&self, config: &Config) -> Result<(Letterhead, Sending), BuildError> {
        let letterhead = Letterhead {
            public_url: config.base_url(),
            from: config.mail.sender()?,
            brand: brand(config),
            language: config.language,
            links: self.keys.links().clone(),
            message_id: self.keys.message_id(),
            dkim: dkim(config)?,
        };
        let sending = Sending {
            outlets: self.outlets(config)?,
            concurrency: self.concurrency,
            suppress_for: config.mail.suppress_for(),
        };
        Ok((letterhead, sending))
    }

    fn outlets(&self, config: &Config) -> Result<Vec<Outlet>, BuildError> {
        match &self.to {
            MailTo::Server => config
                .mail_servers()?
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

pub(super) fn dkim(config: &Config) -> Result<Option<Dkim>, BuildError> {
    let Some(dkim) = &config.mail.dkim else { return Ok(None) };
    let pem = read_text(&dkim.key_file)
        .map_err(|error| BuildError::File(dkim.key_file.display().to_string(), error))?;
    Ok(Some(Dkim::from_pem(&dkim.domain, &dkim.selector, pem.as_bytes())?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::text_file::tests::as_saved;

    /// Made for this test and used nowhere else.
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----";

    #[test]
    fn a_dkim_key_is_read_however_it_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let (file, key_file) = (folder.path().join("rekey.toml"), folder.path().join("dkim.pem"));
        let text = format!(
            "public_url = \"https://login.example.org\"\nkey_file = \"keys.toml\"\n\
             [database]\nurl = \"sqlite:rekey.db\"\n[mail]\nfrom = \"noreply@example.org\"\nhost = \"smtp.example.org\"\n\
             [mail.dkim]\nselector = \"one\"\ndomain = \"example.org\"\nkey_file = {key_file:?}\n"
        );
        fs::write(&file, text).unwrap();
        let config = Config::load(&file, std::iter::empty()).unwrap();
        for saved in as_saved(KEY).into_iter().chain(as_saved(&KEY.replace('\n', "\r\n"))) {
            fs::write(&key_file, &saved).unwrap();
            assert!(dkim(&config).unwrap().is_some(), "{saved:?}");
        }
    }
}
