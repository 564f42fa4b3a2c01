//! The work of one process, as configured. What is wrong with that is found here, before any database is asked.

use rekey_events::store::Log;
use rekey_workers::mailer::{Letterhead, Sending};
use rekey_workers::{BusLine, Issuer, Mailer, Relay, Sweeper};

use super::crew::Crew;
use super::sealing::Sealing;
use super::{BuildError, Mailing, Role};
use crate::config::{Config, Policy};

/// What workers need beside the log.
pub(super) struct Plan {
    roles: Vec<Role>,
    policy: Policy,
    bus: Option<BusLine>,
    mailer: Option<(Letterhead, Sending)>,
    sealing: Option<Sealing>,
}

impl Plan {
    /// The work of these roles; a mailer needs what is in `mailing`.
    ///
    /// # Errors
    /// The configuration is of no use.
    pub(super) async fn read(
        config: &Config,
        roles: Vec<Role>,
        mailing: Option<&Mailing>,
    ) -> Result<Self, BuildError> {
        let mailing = mailing.filter(|_| roles.contains(&Role::Mailer));
        let needs_bus = roles.contains(&Role::Relay) || mailing.is_some();
        let mailer = mailing.map(|mailing| mailing.read(config)).transpose()?;
        let sealed = config.seal.as_ref().filter(|_| roles.contains(&Role::Sealer));
        let sealing = sealed.map(|seal| Sealing::read(config, seal)).transpose()?;
        let bus = if needs_bus { bus(config).await? } else { None };
        Ok(Self { roles, policy: config.policy.clone(), bus, mailer, sealing })
    }

    /// The workers on `log`.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(super) fn crew(self, log: &Log) -> Result<Crew, BuildError> {
        let does = |role| self.roles.contains(&role);
        let bus = self.bus.map(|line| line.of_log(log.id()));
        let relays = bus.clone().filter(|_| does(Role::Relay));
        let mailer = self.mailer.map(|(letterhead, sending)| Mailer::new(log.clone(), letterhead, sending));
        Ok(Crew {
            log: log.clone(),
            issuer: does(Role::Issuer).then(|| Issuer::new(log.clone(), self.policy.requests_per_source)),
            relay: relays.map(|bus| Relay::new(log.clone(), bus)),
            mailer: match bus {
                Some(bus) => mailer.map(|mailer| mailer.with_bus(bus)),
                None => mailer,
            },
            sweeper: does(Role::Sweeper).then(|| Sweeper::new(log.clone(), self.policy.keep_sources())),
            sealer: self.sealing.map(|sealing| sealing.sealer(log)).transpose()?,
        })
    }
}

/// The bus, where there is one, and a database that several processes share.
async fn bus(config: &Config) -> Result<Option<BusLine>, BuildError> {
    match &config.nats {
        Some(nats) if config.has_bus()? => Ok(Some(BusLine::connect(&nats.bus()?).await?)),
        _ => Ok(None),
    }
}
