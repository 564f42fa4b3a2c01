//! What goes wrong, drawn from a seed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rekey_events::env::{ManualEnv, random};
use rekey_test_support::process::Signal;
use rekey_test_support::smtp::{Fault, Phase, Plan};

use super::town::Town;

/// Longer than a lease, so that who stood still is fenced out.
const STANDSTILL: Duration = Duration::from_secs(15);

/// Draws faults, and counts them.
pub struct Faults {
    dice: ManualEnv,
    counts: BTreeMap<&'static str, usize>,
    /// Mailers that stand still, and until when.
    still: Vec<(usize, Instant)>,
    /// What is broken, and until when.
    broken: BTreeMap<Broken, Instant>,
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
        Self { dice, counts: BTreeMap::new(), still: Vec::new(), broken: BTreeMap::new() }
    }

    /// One more fault, at a moment that may be any.
    pub async fn next(&mut self, town: &mut Town) {
        tokio::time::sleep(Duration::from_millis(self.draw(100..900))).await;
        self.mend(town, Instant::now()).await;
        let name = match self.draw(0..20) {
            0..8 => self.kill_worker(town).await,
            8 | 9 => self.kill_server(town).await,
            10 | 11 => self.stand_still(town),
            12 | 13 => self.stop_nats(town).await,
            14 | 15 => self.spoil_mail_server(town),
            16 => self.close_door(town).await,
            17 | 18 => self.cut_line(town),
            _ => self.kill_database(town).await,
        };
        *self.counts.entry(name).or_default() += 1;
    }

    /// Everything is as it should be again.
    pub async fn are_over(&mut self, town: &mut Town) {
        self.mend(town, Instant::now() + Duration::from_secs(3600)).await;
        town.heal();
    }

    async fn kill_worker(&mut self, town: &mut Town) -> &'static str {
        match town.kill_worker(self.draw(0..1000) as usize).await {
            "relay" => "relay killed",
            "mailer" => "mailer killed",
            "issuer" => "issuer killed",
            _ => "sweeper killed",
        }
    }

    async fn kill_server(&mut self, town: &mut Town) -> &'static str {
        town.kill_server(self.draw(0..2) as usize).await;
        "server killed"
    }

    fn stand_still(&mut self, town: &Town) -> &'static str {
        let which = self.draw(0..10) as usize;
        town.signal_mailer(which, Signal::STOP);
        self.still.push((which, Instant::now() + STANDSTILL));
        "mailer stopped and continued"
    }

    /// Killed; half of the time its store is wiped.
    async fn stop_nats(&mut self, town: &mut Town) -> &'static str {
        if self.broken.contains_key(&Broken::Nats) {
            // It is away already.
            return self.kill_worker(town).await;
        }
        town.nats.kill().await;
        self.breaks(Broken::Nats, 0..6000);
        if self.draw(0..2) == 0 {
            return "NATS killed";
        }
        town.nats.wipe();
        "NATS wiped"
    }

    /// For a while, one mail in three fails somewhere, or is taken without a word.
    fn spoil_mail_server(&mut self, town: &Town) -> &'static str {
        let dice = Mutex::new(ManualEnv::new(Default::default(), self.draw(0..u64::MAX)));
        town.sink.set_plan(Plan::from_fn(move |session| spoil(&dice.lock().unwrap(), session.phase)));
        self.breaks(Broken::MailServer, 500..4000);
        "mail server answering wrongly"
    }

    async fn close_door(&mut self, town: &mut Town) -> &'static str {
        town.sink.refuse().await;
        self.breaks(Broken::Door, 200..5000);
        "mail server away"
    }

    fn cut_line(&mut self, town: &Town) -> &'static str {
        if self.draw(0..2) == 0 {
            town.line.hold();
            self.breaks(Broken::Line, 200..3000);
            return "mail line half open";
        }
        town.line.cut();
        "mail lines cut"
    }

    async fn kill_database(&mut self, town: &mut Town) -> &'static str {
        town.postgres.kill().await;
        town.postgres.start_again().await;
        "database killed"
    }

    fn breaks(&mut self, what: Broken, millis: std::ops::Range<u64>) {
        let span = Duration::from_millis(self.draw(millis));
        self.broken.insert(what, Instant::now() + span);
    }

    /// Mends what has been broken until `now`.
    async fn mend(&mut self, town: &mut Town, now: Instant) {
        let is_over = |_: &Broken, until: &mut Instant| *until <= now;
        for (what, _) in self.broken.extract_if(.., is_over).collect::<Vec<_>>() {
            match what {
                Broken::Nats => town.nats.start_again().await,
                Broken::MailServer => town.sink.set_plan(Plan::none()),
                Broken::Door => town.sink.resume().await.unwrap(),
                Broken::Line => {
                    town.line.release();
                    town.line.cut();
                }
            }
        }
        for (which, _) in self.still.extract_if(.., |(_, until)| *until <= now) {
            town.signal_mailer(which, Signal::CONT);
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

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<_> = self.counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
        f.write_str(&counts.join(", "))
    }
}
