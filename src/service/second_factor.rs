//! The second factor: offered, confirmed by a code, removed; recovery codes.

use rekey_events::account::event::{RemovedBy, SecondFactorUsed};
use rekey_events::account::{Account, AccountCommand, AccountEvent, SecondFactorProof};
use rekey_events::policy::FACTOR_OFFER_LIFETIME;
use rekey_events::rows::{Change, FactorRow, RecoveryCodeRow};
use rekey_events::store::execute::Draft;
use rekey_events::{AccountId, FactorId, Moment, Permission};
use serde_json::json;

use super::call::{Outcome, guard};
use super::{Answer, Call, Service};
use crate::credential::{recovery, seal, totp};
use crate::problem::{Kind, Problem};

/// A second factor, as its person takes it into an app. Has no `Debug`: it is a secret.
pub struct OfferedFactor {
    /// The `otpauth:` address.
    pub address: String,
    /// The secret in Base32, to be typed.
    pub secret: String,
}

impl Service {
    /// Makes a secret for the caller's authenticator app. It counts only once a code of it has confirmed it, and is
    /// the same one for an hour, however often it is asked for: a person may have taken it into the app already.
    ///
    /// # Errors
    /// There is a second factor already.
    pub async fn offer_second_factor(&self, call: &Call) -> Outcome {
        let account = call.caller.session()?.account_id;
        if self.store().account(account).await?.is_some_and(|row| row.factor_id.is_some()) {
            return Err(Problem::because(
                Kind::NotPossible,
                "A second factor is enrolled already: remove it first.",
            ));
        }
        let (factor, secret) = (FactorId::new(self.env()), totp::secret(self.env()));
        let sealed = seal::seal(self.env(), self.keys(), account, factor, &secret).ok_or(Kind::Internal)?;
        self.store().offer_factor(account, factor, &sealed, call.context.at).await?;
        // The one that was offered before, or by another call at the same time, stays.
        let OfferedFactor { address, .. } =
            self.offered_factor(call, account).await?.ok_or(Kind::NotPossible)?;
        Ok(Answer::new(200, &json!({ "otpauth": address, "qr_svg": qr(&address) })))
    }

