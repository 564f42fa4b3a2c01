//! What a worker claims, and what it takes over from others.

use futures::future::join_all;
use rekey_events::MailId;
use rekey_events::mail::MailCommand;
use rekey_events::rows::MailRow;
use rekey_events::store::StoreError;
use rekey_events::store::mails::ClaimedMail;

use super::Inner;
use super::hands::InHand;
use super::schedule::after_death;
use crate::relay::AHEAD;

/// Abandoned mails freed at a time: by one append.
const AT_ONCE: usize = 500;
/// So often in a row, then what we claimed ourselves has its turn.
const ROUNDS: usize = 20;

/// Mails claimed, each in hand.
type Claimed = Vec<(MailRow, InHand)>;

impl Inner {
    /// Claims at most `limit` mails that are due.
    pub(super) async fn claim(&self, limit: usize) -> Result<Claimed, StoreError> {
        let now = self.log.env().now();
        self.in_hand(self.log.store().claim_mails(self.worker, now, count(limit))).await
    }

    /// Claims those of these mails that are due. The relay told us a little ahead, by a clock that may be ahead, too.
    pub(super) async fn claim_hinted(&self, mails: &[MailId]) -> Result<Claimed, StoreError> {
        let now = self.log.env().now().after(2 * AHEAD);
        self.in_hand(self.log.store().claim_hinted(self.worker, now, mails)).await
    }

    /// Claims at most `limit` mails that are due and that nobody was told about.
    pub(super) async fn claim_overlooked(&self, limit: usize) -> Result<Claimed, StoreError> {
        let now = self.log.env().now();
        self.in_hand(self.log.store().claim_overlooked(self.worker, now, count(limit))).await
    }

    /// What a claim brings is in hand before anybody may ask whether it is.
    async fn in_hand(
        &self,
        claim: impl Future<Output = Result<Vec<MailRow>, StoreError>>,
    ) -> Result<Claimed, StoreError> {
        let _claiming = self.hands.claiming().await;
        let in_hand = |mail: MailRow| {
            let in_hand = self.hands.take(mail.mail_id);
            (mail, in_hand)
        };
        Ok(claim.await?.into_iter().map(in_hand).collect())
    }

    /// Frees what workers had claimed whose lease is over, and what we claimed
    /// ourselves and do not work at. It may have been sent, or not: if so, by
    /// the provider that was noted.
    pub(super) async fn take_over(&self) -> Result<(), StoreError> {
        let store = self.log.store();
        for _ in 0..ROUNDS {
            if self.free_all(store.abandoned_mails(count(AT_ONCE)).await?).await < AT_ONCE {
                break;
            }
        }
        self.free_all(self.dropped().await?).await;
        Ok(())
    }

    /// Frees claims that nobody works at; how many are free now.
    async fn free_all(&self, claims: Vec<ClaimedMail>) -> usize {
        join_all(claims.into_iter().map(|claim| self.free(claim)))
            .await
            .into_iter()
            .filter(|is_free| *is_free)
            .count()
    }

    /// Of what was never noted, the only provider there is may have the mail; but not where a worker would have noted it.
    async fn free(&self, ClaimedMail { row, going_to }: ClaimedMail) -> bool {
        let provider = match going_to {
            None if !self.notes_provider(&row) => self.providers.only().map(str::to_owned),
            noted => noted,
        };
        let env = self.log.env();
        // What no server had is no copy, and need not wait.
        let due_at = if provider.is_some() { after_death(env, &row) } else { env.now() };
        let lost = MailCommand::worker_died(due_at, provider);
        // On the row as it was seen: another worker may have freed, claimed or sent it since.
        let freed = self.record_on(&row, &lost, &[]).await;
        if let Err(error) = &freed {
            tracing::warn!(%error, mail = %row.mail_id, "an abandoned mail is taken over later");
        }
        freed.is_ok()
    }

    /// What we claimed and do not work at.
    async fn dropped(&self) -> Result<Vec<ClaimedMail>, StoreError> {
        let _claiming = self.hands.claiming().await;
        let in_hand = self.hands.now();
        let claimed = self.log.store().claimed_mails(self.worker).await?;
        Ok(claimed.into_iter().filter(|mail| !in_hand.contains(&mail.row.mail_id)).collect())
    }
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
