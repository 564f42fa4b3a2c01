//! Whom servers run as that refuse to be root.

use std::fs;

/// One line of the password file.
pub(crate) struct User {
    pub(crate) id: u32,
    pub(crate) group: u32,
}

impl User {
    /// Nobody in particular if we are not root; else `postgres` or, without that, `nobody`.
    pub(crate) fn instead_of_root() -> Option<Self> {
        if !rustix::process::getuid().is_root() {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let user = ["postgres", "nobody"].iter().find_map(|name| Self::find(&users, name));
        Some(user.expect("root needs a user `postgres` or `nobody` to run PostgreSQL as"))
    }

    fn find(users: &str, name: &str) -> Option<Self> {
        let mut fields = users
            .lines()
            .map(|line| line.split(':'))
            .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
        let id = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some(Self { id, group })
    }
}
