//! One connection, from its first byte to its last.

use std::io;

use sha2::{Digest, Sha256};

use super::{
    auth,
    fault::{Fault, Phase, Session},
    ledger::{Accepted, Attempt, now},
    line::Lines,
    server::Server,
    tls::Encryption,
};

/// The client hung up or was hung up on: the end of a session, but no error.
pub(super) struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

type Step = Result<(), Over>;

pub(super) struct Conversation<'a> {
    server: &'a Server,
    lines: Lines,
    encrypted: bool,
    state: Session,
    client: String,
    from: String,
    body: Option<Vec<u8>>,
    dot: Option<u64>,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(server: &'a Server, connection: usize, lines: Lines, encrypted: bool) -> Self {
        let state = Session { connection, mails: 0, phase: Phase::Connect, to: None, message_id: None };
        let (client, from) = Default::default();
        Self { server, lines, encrypted, state, client, from, body: None, dot: None }
    }

    pub(super) async fn run(mut self) -> Result<(), Over> {
        self.answer(Phase::Connect, "220 sink.test ESMTP").await?;
        loop {
            let line = self.lines.command().await?.ok_or(Over)?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.hello(&line).await?,
                "STARTTLS" => self.start_tls().await?,
                "AUTH" => self.auth(&line).await?,
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => self.reset().await?,
                "NOOP" => self.lines.reply("250 2.0.0 Ok").await?,
                "QUIT" => return Ok(self.lines.reply("221 2.0.0 Bye").await?),
                _ => self.lines.reply("500 5.5.2 Command unknown").await?,
            }
        }
    }

    async fn hello(&mut self, line: &str) -> Step {
        self.client = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let mut reply = "250-sink.test\r\n250-ENHANCEDSTATUSCODES\r\n".to_owned();
        let settings = &self.server.settings;
        if settings.encryption == Encryption::StartTls && !self.encrypted {
            reply.push_str("250-STARTTLS\r\n");
        }
        if settings.credentials.is_some() {
            reply.push_str(&format!("250-AUTH {}\r\n", settings.mechanisms));
        }
        if settings.pipelining {
            reply.push_str("250-PIPELINING\r\n");
        }
        if settings.smtputf8 {
            reply.push_str("250-8BITMIME\r\n250-SMTPUTF8\r\n");
        }
        reply.push_str("250 HELP");
        self.answer(Phase::Hello, &reply).await
    }

    async fn start_tls(&mut self) -> Step {
        self.answer(Phase::StartTls, "220 2.0.0 Go ahead").await?;
        let Some(acceptor) = &self.server.acceptor else {
            return Err(Over);
        };
        let bare_lf = self.server.settings.bare_lf;
        let empty = Lines::new(Box::new(tokio::io::empty()), bare_lf);
        let bare = std::mem::replace(&mut self.lines, empty).into_socket();
        self.lines = Lines::new(Box::new(acceptor.accept(bare).await?), bare_lf);
        self.encrypted = true;
        Ok(())
    }

    async fn auth(&mut self, line: &str) -> Step {
        let Some((user, password)) = &self.server.settings.credentials else {
            return Ok(self.lines.reply("503 5.5.1 No AUTH here").await?);
        };
        let right = match auth::proves(&mut self.lines, line, user, password).await? {
            Some(true) => "235 2.7.0 Authenticated",
            Some(false) => "535 5.7.8 Wrong user or password",
            None => "504 5.5.4 Mechanism unknown",
        };
        self.answer(Phase::Auth, right).await
    }

    async fn mail(&mut self, line: &str) -> Step {
        self.state.mails += 1;
        self.forget();
        self.from = path(line);
        if self.server.settings.pipelining {
            self.lines.more().await?;
        }
        self.answer(Phase::Mail, "250 2.1.0 Ok").await
    }

    async fn rcpt(&mut self, line: &str) -> Step {
        self.state.to = Some(path(line));
        self.answer(Phase::Rcpt, "250 2.1.5 Ok").await
    }

    async fn data(&mut self) -> Step {
        if self.state.to.is_none() {
            return Ok(self.lines.reply("554 5.5.1 No valid recipients").await?);
        }
        if !self.goes_well(Phase::Data).await? {
            return Ok(());
        }
        self.lines.reply("354 End with a dot").await?;
        if !self.goes_well(Phase::Body).await? {
            return Ok(());
        }
        let body = self.lines.message().await?.ok_or(Over)?;
        self.state.message_id = message_id(&body);
        self.body = Some(body);
        self.dot = Some(now());
        self.dot().await
    }

    async fn dot(&mut self) -> Step {
        self.state.phase = Phase::Dot;
        let fault = self.server.plan().ask(&self.state);
        match fault {
            Fault::None => self.accept("250 2.0.0 Taken").await?,
            Fault::Hold(latch) => {
                latch.pass().await;
                self.accept("250 2.0.0 Taken").await?;
            }
            Fault::AcceptAndReply(text) => self.accept(&text).await?,
            Fault::AcceptAndDrop => {
                self.ledger_accept(true).await?;
                return Err(Over);
            }
            other => {
                self.fail(other).await?;
            }
        }
        self.forget();
        Ok(())
    }

    async fn accept(&mut self, reply: &str) -> Step {
        self.ledger_accept(false).await?;
        Ok(self.lines.reply(reply).await?)
    }

    async fn ledger_accept(&mut self, withheld: bool) -> Step {
        let attempt = Attempt { withheld, ..self.attempt(250) };
        let mail = Accepted {
            message_id: self.state.message_id.clone(),
            from: self.from.clone(),
            to: self.state.to.clone().unwrap_or_default(),
            bytes: self.body.take().unwrap_or_default(),
        };
        Ok(self.server.ledger.accept(attempt, mail).await?)
    }

    async fn reset(&mut self) -> Step {
        self.forget();
        self.answer(Phase::Reset, "250 2.0.0 Ok").await
    }

    /// The right reply, or the fault that the plan wants here.
    async fn answer(&mut self, phase: Phase, right: &str) -> Step {
        if self.goes_well(phase).await? {
            self.lines.reply(right).await?;
        }
        Ok(())
    }

    async fn goes_well(&mut self, phase: Phase) -> Result<bool, Over> {
        self.state.phase = phase;
        let fault = self.server.plan().ask(&self.state);
        self.fail(fault).await
    }

    /// Does what is wrong; true if nothing was.
    async fn fail(&mut self, fault: Fault) -> Result<bool, Over> {
        match fault {
            Fault::None => return Ok(true),
            Fault::Hold(latch) => {
                latch.pass().await;
                return Ok(true);
            }
            Fault::Reply(text) | Fault::AcceptAndReply(text) => {
                self.note(code(&text)).await?;
                let is_refused = self.state.phase == Phase::Rcpt && code(&text) >= 400;
                if is_refused && !self.server.settings.mails_to_nobody {
                    self.state.to = None;
                }
                self.lines.reply(&text).await?;
            }
            Fault::ReplyAndDrop(text) => {
                self.note(code(&text)).await?;
                self.lines.reply(&text).await?;
                return Err(Over);
            }
            Fault::Drop | Fault::AcceptAndDrop => {
                self.note(0).await?;
                return Err(Over);
            }
            Fault::Silence => {
                self.lines.hangup().await;
                return Err(Over);
            }
        }
        Ok(false)
    }

    /// A refusal belongs into the ledger if it concerns a mail.
    async fn note(&mut self, code: u16) -> Step {
        let of_a_mail =
            matches!(self.state.phase, Phase::Mail | Phase::Rcpt | Phase::Data | Phase::Body | Phase::Dot);
        if of_a_mail && !(200..400).contains(&code) {
            self.server.ledger.note(self.attempt(code)).await?;
        }
        Ok(())
    }

    fn attempt(&self, code: u16) -> Attempt {
        Attempt {
            message_id: self.state.message_id.clone(),
            to: self.state.to.clone(),
            phase: self.state.phase.as_str().to_owned(),
            code,
            sha256: self.body.as_ref().map(|body| hex::encode(Sha256::digest(body))),
            time: now(),
            client: self.client.clone(),
            dot: self.dot,
            withheld: false,
        }
    }

    fn forget(&mut self) {
        self.state.to = None;
        self.state.message_id = None;
        self.body = None;
        self.dot = None;
    }
}

/// What stands between `<` and `>`.
fn path(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.rsplit_once('>'));
    inside.map_or_else(String::new, |(path, _)| path.to_owned())
}

fn code(reply: &str) -> u16 {
    reply.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

fn message_id(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let head = text.split("\r\n\r\n").next()?;
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
