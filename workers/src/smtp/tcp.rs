//! Getting a socket.

use std::{net::SocketAddr, time::Duration};

use tokio::net::{TcpStream, lookup_host};

use super::{outcome::Failure, wire::within};

/// Connects to the first address of `host` that answers, each within `limit`.
pub(super) async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, Failure> {
    let mut outcome = Err(Failure::Unresolved);
    for address in resolve(host, port, limit).await? {
        outcome = within(limit, async { Ok(TcpStream::connect(address).await?) }).await;
        if outcome.is_ok() {
            break;
        }
    }
    let socket = outcome?;
    // Each command is one small segment: Nagle's algorithm would hold it back for the server's delayed ACK.
    socket.set_nodelay(true)?;
    Ok(socket)
}

async fn resolve(host: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, Failure> {
    let lookup = within(limit, async { Ok(lookup_host((host, port)).await?.collect()) });
    match lookup.await {
        Err(Failure::Io(_)) => Err(Failure::Unresolved),
        other => other,
    }
}
