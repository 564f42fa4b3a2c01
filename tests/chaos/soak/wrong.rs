//! Wrong answers of the mail server: more than four tries in ten fail somewhere,
//! or are taken without a word.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use rekey_events::env::{ManualEnv, random};
use rekey_test_support::smtp::{Fault, Phase, Plan};

/// How often each was given.
pub type Given = Arc<Mutex<BTreeMap<&'static str, usize>>>;

/// Answers drawn from these dice, counted.
pub fn answers(dice: ManualEnv, given: &Given) -> Plan {
    let (dice, given) = (Mutex::new(dice), Arc::clone(given));
    let unanswered = Mutex::new(HashSet::new());
    Plan::from_fn(move |session| {
        let [number] = random(&*dice.lock().unwrap());
        let Some((what, fault)) = answer(session.phase, number % 30) else { return Fault::None };
        // A second time it would be tried again after five minutes only, a third time after fifteen.
        let is_unanswered =
            session.phase == Phase::Dot && matches!(fault, Fault::Drop | Fault::AcceptAndDrop);
        if is_unanswered && !unanswered.lock().unwrap().insert(session.to.clone()) {
            return Fault::None;
        }
        *given.lock().unwrap().entry(what).or_default() += 1;
        fault
    })
}

fn answer(phase: Phase, number: u8) -> Option<(&'static str, Fault)> {
    let wrong = match (phase, number) {
        (Phase::Mail | Phase::Rcpt | Phase::Data | Phase::Dot, 0) => {
            ("450", Fault::reply("450 4.2.0 greylisted, try again in 1 second"))
        }
        (Phase::Hello | Phase::Mail | Phase::Dot, 1) => {
            ("421", Fault::ReplyAndDrop("421 4.3.2 going down".to_owned()))
        }
        (Phase::Rcpt, 2) => ("452", Fault::reply("452 4.5.3 too many")),
        (Phase::Auth, 0..4) => ("535 at AUTH", Fault::reply("535 5.7.8 wrong password")),
        (_, 3) => ("hung up", Fault::Drop),
        (Phase::Dot, 4 | 5) => ("250 withheld", Fault::AcceptAndDrop),
        (Phase::Dot, 6) => ("554 at the dot", Fault::reply("554 5.7.1 spam, perhaps")),
        (Phase::Rcpt, 6) => ("550 at RCPT", Fault::reply("550 5.1.1 nobody of that name")),
        _ => return None,
    };
    Some(wrong)
}
