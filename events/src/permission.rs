//! What an account or an API key may do.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// A permission, granted to an account by event or to an API key by
/// configuration; its name is stable.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Permission {
    /// See the list of users and their histories.
    #[strum(serialize = "utilities.security.users.view")]
    UsersView,
    /// Send another user a reset link, and end one.
    #[strum(serialize = "utilities.security.users.reset_passwords")]
    UsersResetPasswords,
    /// Remove another user's lost second factor.
    #[strum(serialize = "utilities.security.users.reset_second_factor")]
    UsersResetSecondFactor,
    /// Register accounts.
    #[strum(serialize = "utilities.security.users.register")]
    UsersRegister,
    /// Erase a person.
    #[strum(serialize = "utilities.security.users.erase")]
    UsersErase,
    /// Grant and revoke permissions.
    #[strum(serialize = "utilities.security.permissions")]
    PermissionsManage,
    /// Read the log of events.
    #[strum(serialize = "utilities.security.audit")]
    Audit,
    /// See the mails, and requeue them.
    #[strum(serialize = "utilities.mail")]
    Mail,
    /// Read what can be counted.
    #[strum(serialize = "operations.metrics")]
    Metrics,
    /// The desktop app's, for API keys only: report a sign-in, set a password.
    #[strum(serialize = "desktop.sign_in")]
    Desktop,
}

impl Permission {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl TryFrom<String> for Permission {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map_err(|_| {
            let all: Vec<_> = Self::iter().map(Self::name).collect();
            format!("there is no permission {name:?}; there are {}", all.join(", "))
        })
    }
}
