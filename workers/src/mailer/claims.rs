//! What a worker claims, and what it takes over from others.

use rekey_events::MailId;
use rekey_events::mail::MailCommand;
use rekey_events::mail::event::UnknownBecause;
use rekey_events::store::StoreError;
use rekey_events::store::mails::ClaimedMail;

use super::Inner;
use super::hands::InHand;

/// Mails claimed, each in hand.
type Claimed = Vec<(ClaimedMail, InHand)>;

impl Inner {
    /// Claims at most `limit` mails that are due.
    pub(super) async fn claim(&self, limit: usize) -> Result<Claimed, StoreError> {
        let now = self.log.env().now();
        let Some(first) = self.providers.usable(now) else { return Ok(Vec::new()) };
        self.in_hand(self.log.store().claim_mails(self.worker, first.name(), now, count(limit))).await
    }

    /// Claims those of these mails that are due.
    pub(super) async fn claim_hinted(&self, mails: &[MailId]) -> Result<Claimed, StoreError> {
        let now = self.log.env().now();
        let Some(first) = self.providers.usable(now) else { return Ok(Vec::new()) };
        self.in_hand(self.log.store().claim_hinted(self.worker, first.name(), now, mails)).await
    }

    /// Claims at most `limit` mails that are due and that nobody was told about.
    pub(super) async fn claim_overlooked(&self, limit: usize) -> Result<Claimed, StoreError> {
        let now = self.log.env().now();
        let Some(first) = self.providers.usable(now) else { return Ok(Vec::new()) };
        self.in_hand(self.log.store().claim_overlooked(self.worker, first.name(), now, count(limit))).await
    }

    /// What a claim brings is in hand before anybody may ask whether it is.
    async fn in_hand(
        &self,
        claim: impl Future<Output = Result<Vec<ClaimedMail>, StoreError>>,
    ) -> Result<Claimed, StoreError> {
        let _claiming = self.hands.claiming().await;
        let in_hand = |mail: ClaimedMail| {
            let in_hand = self.hands.take(mail.row.mail_id);
            (mail, in_hand)
        };
        Ok(claim.await?.into_iter().map(in_hand).collect())
    }

    /// Frees what workers had claimed whose lease is over, and what we claimed
    /// ourselves and do not work at. It may have been sent, or not: if so, by
    /// the provider it was going to.
    pub(super) async fn take_over(&self) -> Result<(), StoreError> {
        let abandoned = self.log.store().abandoned_mails(100).await?;
        for mail in abandoned.into_iter().chain(self.dropped().await?) {
            let due_at = self.log.env().now();
            let reason = UnknownBecause::WorkerDied;
            let lost = MailCommand::LoseTrack { reason, due_at, provider: may_be_with(&mail) };
            let row = &mail.row;
            // On the row as it was seen: another worker may have freed, claimed or sent it since.
            if let Err(error) = self.record_on(row, &lost, &[]).await {
                tracing::warn!(%error, mail = %row.mail_id, "an abandoned mail is taken over later");
            }
        }
        Ok(())
    }

    /// What we claimed and do not work at.
    async fn dropped(&self) -> Result<Vec<ClaimedMail>, StoreError> {
        let _claiming = self.hands.claiming().await;
        let in_hand = self.hands.now();
        let claimed = self.log.store().claimed_mails(self.worker).await?;
        Ok(claimed.into_iter().filter(|mail| !in_hand.contains(&mail.row.mail_id)).collect())
    }
}

/// The provider that may have taken a claimed mail. The claim names the one for all others, until
/// the worker notes that this mail goes elsewhere.
fn may_be_with(mail: &ClaimedMail) -> Option<String> {
    let going_to = mail.going_to.clone().filter(|provider| mail.row.refused_by.as_ref() != Some(provider));
    mail.row.pinned_to.clone().or(going_to)
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
