//! What can be asked, said in words that a history gives a meaning.

use proptest::prelude::*;
use proptest::sample::select;
use rekey_events::Permission;
use rekey_events::account::event::{Origin, RemovedBy, RevokedBy};

/// A password typed: a wrong one, or one it has or had.
#[derive(Clone, Copy, Debug)]
pub enum Password {
    Current,
    Older,
    Wrong,
}

/// A second factor typed; `Code` is one of all recovery codes there ever were.
#[derive(Clone, Copy, Debug)]
pub enum Factor {
    None,
    Fresh,
    Replayed,
    Code(usize),
    Wrong,
}

/// A link: one that never was, the newest, or one of all there ever were.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    New,
    Newest,
    Any(usize),
}

/// A username typed: the account's, or one of a few others.
#[derive(Clone, Copy, Debug)]
pub enum Username {
    Right,
    Wrong(u8),
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    Register(Origin, bool, bool),
    SignIn(Password, Factor),
    RecordSignIn,
    Issue(Link),
    IssueByAdministrator(Link),
    Complete(Link, Username, bool, Factor),
    Revoke(Option<Link>, RevokedBy),
    Expire,
    Change(Password),
    Set(bool),
    Enrol(bool),
    ReplaceCodes,
    RemoveFactor(RemovedBy),
    Grant(Permission),
    Withdraw(Permission),
    LiftSuppression(bool),
    Erase,
}

pub fn register() -> impl Strategy<Value = Ask> {
    (select(vec![Origin::App, Origin::Desktop]), prop::bool::weighted(0.9), any::<bool>())
        .prop_map(|(origin, password, must_change)| Ask::Register(origin, password, must_change))
}

pub fn ask() -> impl Strategy<Value = Ask> {
    let permission = || select(vec![Permission::UsersView, Permission::Audit]);
    prop_oneof![
        1 => register(),
        16 => (password(), factor()).prop_map(|(password, factor)| Ask::SignIn(password, factor)),
        2 => Just(Ask::RecordSignIn),
        12 => link().prop_map(Ask::Issue),
        4 => link().prop_map(Ask::IssueByAdministrator),
        16 => (link(), username(), any::<bool>(), factor())
            .prop_map(|(link, username, asked, factor)| Ask::Complete(link, username, asked, factor)),
        2 => (prop::option::of(link()), select(vec![RevokedBy::Owner, RevokedBy::Administrator]))
            .prop_map(|(link, by)| Ask::Revoke(link, by)),
        3 => Just(Ask::Expire),
        8 => password().prop_map(Ask::Change),
        2 => any::<bool>().prop_map(Ask::Set),
        4 => prop::bool::weighted(0.8).prop_map(Ask::Enrol),
        1 => Just(Ask::ReplaceCodes),
        1 => Just(Ask::RemoveFactor(RemovedBy::Administrator)),
        2 => permission().prop_map(Ask::Grant),
        1 => permission().prop_map(Ask::Withdraw),
        1 => any::<bool>().prop_map(Ask::LiftSuppression),
        1 => prop::bool::weighted(0.2).prop_map(|erase| if erase { Ask::Erase } else { Ask::Expire }),
    ]
}

fn password() -> impl Strategy<Value = Password> {
    prop_oneof![3 => Just(Password::Current), 1 => Just(Password::Older), 3 => Just(Password::Wrong)]
}

fn username() -> impl Strategy<Value = Username> {
    prop_oneof![3 => Just(Username::Right), 2 => (0_u8..7).prop_map(Username::Wrong)]
}

fn factor() -> impl Strategy<Value = Factor> {
    prop_oneof![
        2 => Just(Factor::None),
        3 => Just(Factor::Fresh),
        1 => Just(Factor::Replayed),
        2 => (0_usize..4).prop_map(Factor::Code),
        2 => Just(Factor::Wrong),
    ]
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![3 => Just(Link::New), 5 => Just(Link::Newest), 1 => any::<usize>().prop_map(Link::Any)]
}
