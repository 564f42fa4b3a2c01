//! What a page says about what was just done.

use super::visitor::Visitor;

/// Words on top of a page.
pub(super) struct Notice {
    /// `good`, `bad` or `plain`: how it looks.
    pub(super) tone: &'static str,
    pub(super) text: String,
}

impl Notice {
    pub(super) fn bad(text: String) -> Self {
        Self { tone: "bad", text }
    }

    /// What was done before this page was asked for; nothing when that is none of `known`.
    pub(super) fn done(visitor: &Visitor, known: &[&str], done: &str) -> Option<Self> {
        let key = known.contains(&done).then(|| format!("done-{done}"))?;
        Some(Self { tone: "good", text: visitor.say(&key) })
    }
}
