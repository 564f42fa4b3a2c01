//! One mail over one connection (RFC 5321 section 3.3), and what each reply means for it.

use std::sync::Arc;
use std::time::Instant;

use super::{
    auth::expect,
    connection::{Connection, State},
    gate::{Gate, Verdict},
    outcome::{At, Delivery, Failure, Phase},
    pool::Envelope,
    refusal::Refusal,
    reply::Reply,
};

/// A mail, ready for the wire.
pub(super) struct Mail<'a> {
    pub(super) envelope: &'a Envelope,
    /// With dots doubled.
    pub(super) body: &'a [u8],
}

impl Mail<'_> {
    /// Whether anything in it goes beyond ASCII, which needs SMTPUTF8 (RFC 6531).
    fn needs_utf8(&self) -> bool {
        !(self.envelope.from.is_ascii() && self.envelope.to.is_ascii() && self.body.is_ascii())
    }

    fn mail_line(&self) -> String {
        let parameters = if self.needs_utf8() { " SMTPUTF8 BODY=8BITMIME" } else { "" };
        format!("MAIL FROM:<{}>{parameters}", self.envelope.from.as_str())
    }

    fn rcpt_line(&self) -> String {
        format!("RCPT TO:<{}>", self.envelope.to.as_str())
    }
}

impl Connection {
    /// Delivers one mail. [`Connection::is_reusable`] tells afterwards whether the connection is still good.
    pub(super) async fn deliver(&mut self, mail: &Mail<'_>, gate: &impl Gate) -> Delivery {
        if mail.needs_utf8() && !self.offers("SMTPUTF8") {
            return needs_smtputf8();
        }
        self.state = State::Unknown;
        self.mails += 1;
        match self.transact(mail, gate).await {
            Ok(outcome) | Err(outcome) => outcome,
        }
    }

    /// The steps; an early end is an `Err`.
    async fn transact(&mut self, mail: &Mail<'_>, gate: &impl Gate) -> Result<Delivery, Delivery> {
        let provider = Arc::clone(&self.provider);
        let waits_for = |phase: Phase| gate.waits_for(&provider.config.name, phase.as_str());
        let asked = Instant::now();
        // Asked while the server answers: a round trip less, and nothing of the mail has left us.
        let (invited, wanted) = tokio::join!(self.invite(mail, gate, &waits_for), gate.still_wanted());
        gate.waits_for_nobody();
        if wanted == Verdict::Stop || invited? == Verdict::Stop {
            return Ok(Delivery::Withheld);
        }
        if asked.elapsed() > self.limits().verdict_age && gate.still_wanted().await == Verdict::Stop {
            return Ok(Delivery::Withheld);
        }
        waits_for(Phase::Body);
        self.body(mail.body).await?;
        if gate.before_dot().await == Verdict::Stop {
            // Without its dot the mail is void once the connection is gone (RFC 5321 section 4.1.1.4).
            return Ok(Delivery::Withheld);
        }
        waits_for(Phase::Dot);
        self.dot().await
    }

    /// From whom, to whom, and DATA: by one write where the server takes it (RFC 2920 section 3.1). The gate's word,
    /// once the server wants the mail.
    async fn invite(
        &mut self,
        mail: &Mail<'_>,
        gate: &impl Gate,
        waits_for: &(impl Fn(Phase) + Sync),
    ) -> Result<Verdict, Delivery> {
        let at_once = self.offers("PIPELINING");
        let (from, to) = (mail.mail_line(), mail.rcpt_line());
        let first = if at_once { format!("{from}\r\n{to}\r\nDATA") } else { from };
        waits_for(Phase::Mail);
        // MAIL speaks of us, not of the recipient: whatever goes wrong there is the connection's fault.
        expect(250, self.ask(Phase::Mail, &first).await?).at(Phase::Mail)?;
        waits_for(Phase::Rcpt);
        let recipient = self.next(Phase::Rcpt, &to, at_once).await?;
        if !matches!(recipient.code, 250 | 251) {
            let refused = self.refused(Phase::Rcpt, recipient);
            if at_once {
                self.leave_nobody().await;
            }
            return Err(refused);
        }
        waits_for(Phase::Data);
        let (reply, verdict) = tokio::join!(self.next(Phase::Data, "DATA", at_once), gate.before_body());
        match reply? {
            Reply { code: 354, .. } => Ok(verdict),
            reply => Err(self.refused(Phase::Data, reply)),
        }
    }

    /// The reply to a command, which is sent unless it was before.
    async fn next(&mut self, phase: Phase, line: &str, is_sent: bool) -> Result<Reply, Delivery> {
        if !is_sent {
            return self.ask(phase, line).await;
        }
        let limit = self.limits().command;
        Ok(self.wire().reply(limit).await.at(phase)?)
    }

    /// Reads what is said to a DATA after a recipient that was refused. A server that asks for a mail to nobody gets
    /// none, not even an empty one: only the connection's end is left.
    async fn leave_nobody(&mut self) {
        let data = self.next(Phase::Data, "DATA", true).await;
        if !data.is_ok_and(|reply| matches!(reply.code, 400..=420 | 422..=599)) {
            self.state = State::Unknown;
        }
    }

    async fn body(&mut self, body: &[u8]) -> Result<(), Delivery> {
        let limit = self.limits().body;
        Ok(self.wire().send(body, limit).await.at(Phase::Body)?)
    }

    /// From the first byte of the dot on, only a complete reply tells what happened.
    async fn dot(&mut self) -> Result<Delivery, Delivery> {
        let limit = self.limits().dot;
        self.wire().check_quiet().at(Phase::Body)?;
        let lines = self.wire().exchange(b".\r\n", limit).await;
        let reply = lines.map_err(|reason| Delivery::Ambiguous { reason })?.reply();
        if matches!(reply.code, 250 | 400..=420 | 422..=599) {
            self.state = State::Ready;
        }
        match reply.code {
            200..=299 => Ok(Delivery::Accepted { reply }),
            400..=599 => Err(Delivery::refused(Phase::Dot, reply)),
            _ => Err(Delivery::Ambiguous { reason: Failure::Unexpected(reply) }),
        }
    }

    async fn ask(&mut self, phase: Phase, line: &str) -> Result<Reply, Delivery> {
        let limit = self.limits().command;
        Ok(self.wire().command(line, limit).await.at(phase)?)
    }

    /// A complete reply, but not the wished one, at RCPT or DATA.
    fn refused(&mut self, phase: Phase, reply: Reply) -> Delivery {
        if !(400..=599).contains(&reply.code) {
            return Delivery::ConnectionFailed { phase, reason: Failure::Unexpected(reply) };
        }
        let refused = Delivery::refused(phase, reply);
        // Who refuses the session gets no other mail over it.
        if !matches!(refused, Delivery::ConnectionFailed { .. }) {
            self.state = State::Begun;
        }
        refused
    }
}

fn needs_smtputf8() -> Delivery {
    let text = "the address needs SMTPUTF8, which the server does not offer";
    let (phase, about) = (Phase::Rcpt, Refusal::Message);
    Delivery::Rejected { phase, reply: Reply::local(553, "5.6.7", text), about }
}
