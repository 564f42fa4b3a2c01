//! Mails.

use rekey_events::{AccountId, MailId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{OfAccount, command};

/// A mail's id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfMail {
    /// The mail.
    mail_id: uuid::Uuid,
}

command! {
    /// Try a mail again that was rejected, suppressed, unconfirmed, dead or expired. Where the link it carries is over,
    /// only the suppression of its address is lifted. Needs `utilities.mail`.
    requeue_mail("/v1/commands/requeue-mail", OfMail) -> 202
        = |service, call, body| service.requeue_mail(&call, MailId(body.mail_id))
}

command! {
    /// Let mails go to an account's address again that a mail server refused. Needs `utilities.mail`.
    lift_suppression("/v1/commands/lift-suppression", OfAccount) -> 200
        = |service, call, body| service.lift_suppression(&call, AccountId(body.account_id))
}
