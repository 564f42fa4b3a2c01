//! Recipients refused in a row. A server that says "user unknown" to one is believed; one that says it to several
//! different recipients and accepts none in between has a fault of its own, or refuses us.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use rekey_events::MailId;

use crate::smtp::Reply;

/// Different recipients with the same answer in a row that are no coincidence.
const SEVERAL: usize = 3;

/// The recipients that a provider refused since it accepted one.
#[derive(Default)]
pub(super) struct Streak {
    answer: Option<(u16, Option<String>)>,
    refused: Vec<Refused>,
    /// Mails whose refusal was believed and recorded, until somebody takes it back.
    wrongly_rejected: Vec<MailId>,
}

struct Refused {
    mail: MailId,
    /// A hash of the address: an address has no place here.
    recipient: u64,
    is_recorded: bool,
}

impl Streak {
    /// A recipient was refused; whether that is believed.
    pub(super) fn refuse(&mut self, mail: MailId, recipient: &str, reply: &Reply) -> bool {
        let answer = Some((reply.code, reply.enhanced.clone()));
        if self.answer != answer {
            (self.answer, self.refused) = (answer, Vec::new());
        }
        let recipient = hash(recipient);
        let is_new = self.refused.iter().all(|one| one.recipient != recipient);
        if is_new && self.refused.len() < SEVERAL {
            self.refused.push(Refused { mail, recipient, is_recorded: false });
        }
        if self.is_believed() {
            return true;
        }
        let recorded = self.refused.iter_mut().filter(|one| one.is_recorded);
        self.wrongly_rejected.extend(recorded.map(|one| {
            one.is_recorded = false;
            one.mail
        }));
        false
    }

    /// A believed refusal is on record now. It may have ceased to be believed meanwhile.
    pub(super) fn record(&mut self, mail: MailId) {
        let is_believed = self.is_believed();
        match self.refused.iter_mut().find(|one| one.mail == mail) {
            Some(one) if is_believed => one.is_recorded = true,
            Some(_) => self.wrongly_rejected.push(mail),
            None => {}
        }
    }

    /// The server accepted a recipient: what it refuses from now on is believed.
    pub(super) fn end(&mut self) {
        (self.answer, self.refused) = (None, Vec::new());
    }

    /// The mails that are to be tried again, once.
    pub(super) fn take_wrongly_rejected(&mut self) -> Vec<MailId> {
        std::mem::take(&mut self.wrongly_rejected)
    }

    fn is_believed(&self) -> bool {
        self.refused.len() < SEVERAL
    }
}

impl fmt::Debug for Streak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Streak({} refused)", self.refused.len())
    }
}

fn hash(recipient: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    recipient.to_lowercase().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn mail(number: u128) -> MailId {
        MailId(Uuid::from_u128(number))
    }

    fn reply(enhanced: &str) -> Reply {
        Reply { code: 550, enhanced: Some(enhanced.to_owned()), text: String::new() }
    }

    fn refuse(streak: &mut Streak, number: u128) -> bool {
        streak.refuse(mail(number), &format!("p{number}@example.org"), &reply("5.1.1"))
    }

    #[test]
    fn several_recipients_in_a_row_are_not_believed_and_the_first_are_taken_back_once() {
        let mut streak = Streak::default();
        for number in [1, 2] {
            assert!(refuse(&mut streak, number));
            streak.record(mail(number));
        }
        assert!(!refuse(&mut streak, 3));
        assert_eq!(streak.take_wrongly_rejected(), [mail(1), mail(2)]);
        assert!(!refuse(&mut streak, 1) && !refuse(&mut streak, 4));
        assert_eq!(streak.take_wrongly_rejected(), []);
    }

    #[test]
    fn a_refusal_that_is_recorded_late_is_taken_back_too() {
        let mut streak = Streak::default();
        assert!((1..=2).all(|number| refuse(&mut streak, number)) && !refuse(&mut streak, 3));
        assert_eq!(streak.take_wrongly_rejected(), []);
        streak.record(mail(2));
        assert_eq!(streak.take_wrongly_rejected(), [mail(2)]);
    }

    #[test]
    fn the_same_recipient_again_is_one_and_another_answer_or_an_accepted_one_begins_anew() {
        let mut streak = Streak::default();
        for number in [1, 2, 1, 2, 2] {
            assert!(refuse(&mut streak, number));
        }
        assert!(streak.refuse(mail(3), "p3@example.org", &reply("5.2.1")));
        assert!(refuse(&mut streak, 4) && refuse(&mut streak, 5));
        streak.end();
        assert!(refuse(&mut streak, 6) && refuse(&mut streak, 7) && !refuse(&mut streak, 8));
    }
}
