//! What a node remembers of a stream may be out of date, and must not show.

use rekey_events::account::AccountCommand as C;
use rekey_events::store::Log;
use rekey_events::{AccountId, Env, Permission, ResetId};

use crate::bed::Bed;
use crate::facts::{account, complete, execute};

const VIEW: Permission = Permission::UsersView;

/// An account that two nodes know; the second one's memory ends here.
async fn known_to_two(bed: &Bed) -> (AccountId, Log) {
    let id = account(bed, &bed.log).await;
    let other = bed.another_node().await;
    execute(bed, &other, id, &C::RecordSignIn).await.unwrap();
    (id, other)
}

pub async fn already_so_is_decided_on_the_stream(bed: Bed) {
    let (id, outdated) = known_to_two(&bed).await;
    execute(&bed, &bed.log, id, &C::GrantPermission(VIEW)).await.unwrap();
    let revoked = execute(&bed, &outdated, id, &C::RevokePermission(VIEW)).await.unwrap();
    assert_eq!(revoked.events.len(), 1, "it was granted elsewhere: there is something to revoke");
    assert_eq!(bed.store.account(id).await.unwrap().unwrap().permissions, "");
}

pub async fn a_change_undone_elsewhere_is_made_again(bed: Bed) {
    let (id, outdated) = known_to_two(&bed).await;
    execute(&bed, &outdated, id, &C::GrantPermission(VIEW)).await.unwrap();
    execute(&bed, &bed.log, id, &C::RevokePermission(VIEW)).await.unwrap();
    let granted = execute(&bed, &outdated, id, &C::GrantPermission(VIEW)).await.unwrap();
    assert_eq!(granted.events.len(), 1, "it was revoked elsewhere: there is something to grant");
    let again = execute(&bed, &bed.log, id, &C::GrantPermission(VIEW)).await.unwrap();
    assert_eq!((again.events.len(), again.position), (0, None));
}

pub async fn a_refusal_is_decided_on_the_stream(bed: Bed) {
    let (id, outdated) = known_to_two(&bed).await;
    let reset = ResetId(bed.env.uuid());
    execute(&bed, &bed.log, id, &C::IssueReset { reset }).await.unwrap();
    let done = execute(&bed, &outdated, id, &complete(&bed, reset)).await.unwrap();
    assert_eq!(done.events.len(), 1, "the link was issued elsewhere");
}
