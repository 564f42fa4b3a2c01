//! By what an accepted mail is found in the mail server's log.

use rekey_events::EventId;
use rekey_events::rows::{MailRow, ReceiptRow};
use uuid::Uuid;

use super::Route;
use crate::smtp::Delivery;

/// The receipt of a mail that was taken; its event is not known yet.
pub(super) fn of(route: &Route, row: &MailRow, message_id: &str) -> Option<ReceiptRow> {
    let queue_id = match route {
        Route::Smtp(Delivery::Accepted { reply }) => reply.queue_id(),
        Route::Kept => None,
        _ => return None,
    };
    let (event_id, account_id) = (EventId(Uuid::nil()), row.account_id);
    Some(ReceiptRow { event_id, account_id, message_id: message_id.to_owned(), queue_id })
}
