//! Every command in every state.

use super::*;
use crate::aggregate::Rules;

/// What a command does: it is recorded, was so already, has come too late, or
/// asks for what cannot be requeued.
#[derive(Debug, PartialEq)]
enum Is {
    Done,
    So,
    Late,
    Not,
}
use Is::{Done, Late, Not, So};

fn commands() -> [C; 10] {
    [
        accept(),
        defer(9, true),
        died(9, None),
        reroute("main"),
        C::Reject { phase: Phase::Rcpt, code: 550, enhanced: None, provider: None },
        C::Suppress,
        C::Expire,
        C::Supersede,
        C::bury_unsent(DeadBecause::NoAddress),
        C::Requeue { expires_at: t(HOUR) },
    ]
}

#[test]
fn every_command_in_every_state() {
    //   accept defer  lose  reroute reject suppress expire supersede bury requeue
    let table: [(&[E], [Is; 10]); 9] = [
        (&[], [Done, Done, Done, Done, Done, Done, Done, Done, Done, Not]),
        (&[unknown(5)], [Done, Done, Done, Done, Done, Done, Done, Done, Done, Not]),
        (&[accepted()], [So, Late, Late, Late, Late, Late, Late, Late, Late, Not]),
        (&[rejected()], [Done, Late, Late, Late, So, Late, Late, Late, Late, Done]),
        (&[E::MailSuppressed {}], [Done, Late, Late, Late, Late, So, Late, Late, Late, Done]),
        (&[E::MailExpired {}], [Done, Late, Late, Late, Late, Late, So, Late, Late, Done]),
        (&[E::MailSuperseded {}], [Done, Late, Late, Late, Late, Late, Late, So, Late, Not]),
        (&[unconfirmed()], [Done, Late, Late, Late, Late, Late, Late, Late, Late, Done]),
        (&[dead()], [Done, Late, Late, Late, Late, Late, Late, Late, So, Done]),
    ];
    for (history, answers) in table {
        let state = mail([]).and(history.iter().map(|event| (1, event.clone()))).state();
        for (command, expected) in commands().iter().zip(answers) {
            assert_eq!(answer(&state, command), expected, "{command:?} in {:?}", state.state());
        }
    }
}

fn answer(mail: &Mail, command: &C) -> Is {
    match mail.decide(t(2), command) {
        Ok(events) if events.is_empty() => So,
        Ok(_) => Done,
        Err(MailRefusal::Settled) => Late,
        Err(MailRefusal::NotRequeuable) => Not,
        Err(refusal) => panic!("{refusal}"),
    }
}