    /// Enrols the second factor offered before; the answer holds the recovery
    /// codes, shown this once.
    ///
    /// # Errors
    /// None was offered, or the code is wrong.
    pub async fn confirm_second_factor(&self, call: &Call, code: &str) -> Outcome {
        let account = call.caller.session()?.account_id;
        let offered = self.offer_of(call, account).await?;
        let offered = offered.ok_or_else(|| {
            Problem::because(Kind::NotPossible, "No second factor was offered: offer-second-factor.")
        })?;
        let secret = self.unseal(&offered).ok_or(Kind::Internal)?;
        let (codes, rows) = recovery::generate(self.env(), account);
        let command = AccountCommand::EnrolSecondFactor {
            factor: offered.factor_id,
            recovery_codes: rows.iter().map(|row| row.code_id).collect(),
            step: totp::matching_step(&secret, code, call.context.at),
        };
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            draft.change(Change::PutFactor(FactorRow { confirmed: true, ..offered.clone() }));
            keep_codes(draft, account, &rows);
        };
        let done = self.log().execute::<Account>(&call.context, account.into(), &command, also).await?;
        Ok(Answer::new(200, &json!({ "recovery_codes": codes })).at(done.position))
    }

    /// New recovery codes instead of the old.
    ///
    /// # Errors
    /// There is no second factor, or it was not used in this session.
    pub async fn replace_recovery_codes(&self, call: &Call) -> Outcome {
        let session = call.caller.session()?;
        if !session.second_factor {
            return Err(Kind::SecondFactorRequired.into());
        }
        let account = session.account_id;
        let (codes, rows) = recovery::generate(self.env(), account);
        let command = AccountCommand::ReplaceRecoveryCodes {
            recovery_codes: rows.iter().map(|row| row.code_id).collect(),
        };
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| keep_codes(draft, account, &rows);
        let done = self.log().execute::<Account>(&call.context, account.into(), &command, also).await?;
        Ok(Answer::new(200, &json!({ "recovery_codes": codes })).at(done.position))
    }

    /// Removes the caller's own second factor.
    ///
    /// # Errors
    /// There is none, or it was not used in this session.
    pub async fn remove_second_factor(&self, call: &Call) -> Outcome {
        let session = call.caller.session()?;
        if !session.second_factor {
            return Err(Kind::SecondFactorRequired.into());
        }
        self.drop_second_factor(call, session.account_id, RemovedBy::Owner, &[]).await
    }

    /// Removes another person's lost second factor.
    ///
    /// # Errors
    /// The caller may not, or there is none.
    pub async fn reset_second_factor(&self, call: &Call, account: AccountId) -> Outcome {
        call.caller.person()?;
        let guards = self.authorise(&call.caller, Permission::UsersResetSecondFactor).await?;
        self.drop_second_factor(call, account, RemovedBy::Administrator, &guards).await
    }

    async fn drop_second_factor(
        &self,
        call: &Call,
        account: AccountId,
        by: RemovedBy,
        guards: &[rekey_events::store::Guard],
    ) -> Outcome {
        let answer = Ok(Answer::new(200, &json!({ "message": "The second factor is removed." })));
        let also = |_: &Account, _: &[AccountEvent], draft: &mut Draft<'_>| {
            guard(draft, guards, account.into());
            draft.change(Change::DropFactor(account));
            call.keep(&answer, draft);
        };
        let command = AccountCommand::RemoveSecondFactor { by };
        let done = self.log().execute::<Account>(&call.context, account.into(), &command, also).await?;
        answer.clone().map(|answer| answer.at(done.position))
    }

    /// What a typed code proves: a step of the enrolled factor, or one of its
    /// recovery codes. Whether either was used before is the rules' business.
    pub(super) async fn prove_second_factor(
        &self,
        account: AccountId,
        code: &str,
        now: Moment,
    ) -> Result<SecondFactorProof, Problem> {
        let Some(factor) = self.store().factor(account).await?.filter(|row| row.confirmed) else {
            return Ok(SecondFactorProof::None);
        };
        let secret = self.unseal(&factor).ok_or(Kind::Internal)?;
        if let Some(step) = totp::matching_step(&secret, code, now) {
            return Ok(SecondFactorProof::Valid(SecondFactorUsed::Totp { step }));
        }
        let hash = recovery::hash(code);
        let codes = self.store().recovery_codes(account).await?;
        Ok(match codes.into_iter().find(|row| row.hash == hash) {
            Some(row) => SecondFactorProof::Valid(SecondFactorUsed::RecoveryCode { code: row.code_id }),
            None => SecondFactorProof::Wrong,
        })
    }

    /// The second factor that was offered and not confirmed yet, for an hour.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn offered_factor(
        &self,
        call: &Call,
        account: AccountId,
    ) -> Result<Option<OfferedFactor>, Problem> {
        let Some(row) = self.offer_of(call, account).await? else { return Ok(None) };
        let person = self.store().person(account).await?.ok_or(Kind::NotFound)?;
        let secret = self.unseal(&row).ok_or(Kind::Internal)?;
        let address =
            totp::address(&secret, &self.settings().product, &person.username).ok_or(Kind::Internal)?;
        Ok(Some(OfferedFactor { secret: totp::written(&secret), address }))
    }

    async fn offer_of(&self, call: &Call, account: AccountId) -> Result<Option<FactorRow>, Problem> {
        let oldest = call.context.at.before(FACTOR_OFFER_LIFETIME).micros();
        let is_offer = |row: &FactorRow| !row.confirmed && row.offered_at >= oldest;
        Ok(self.store().factor(account).await?.filter(is_offer))
    }

    /// The secret of the account's second factor: for `rekey dev`, which shows
    /// its own demo administrator's.
    pub(crate) async fn second_factor_secret(&self, account: AccountId) -> Result<Option<Vec<u8>>, Problem> {
        Ok(self.store().factor(account).await?.and_then(|factor| self.unseal(&factor)))
    }

    fn unseal(&self, factor: &FactorRow) -> Option<Vec<u8>> {
        let secret = seal::open(self.keys(), factor.account_id, factor.factor_id, &factor.sealed);
        if secret.is_none() {
            tracing::error!(account = %factor.account_id, "a second factor cannot be unsealed: its key is missing");
        }
        secret
    }
}

fn keep_codes(draft: &mut Draft<'_>, account: AccountId, rows: &[RecoveryCodeRow]) {
    draft.change(Change::DropRecoveryCodes(account));
    rows.iter().for_each(|row| draft.change(Change::PutRecoveryCode(row.clone())));
}

/// The address as a QR code, SVG; empty when it is too long for one.
#[must_use]
pub fn qr(address: &str) -> String {
    let Ok(code) = qrcode::QrCode::new(address) else { return String::new() };
    code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(200, 200).build()
}
