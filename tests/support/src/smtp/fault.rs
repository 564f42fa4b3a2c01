//! What the server is told to do wrong, and where.

use std::{collections::VecDeque, sync::Mutex};

use tokio::sync::watch;

/// Where in the conversation the server asks its [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// A connection came in; nothing is written yet.
    Connect,
    /// EHLO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// After the 354: the body is still to be read.
    Body,
    /// The final dot was read; nothing is decided yet.
    Dot,
    /// RSET.
    Reset,
}

impl Phase {
    /// Its name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Hello => "hello",
            Self::StartTls => "starttls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Body => "body",
            Self::Dot => "dot",
            Self::Reset => "reset",
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing.
    None,
    /// This text instead of the right reply. Sent as it is, with a line end added.
    Reply(String),
    /// This text, then the connection is closed.
    ReplyAndDrop(String),
    /// The connection is closed without a word.
    Drop,
    /// Silence until the client hangs up.
    Silence,
    /// At the dot: the mail is accepted and in the ledger, then the connection is closed before the 250.
    AcceptAndDrop,
    /// At the dot: the mail is accepted and in the ledger, and this text goes out instead of the 250.
    AcceptAndReply(String),
    /// Everything as it should be, but only once the latch is opened.
    Hold(Latch),
}

impl Fault {
    /// A wrong reply.
    pub fn reply(text: &str) -> Self {
        Self::Reply(text.to_owned())
    }
}

/// Holds back a server until it is opened, and tells when somebody came to wait.
#[derive(Debug, Clone)]
pub struct Latch {
    open: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
}

impl Default for Latch {
    fn default() -> Self {
        Self { open: watch::Sender::new(false), waiting: watch::Sender::new(0) }
    }
}

impl Latch {
    /// A closed latch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Returns once `count` connections have come to the latch.
    pub async fn wait_for(&self, count: usize) {
        let _ = self.waiting.subscribe().wait_for(|waiting| *waiting >= count).await;
    }

    /// Comes to the latch and waits.
    pub async fn pass(&self) {
        self.waiting.send_modify(|waiting| *waiting += 1);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

/// What a plan may decide by.
#[derive(Debug, Clone)]
pub struct Session {
    /// Which connection this is, from 1.
    pub connection: usize,
    /// How many mails this connection has begun.
    pub mails: usize,
    /// Where it is.
    pub phase: Phase,
    /// The recipient, once named.
    pub to: Option<String>,
    /// The Message-ID, once the body is read.
    pub message_id: Option<String>,
}

/// Decides what goes wrong.
pub struct Plan(Box<dyn Fn(&Session) -> Fault + Send + Sync>);

impl Plan {
    /// Asks `decide` at each phase.
    pub fn from_fn(decide: impl Fn(&Session) -> Fault + Send + Sync + 'static) -> Self {
        Self(Box::new(decide))
    }

    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::from_fn(|_| Fault::None)
    }

    /// Each fault once, in this order: the first is used up when its phase is reached, then the second waits for its.
    pub fn script(steps: impl IntoIterator<Item = (Phase, Fault)>) -> Self {
        let steps = Mutex::new(steps.into_iter().collect::<VecDeque<_>>());
        Self::from_fn(move |session| {
            let mut steps = steps.lock().expect("no test panics in a plan");
            let due = steps.front().is_some_and(|(phase, _)| *phase == session.phase);
            steps.pop_front_if(|_| due).map_or(Fault::None, |(_, fault)| fault)
        })
    }

    pub(super) fn ask(&self, session: &Session) -> Fault {
        (self.0)(session)
    }
}
