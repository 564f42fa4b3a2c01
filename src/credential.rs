//! Passwords, second factors, recovery codes: everything that is compared.

pub mod hash;
pub mod policy;
pub mod recovery;
pub mod seal;
pub mod totp;

pub use hash::Hasher;
pub use policy::Rejection;
