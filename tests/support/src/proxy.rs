//! A line between a client and a server that can be cut, held and released.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of bytes on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    /// Where new connections lead.
    target: SocketAddr,
    /// They wait: neither side is told.
    held: bool,
    /// Counts the cuts: connections from before one are gone.
    cuts: usize,
}

/// A running proxy; dropping it closes every connection.
pub struct Proxy {
    address: SocketAddr,
    line: Arc<watch::Sender<Line>>,
    door: JoinHandle<()>,
}

impl Proxy {
    /// A line to `target`, from a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let line = Arc::new(watch::Sender::new(Line { target, held: false, cuts: 0 }));
        let door = tokio::spawn(accept_all(listener, Arc::clone(&line)));
        Ok(Self { address, line, door })
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts every connection there is; new ones go through.
    pub fn cut(&self) {
        self.line.send_modify(|line| line.cuts += 1);
    }

    /// From now on the line leads to another server; connections to the one before are cut.
    pub fn switch(&self, target: SocketAddr) {
        self.line.send_modify(|line| (line.target, line.cuts) = (target, line.cuts + 1));
    }

    /// From now on no byte arrives, and nobody is told: a half-open line.
    pub fn hold(&self) {
        self.line.send_modify(|line| line.held = true);
    }

    /// What was held arrives.
    pub fn release(&self) {
        self.line.send_modify(|line| line.held = false);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.door.abort();
        self.cut();
    }
}

async fn accept_all(listener: TcpListener, line: Arc<watch::Sender<Line>>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(connect(client, line.subscribe()));
    }
}

async fn connect(client: TcpStream, mut line: watch::Receiver<Line>) {
    let Line { target, cuts: before, .. } = *line.borrow_and_update();
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        _ = pass(from_client, to_server, line.clone()) => {}
        _ = pass(from_server, to_client, line.clone()) => {}
        _ = line.wait_for(|line| line.cuts > before) => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        let _ = line.wait_for(|line| !line.held).await;
        if count == 0 {
            return to.shutdown().await;
        }
        to.write_all(&bytes[..count]).await?;
    }
}
