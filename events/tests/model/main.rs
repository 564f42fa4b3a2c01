//! The rules of an account against a model that keeps no state: it answers
//! every command by reading the whole history again, naively.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod answers;
mod as_of;
mod asks;
mod events;
mod history;
mod invariants;
mod resolve;
mod views;
mod waits;
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use rekey_events::account::Account;
use rekey_events::{Moment, Rules};

use crate::as_of::Recorded;
use crate::asks::{ask, register};
use crate::events::event;
use crate::history::{History, STREAM};
use crate::waits::{times, wait};
use crate::world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_the_models(first in register(), steps in vec((wait(), ask(), times()), 1..60)) {
        let mut world = World::default();
        world.ask(first);
        for (wait, ask, times) in steps {
            world.wait(wait);
            (0..times).for_each(|_| world.ask(ask));
        }
        invariants::check(&world.history);
        views::check(&world.history, &world.views);
    }

    #[test]
    fn what_was_true_then_is_the_models(
        first in register(),
        steps in vec((wait(), ask(), times()), 1..60),
        // Of how much had happened by then, and how many microseconds off.
        moments in vec((0.0..1.0, -2_i64..3), 5),
    ) {
        let mut world = World::default();
        world.ask(first);
        for (wait, ask, times) in steps {
            world.wait(wait);
            (0..times).for_each(|_| world.ask(ask));
        }
        let history = &world.history;
        let recorded = Recorded::new(history);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_folder, store) = recorded.stored().await;
            for (part, off) in moments {
                let nth = (history.0.len() as f64 * part) as usize;
                let at = history.0.get(nth).map_or(0, |(at, _)| at.micros());
                recorded.check(&store, history, Moment::from_micros(at + off)).await;
            }
        });
    }

    #[test]
    fn no_history_makes_an_account_panic(history in vec((any::<i64>(), event()), 0..60), ask in ask(), at in any::<i64>()) {
        let (mut account, at) = (Account::default(), Moment::from_micros(at));
        for (micros, event) in &history {
            account.apply(Moment::from_micros(*micros), event);
            account.rows(STREAM, 1, std::slice::from_ref(event));
        }
        let command = ask.command(at, &History::default());
        prop_assert_eq!(account.decide(at, &command), account.clone().decide(at, &command));
    }
}
