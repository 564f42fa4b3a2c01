//! Who is entitled to a link, and what an administrator may do about others.

use crate::account::event::Origin;
use crate::account::{Account, Ineligible};
use crate::moment::Moment;
use crate::permission::Permission;
use crate::policy::{LINK_INTERVAL, LINKS_PER_DAY};

impl Account {
    /// Whether the person may reset a forgotten password: has signed in, or was
    /// created through the app.
    ///
    /// # Errors
    /// Why not.
    pub fn eligibility_self_service(&self) -> Result<(), Ineligible> {
        self.eligible(self.signed_in_ever() || self.origin() == Some(Origin::App))
    }

    /// Whether an administrator may send the person a link: has signed in;
    /// created through the app is not enough here.
    ///
    /// # Errors
    /// Why not.
    pub fn eligibility_by_administrator(&self) -> Result<(), Ineligible> {
        self.eligible(self.signed_in_ever())
    }

    fn eligible(&self, known: bool) -> Result<(), Ineligible> {
        match (self.is_erased(), known) {
            (true, _) => Err(Ineligible::Erased),
            (false, false) => Err(Ineligible::NeverSignedIn),
            (false, true) => Ok(()),
        }
    }

    /// Whether one more link mail at `at` keeps within the limits, which count
    /// self-service and administrators' links alike: both fill one inbox.
    pub(crate) fn within_limits(&self, at: Moment) -> Result<(), Ineligible> {
        if self.recent_links(at).any(|issued_at| at.since(issued_at) < LINK_INTERVAL) {
            return Err(Ineligible::TooSoon);
        }
        if self.recent_links(at).count() >= LINKS_PER_DAY { Err(Ineligible::TooMany) } else { Ok(()) }
    }
}

/// What an administrator does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminRefusal {
    /// A permission.
    #[error("the permission {} is missing", .0.name())]
    MissingPermission(Permission),
    /// A second factor, enrolled and used in this session.
    #[error("a second factor is needed, enrolled and used in this session")]
    SecondFactorRequired,
}

/// Whether `administrator`, as their own stream has it now, may do this to
/// others from a session with or without a second factor. Who sends links must
/// also be let to see to whom.
///
/// # Errors
/// What is missing.
pub fn administrator_may(
    administrator: &Account,
    permission: Permission,
    session_second_factor: bool,
) -> Result<(), AdminRefusal> {
    let seen = (permission == Permission::UsersResetPasswords).then_some(Permission::UsersView);
    if let Some(missing) = seen.into_iter().chain([permission]).find(|needed| !administrator.may(*needed)) {
        return Err(AdminRefusal::MissingPermission(missing));
    }
    let has_second_factor = administrator.factor().is_some() && session_second_factor;
    if takes_over(permission) && !has_second_factor {
        Err(AdminRefusal::SecondFactorRequired)
    } else {
        Ok(())
    }
}

/// Whether it could help somebody into another's account.
fn takes_over(permission: Permission) -> bool {
    matches!(
        permission,
        Permission::UsersResetPasswords
            | Permission::UsersResetSecondFactor
            | Permission::UsersErase
            | Permission::PermissionsManage
            | Permission::Desktop
    )
}
