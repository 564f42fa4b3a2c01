//! Mails.

use rekey_events::MailId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::command;

/// A mail's id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfMail {
    /// The mail.
    mail_id: uuid::Uuid,
}

command! {
    /// Try a mail again that was rejected, suppressed, unconfirmed, dead or expired. Needs `utilities.mail`.
    requeue_mail("/v1/commands/requeue-mail", OfMail) -> 202
        = |service, call, body| service.requeue_mail(&call, MailId(body.mail_id))
}
