//! What goes wrong, drawn from a seed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rekey_events::env::{ManualEnv, random};
use rekey_test_support::process::Signal;
use rekey_test_support::smtp::Plan;

use super::journal::{Journal, Reach, now};
use super::town::{Killed, Town};
use super::weather::Weather;
use super::wrong::{self, Given};

/// Longer than a lease, so that who stood still is fenced out.
const STANDSTILL: Duration = Duration::from_secs(15);
/// Where the mailers' clock may be, in hours.
const ASTRAY: [i64; 3] = [-2, 0, 2];

/// Draws faults, and notes them.
pub struct Faults {
    dice: ManualEnv,
    begun: Instant,
    journal: Journal,
    given: Given,
    /// Mailers that stand still, and until when.
    still: Vec<(usize, Span)>,
    /// What is broken, and until when.
    broken: BTreeMap<Broken, Span>,
    /// Where the mailers' clock is, in hours.
    hours: i64,
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
        let (journal, given, broken) = Default::default();
        Self { dice, begun: Instant::now(), journal, given, still: Vec::new(), broken, hours: 0 }
    }

    /// One more fault, at a moment that may be any; in a calm, all are mended.
    pub async fn next(&mut self, town: &mut Town) {
        tokio::time::sleep(Duration::from_millis(self.draw(100..900))).await;
        let weather = Weather::at(self.begun.elapsed());
        if weather == Weather::Calm {
            return self.mend_all(town).await;
        }
        self.mend(town, Instant::now()).await;
        let kinds = if weather == Weather::Storm { 25 } else { 17 };
        match self.draw(0..kinds) {
            0..8 => self.kill_worker(town).await,
            8 | 9 => self.kill_server(town).await,
            10 | 11 => self.stand_still(town).await,
            12 | 13 => self.stop_nats(town).await,
            14 | 15 => self.delete_stream(town).await,
            16 => self.jump_clock(town),
            17..20 => self.spoil_mail_server(town),
            20 => self.close_door(town).await,
            21 | 22 => self.cut_line(town),
            _ => self.kill_database(town).await,
        }
    }

    /// Everything is as it should be again; what was done, and which wrong answers were given.
    pub async fn are_over(mut self, town: &mut Town) -> (Journal, Given) {
        self.mend_all(town).await;
        town.heal();
        (self.journal, self.given)
    }

    async fn mend_all(&mut self, town: &mut Town) {
        self.mend(town, Instant::now() + Duration::from_secs(3600)).await;
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
        let span = self.draw(0..12_000);
        let wiped = self.draw(0..2) != 0;
        if wiped {
            town.nats.wipe();
        }
        let what = if wiped { "NATS wiped" } else { "NATS killed" };
        self.breaks(Broken::Nats, what, Reach::Hints, from, span);
    }

    /// While everybody is at it.
    async fn delete_stream(&mut self, town: &mut Town) {
        if self.broken.contains_key(&Broken::Nats) {
            return self.kill_worker(town).await;
        }
        let from = now();
        // It may not be there yet.
        if matches!(town.nats.client().await.delete_streams().await, Ok(1..)) {
            self.is_over("stream deleted", Reach::Hints, from);
        }
    }

    /// Of the mailers that go by it: always to somewhere else.
    fn jump_clock(&mut self, town: &Town) {
        let (from, which) = (now(), self.draw(0..2) as usize);
        self.hours = ASTRAY.into_iter().filter(|hours| *hours != self.hours).nth(which).unwrap();
        town.clock.jump(self.hours);
        self.is_over("mailers' clock jumped", Reach::Elsewhere, from);
    }

    fn spoil_mail_server(&mut self, town: &Town) {
        let (dice, from) = (ManualEnv::new(Default::default(), self.draw(0..u64::MAX)), now());
        town.sink.set_plan(wrong::answers(dice, &self.given));
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
