//! `listen`: an address and a port.

use std::net::SocketAddr;

use serde::{Deserialize, Deserializer, de::Error};

pub(super) fn default() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// An address that can be listened at. A name could be several.
pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(from)?;
    text.trim().parse().map_err(|_| {
        D::Error::custom(
            "must be an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080",
        )
    })
}
