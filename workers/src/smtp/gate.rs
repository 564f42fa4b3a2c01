//! The last word before a mail becomes irrevocable.

/// May this mail still go out?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Go,
    /// No: the delivery ends as [`Withheld`](super::Delivery::Withheld) and nothing was sent.
    Stop,
}

/// What is waited for before there is a connection: that one of those allowed is free.
pub const SLOT: &str = "slot";

/// What is waited for before a kept connection is used again: that it works.
pub const RESET: &str = "reset";

/// Asked three times in every delivery; once more when the server is slow. The mailer looks up here whether the link still
/// lives and its own lease still holds.
pub trait Gate: Sync {
    /// Asked while the server is asked whether it takes the mail, and again when that took long. May ask the database.
    fn still_wanted(&self) -> impl Future<Output = Verdict> + Send;

    /// Asked when the server has taken the recipient, while it answers DATA. May write to the database.
    fn before_body(&self) -> impl Future<Output = Verdict> + Send;

    /// Asked when the body is written and only the final dot is missing. Must be quick: the server is waiting.
    fn before_dot(&self) -> impl Future<Output = Verdict> + Send;

    /// Told what `provider` is waited for from now on: the name of a [`Phase`](super::Phase), [`SLOT`] or [`RESET`].
    fn waits_for(&self, _provider: &str, _what: &'static str) {}

    /// Told that no provider is waited for.
    fn waits_for_nobody(&self) {}
}

/// A gate that lets everything through.
#[derive(Debug, Clone, Copy)]
pub struct Open;

impl Gate for Open {
    async fn still_wanted(&self) -> Verdict {
        Verdict::Go
    }

    async fn before_body(&self) -> Verdict {
        Verdict::Go
    }

    async fn before_dot(&self) -> Verdict {
        Verdict::Go
    }
}
