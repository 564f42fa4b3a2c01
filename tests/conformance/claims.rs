//! Which of the mails that are due a worker gets.

use std::time::Duration;

use rekey_events::account::AccountCommand;
use rekey_events::{Env, ResetId};

use crate::bed::Bed;
use crate::facts::{account, complete, execute};

/// Whoever waits for a link sits before a screen; a notice may come later.
pub async fn links_are_claimed_before_notices(bed: Bed) {
    let (first, second) = (account(&bed, &bed.log).await, account(&bed, &bed.log).await);
    let worker = bed.env.uuid();
    let claim = async |limit| bed.store.claim_mails(worker, bed.env.now(), limit).await.unwrap();
    let issue = async |account| {
        let reset = ResetId(bed.env.uuid());
        execute(&bed, &bed.log, account, &AccountCommand::IssueReset { reset }).await.unwrap();
        reset
    };
    let reset = issue(first).await;
    assert_eq!(claim(1).await.len(), 1);
    execute(&bed, &bed.log, first, &complete(&bed, reset)).await.unwrap();
    bed.env.advance(Duration::from_secs(1));
    let reset = issue(second).await;
    let claimed: Vec<_> = claim(2).await.iter().map(|mail| (mail.account_id, mail.reset_id)).collect();
    assert_eq!(claimed, [(second, Some(reset)), (first, None)]);
    assert_eq!(claim(2).await, []);
}
