//! The server as tests see it.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, atomic::Ordering},
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{
    fault::{Fault, Phase, Plan},
    ledger::{Accepted, Attempt, Ledger},
    server::{Server, Settings, accept_all},
    tls::{self, Encryption, Identity},
};

/// What the server shall offer.
pub struct Builder {
    settings: Settings,
    ledger_path: Option<PathBuf>,
    keep_bytes: bool,
    plan: Plan,
    identity: Identity,
}

impl Builder {
    /// Asks for AUTH, by PLAIN or LOGIN.
    pub fn credentials(mut self, user: &str, password: &str) -> Self {
        self.settings.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// The mechanisms named in EHLO.
    pub fn mechanisms(mut self, names: &str) -> Self {
        names.clone_into(&mut self.settings.mechanisms);
        self
    }

    /// Offers encryption, with a certificate made for the occasion.
    pub fn encryption(mut self, encryption: Encryption) -> Self {
        self.settings.encryption = encryption;
        self
    }

    /// What its certificate says.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Offers PIPELINING (RFC 2920), and insists on it: what `MAIL` is told waits for the line after it.
    pub fn pipelining(mut self) -> Self {
        self.settings.pipelining = true;
        self
    }

    /// Asks for a mail (354) whose recipient it has refused, as RFC 2920 (section 3.1) lets it.
    pub fn mails_to_nobody(mut self) -> Self {
        self.settings.mails_to_nobody = true;
        self
    }

    /// Offers SMTPUTF8.
    pub fn smtputf8(mut self) -> Self {
        self.settings.smtputf8 = true;
        self
    }

    /// Ends its lines in a bare LF, as some old servers do.
    pub fn bare_lf(mut self) -> Self {
        self.settings.bare_lf = true;
        self
    }

    /// Also writes the ledger to this file, synced before each reply.
    pub fn ledger(mut self, path: impl Into<PathBuf>) -> Self {
        self.ledger_path = Some(path.into());
        self
    }

    /// Forgets the bytes of accepted mails, for long runs.
    pub fn forget_bytes(mut self) -> Self {
        self.keep_bytes = false;
        self
    }

    /// What goes wrong from the start.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port, no certificate or no ledger file to be had.
    pub async fn start(self) -> io::Result<SmtpSink> {
        let tls = match self.settings.encryption {
            Encryption::None => None,
            _ => Some(tls::acceptor(self.identity)?),
        };
        let (acceptor, certificate) = tls.unzip();
        let server = Arc::new(Server {
            settings: self.settings,
            acceptor,
            ledger: Ledger::new(self.ledger_path.as_deref(), self.keep_bytes)?,
            plan: Mutex::new(Arc::new(self.plan)),
            connections: Default::default(),
            open: watch::Sender::new((0, 0)),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let door = Some(tokio::spawn(accept_all(Arc::clone(&server), listener)));
        Ok(SmtpSink { server, address, certificate, door })
    }
}

/// A running server; dropping it ends it and its connections.
pub struct SmtpSink {
    server: Arc<Server>,
    address: SocketAddr,
    certificate: Option<String>,
    door: Option<JoinHandle<()>>,
}

impl SmtpSink {
    /// A server to be set up.
    pub fn builder() -> Builder {
        let settings = Settings {
            encryption: Encryption::None,
            credentials: None,
            mechanisms: "PLAIN LOGIN".to_owned(),
            pipelining: false,
            mails_to_nobody: false,
            smtputf8: false,
            bare_lf: false,
        };
        Builder {
            settings,
            ledger_path: None,
            keep_bytes: true,
            plan: Plan::none(),
            identity: Identity::Right,
        }
    }

    /// A plain server without faults.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate to trust, in PEM, if it encrypts.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// From now on, this goes wrong.
    pub fn set_plan(&self, plan: Plan) {
        *self.server.plan.lock().expect("nothing panics while it holds the plan") = Arc::new(plan);
    }

    /// From now on, these faults happen once each, in this order.
    pub fn script(&self, steps: impl IntoIterator<Item = (Phase, Fault)>) {
        self.set_plan(Plan::script(steps));
    }

    /// Every mail that the server decided about, in order.
    pub fn ledger(&self) -> Vec<Attempt> {
        self.server.ledger.attempts()
    }

    /// Every mail with a 250, in order.
    pub fn accepted(&self) -> Vec<Accepted> {
        self.server.ledger.accepted()
    }

    /// How many mails have a 250, without copying them.
    pub fn accepted_count(&self) -> usize {
        *self.server.ledger.count().borrow()
    }

    /// Returns once `count` mails have been accepted since the start.
    pub async fn wait_for(&self, count: usize) {
        let _ = self.server.ledger.count().subscribe().wait_for(|accepted| *accepted >= count).await;
    }

    /// How many connections came in since the start.
    pub fn connections(&self) -> usize {
        self.server.connections.load(Ordering::SeqCst)
    }

    /// How many connections were open at once at most.
    pub fn most_connections(&self) -> usize {
        self.server.open.borrow().1
    }

    /// Returns once exactly `count` connections are open.
    pub async fn wait_for_open(&self, count: usize) {
        let _ = self.server.open.subscribe().wait_for(|(now, _)| *now == count).await;
    }

    /// Closes the door and every connection: who connects now is refused.
    pub async fn refuse(&mut self) {
        if let Some(door) = self.door.take() {
            door.abort();
            let _ = door.await;
        }
    }

    /// Opens the door again, on the same port.
    ///
    /// # Errors
    /// When somebody else has taken the port.
    pub async fn resume(&mut self) -> io::Result<()> {
        if self.door.is_none() {
            let listener = TcpListener::bind(self.address).await?;
            self.door = Some(tokio::spawn(accept_all(Arc::clone(&self.server), listener)));
        }
        Ok(())
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        if let Some(door) = &self.door {
            door.abort();
        }
    }
}
