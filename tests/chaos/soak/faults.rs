//! What goes wrong, drawn from a seed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rekey_events::env::{ManualEnv, random};
use rekey_test_support::process::Signal;
use rekey_test_support::smtp::{Fault, Phase, Plan};

use super::journal::{Journal, Reach, now};
use super::town::{Killed, Town};

/// Longer than a lease, so that who stood still is fenced out.
const STANDSTILL: Duration = Duration::from_secs(15);

/// Draws faults, and notes them.
pub struct Faults {
    dice: ManualEnv,
    journal: Journal,
    /// Mailers that stand still, and until when.
    still: Vec<(usize, Span)>,
    /// What is broken, and until when.
    broken: BTreeMap<Broken, Span>,
}

/// Until when, and where in the journal.
struct Span {
    until: Instant,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Broken {
    Nats,
    MailServer,
    Door,
    Line,
}

impl Faults {
    pub fn new(dice: ManualEnv) -> Self {
        Self { dice, journal: Journal::default(), still: Vec::new(), broken: BTreeMap::new() }
    }

    /// One more fault, at a moment that may be any.
    pub async fn next(&mut self, town: &mut Town) {
        tokio::time::sleep(Duration::from_millis(self.draw(100..900))).await;
        self.mend(town, Instant::now()).await;
        match self.draw(0..20) {
            0..8 => self.kill_worker(town).await,
            8 | 9 => self.kill_server(town).await,
            10 | 11 => self.stand_still(town).await,
            12 | 13 => self.stop_nats(town).await,
            14 | 15 => self.spoil_mail_server(town),
            16 => self.close_door(town).await,
            17 | 18 => self.cut_line(town),
            _ => self.kill_database(town).await,
        }
    }

    /// Everything is as it should be again; what was done.
    pub async fn are_over(mut self, town: &mut Town) -> Journal {
        self.mend(town, Instant::now() + Duration::from_secs(3600)).await;
        town.heal();
        self.journal
    }

    async fn kill_worker(&mut self, town: &mut Town) {
        let from = now();
        let Killed { role, name } = town.kill_worker(self.draw(0..1000) as usize).await;
        let (what, reach) = match role {
            "mailer" => ("mailer killed", Reach::Killed(name)),
            "relay" => ("relay killed", Reach::Elsewhere),
            "issuer" => ("issuer killed", Reach::Elsewhere),
            _ => ("sweeper killed", Reach::Elsewhere),
        };
        self.is_over(what, reach, from);
    }

    async fn kill_server(&mut self, town: &mut Town) {
        let from = now();
        town.kill_server(self.draw(0..2) as usize).await;
        self.is_over("server killed", Reach::Elsewhere, from);
    }

    async fn stand_still(&mut self, town: &mut Town) {
        let (which, from) = (self.draw(0..10) as usize, now());
        if self.still.iter().any(|(already, _)| *already == which) {
            return self.kill_worker(town).await;
        }
        let name = town.signal_mailer(which, Signal::STOP);
        let at = self.journal.begins("mailer stopped and continued", Reach::Stopped(name), from);
        self.still.push((which, Span { until: Instant::now() + STANDSTILL, at }));
    }

    /// Killed; half of the time its store is wiped.
    async fn stop_nats(&mut self, town: &mut Town) {
        if self.broken.contains_key(&Broken::Nats) {
            // It is away already.
            return self.kill_worker(town).await;
        }
        let from = now();
        town.nats.kill().await;
        let span = self.draw(0..6000);
        let wiped = self.draw(0..2) != 0;
        if wiped {
            town.nats.wipe();
        }
        let what = if wiped { "NATS wiped" } else { "NATS killed" };
        self.breaks(Broken::Nats, what, Reach::Elsewhere, from, span);
    }

    /// For a while, one mail in three fails somewhere, or is taken without a word.
    fn spoil_mail_server(&mut self, town: &Town) {
        let (dice, from) = (Mutex::new(ManualEnv::new(Default::default(), self.draw(0..u64::MAX))), now());
        town.sink.set_plan(Plan::from_fn(move |session| spoil(&dice.lock().unwrap(), session.phase)));
        let span = self.draw(500..4000);
        self.breaks(Broken::MailServer, "mail server answering wrongly", Reach::MailServer, from, span);
    }

    async fn close_door(&mut self, town: &mut Town) {
        let from = now();
        town.sink.refuse().await;
        let span = self.draw(200..5000);
        // Who waited for a reply does not get it.
        self.breaks(Broken::Door, "mail server away", Reach::Line, from, span);
    }

    fn cut_line(&mut self, town: &Town) {
        let from = now();
        if self.draw(0..2) == 0 {
            town.line.hold();
            let span = self.draw(200..3000);
            return self.breaks(Broken::Line, "mail line half open", Reach::Line, from, span);
        }
        town.line.cut();
        self.is_over("mail lines cut", Reach::Line, from);
    }

    async fn kill_database(&mut self, town: &mut Town) {
        let from = now();
        town.postgres.kill().await;
        town.postgres.start_again().await;
        self.is_over("database killed", Reach::Database, from);
    }

    /// A fault that is mended after so many milliseconds. What is broken already stays so for as long as drawn last.
    fn breaks(&mut self, broken: Broken, what: &'static str, reach: Reach, from: i64, millis: u64) {
        let at = self.journal.begins(what, reach, from);
        let span = Span { until: Instant::now() + Duration::from_millis(millis), at };
        if let Some(before) = self.broken.insert(broken, span) {
            self.journal.ends(before.at);
        }
    }

    /// A fault that is over.
    fn is_over(&mut self, what: &'static str, reach: Reach, from: i64) {
        let at = self.journal.begins(what, reach, from);
        self.journal.ends(at);
    }

    /// Mends what has been broken until `now`.
    async fn mend(&mut self, town: &mut Town, now: Instant) {
        let is_over = |_: &Broken, span: &mut Span| span.until <= now;
        for (broken, span) in self.broken.extract_if(.., is_over).collect::<Vec<_>>() {
            match broken {
                Broken::Nats => town.nats.start_again().await,
                Broken::MailServer => town.sink.set_plan(Plan::none()),
                Broken::Door => town.sink.resume().await.unwrap(),
                Broken::Line => {
                    town.line.release();
                    town.line.cut();
                }
            }
            self.journal.ends(span.at);
        }
        for (which, span) in self.still.extract_if(.., |(_, span)| span.until <= now) {
            town.signal_mailer(which, Signal::CONT);
            self.journal.ends(span.at);
        }
    }

    fn draw(&self, range: std::ops::Range<u64>) -> u64 {
        let number = u64::from_be_bytes(random(&self.dice));
        range.start + number % (range.end - range.start)
    }
}

fn spoil(dice: &ManualEnv, phase: Phase) -> Fault {
    let [number] = random(dice);
    match (phase, number % 30) {
        (Phase::Mail | Phase::Rcpt | Phase::Data | Phase::Dot, 0) => {
            Fault::reply("450 4.2.0 greylisted, try again in 1 second")
        }
        (Phase::Hello | Phase::Mail | Phase::Dot, 1) => {
            Fault::ReplyAndDrop("421 4.3.2 going down".to_owned())
        }
        (Phase::Rcpt, 2) => Fault::reply("452 4.5.3 too many"),
        (_, 3) => Fault::Drop,
        (Phase::Dot, 4 | 5) => Fault::AcceptAndDrop,
        _ => Fault::None,
    }
}
