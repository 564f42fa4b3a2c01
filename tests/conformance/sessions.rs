//! Sessions, and ending them.

use rekey_events::rows::{Change, SessionRow};
use rekey_events::{AccountId, CredentialId, Env, SessionId};

use crate::bed::Bed;
use crate::facts::{begin, changing};

fn session(bed: &Bed, account_id: AccountId) -> SessionRow {
    let session_id = SessionId(bed.env.uuid());
    SessionRow {
        session_id,
        token_hash: session_id.to_string(),
        account_id,
        credential_id: CredentialId(bed.env.uuid()),
        second_factor: true,
        created_at: 1,
        seen_at: 2,
        expires_at: 3,
        user_agent: format!("browser of {session_id}"),
        source: "2001:db8::7".to_owned(),
    }
}

async fn ids(bed: &Bed, account: AccountId) -> Vec<SessionId> {
    bed.store.sessions_of(account).await.unwrap().iter().map(|row| row.session_id).collect()
}

pub async fn all_sessions_but_one_are_ended(bed: Bed) {
    let (ana, ben) = (AccountId(bed.env.uuid()), AccountId(bed.env.uuid()));
    let rows = [ana, ana, ana, ben].map(|account| session(&bed, account));
    let [kept, one, _, bens] = rows.each_ref();
    bed.log.append(changing(begin(&bed), rows.iter().cloned().map(Change::PutSession))).await.unwrap();
    assert_eq!(bed.store.session(&one.token_hash).await.unwrap().as_ref(), Some(one));

    assert_eq!(bed.store.end_other_sessions(ana, kept.session_id).await.unwrap(), 2);
    assert_eq!(ids(&bed, ana).await, [kept.session_id]);
    assert_eq!(ids(&bed, ben).await, [bens.session_id]);
    assert_eq!(bed.store.end_other_sessions(ana, kept.session_id).await.unwrap(), 0);
    // Somebody else's session keeps none of one's own.
    assert_eq!(bed.store.end_other_sessions(ana, bens.session_id).await.unwrap(), 1);
    assert_eq!(ids(&bed, ben).await, [bens.session_id]);
}
