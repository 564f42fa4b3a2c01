//! One connection: from the socket to a session that takes mails.

use std::{mem, sync::Arc};

use tokio::time::Instant;

use super::{
    auth::expect,
    config::{Limits, ProviderConfig, Tls},
    gate::Gate,
    outcome::{At, Broken, Failure, Phase},
    reply::Lines,
    tcp,
    tls::Handshake,
    wire::{Wire, within},
};

/// A provider with everything prepared that its connections share.
pub(super) struct Provider {
    pub(super) config: ProviderConfig,
    pub(super) handshake: Option<Handshake>,
}

/// What may be done with a connection next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It takes a MAIL.
    Ready,
    /// It takes a RSET: a transaction was begun and given up.
    Begun,
    /// Nothing: replies may be missing or surplus. Every transaction starts here and must earn its way out, so
    /// that an error, a timeout or a dropped future cannot forget to say so.
    Unknown,
}

/// An open session with the mail server.
pub(super) struct Connection {
    pub(super) provider: Arc<Provider>,
    wire: Wire,
    extensions: Vec<String>,
    opened: Instant,
    pub(super) mails: u32,
    pub(super) state: State,
}

impl Connection {
    /// Connects, greets and authenticates.
    pub(super) async fn open(provider: &Arc<Provider>, gate: &impl Gate) -> Result<Self, Broken> {
        let waits_for = |phase: Phase| gate.waits_for(&provider.config.name, phase.as_str());
        let ProviderConfig { host, port, limits, credentials, .. } = &provider.config;
        waits_for(Phase::Connect);
        let socket = tcp::connect(host, *port, limits.connect).await.at(Phase::Connect)?;
        let mut connection = Self {
            provider: Arc::clone(provider),
            wire: Wire::new(Box::new(socket)),
            extensions: Vec::new(),
            opened: Instant::now(),
            mails: 0,
            state: State::Unknown,
        };
        connection.greet(&waits_for).await?;
        if let Some((user, password)) = credentials {
            waits_for(Phase::Auth);
            connection.authenticate(user, password).await.at(Phase::Auth)?;
        }
        connection.state = State::Ready;
        Ok(connection)
    }

    /// Greeting, EHLO and encryption, in the order that the provider wants.
    async fn greet(&mut self, waits_for: &(impl Fn(Phase) + Sync)) -> Result<(), Broken> {
        let tls = self.provider.config.tls;
        if tls == Tls::Implicit {
            waits_for(Phase::Tls);
            self.encrypt().await.at(Phase::Tls)?;
        }
        waits_for(Phase::Greeting);
        self.greeting().await.at(Phase::Greeting)?;
        waits_for(Phase::Hello);
        self.hello().await.at(Phase::Hello)?;
        if tls == Tls::StartTls {
            waits_for(Phase::Tls);
            self.start_tls().await.at(Phase::Tls)?;
            // What was offered in the clear is forgotten (RFC 3207 section 4.2).
            waits_for(Phase::Hello);
            self.hello().await.at(Phase::Hello)?;
        }
        Ok(())
    }

    async fn greeting(&mut self) -> Result<(), Failure> {
        let limit = self.limits().greeting;
        expect(220, self.wire.reply(limit).await?)
    }

    async fn hello(&mut self) -> Result<(), Failure> {
        let hello = format!("EHLO {}\r\n", self.provider.config.hello_name);
        let limit = self.limits().hello;
        let lines = self.wire.exchange(hello.as_bytes(), limit).await?;
        expect(250, lines.reply())?;
        self.extensions = extensions(&lines);
        Ok(())
    }

    async fn start_tls(&mut self) -> Result<(), Failure> {
        if !self.offers("STARTTLS") {
            return Err(Failure::NoStartTls);
        }
        let limit = self.limits().hello;
        expect(220, self.wire.command("STARTTLS", limit).await?)?;
        self.encrypt().await
    }

    async fn encrypt(&mut self) -> Result<(), Failure> {
        let Some(handshake) = &self.provider.handshake else {
            return Ok(());
        };
        let bare = mem::replace(&mut self.wire, Wire::new(Box::new(tokio::io::empty())));
        let socket = within(self.provider.config.limits.hello, handshake.run(bare.into_socket()?)).await?;
        self.wire = Wire::new(socket);
        Ok(())
    }

    /// Makes sure that a kept connection still takes a mail.
    pub(super) async fn refresh(&mut self) -> Result<(), Failure> {
        let begun = self.state == State::Begun;
        self.state = State::Unknown;
        self.wire.check_quiet()?;
        if begun {
            let limit = self.limits().command;
            expect(250, self.wire.command("RSET", limit).await?)?;
        }
        self.state = State::Ready;
        Ok(())
    }

    /// Whether it may take another mail.
    pub(super) fn is_reusable(&self) -> bool {
        let limits = self.limits();
        self.state != State::Unknown
            && self.mails < limits.mails_per_connection
            && self.opened.elapsed() < limits.connection_age
    }

    /// Ends it; politely, if the server is known to listen.
    pub(super) async fn close(self) {
        if self.state != State::Unknown {
            self.wire.quit().await;
        }
    }

    /// Whether EHLO offered this extension.
    pub(super) fn offers(&self, keyword: &str) -> bool {
        self.extensions.iter().any(|line| line.split_whitespace().next() == Some(keyword))
    }

    /// Whether EHLO offered this mechanism.
    pub(super) fn offers_auth(&self, mechanism: &str) -> bool {
        self.extensions.iter().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some("AUTH") && words.any(|word| word == mechanism)
        })
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.provider.config.limits
    }

    pub(super) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }
}

/// The lines of an EHLO reply after the first, in capitals (keywords know no case, RFC 5321 section 4.1.1.1).
fn extensions(lines: &Lines) -> Vec<String> {
    lines.texts().skip(1).map(str::to_ascii_uppercase).collect()
}
