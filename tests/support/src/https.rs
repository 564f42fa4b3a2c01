//! A web server that takes whatever is posted to it, by TLS with a certificate of its own.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::smtp::{Identity, certified};

/// A running server.
pub struct Https {
    url: String,
    certificate: String,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Https {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// There is no port, or no certificate, to be had.
    pub async fn start() -> io::Result<Self> {
        let (acceptor, certificate) = certified(Identity::Right)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://localhost:{}/", listener.local_addr()?.port());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let bodies = taken.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                // Whoever does not trust the certificate hangs up.
                if let Ok(socket) = acceptor.accept(socket).await {
                    let _ = take(socket, &bodies).await;
                }
            }
        });
        Ok(Self { url, certificate, taken })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate to trust, in PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// What was posted so far.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("nothing panics while it holds them").clone()
    }
}

/// One request of a connection.
async fn take(socket: impl AsyncRead + AsyncWrite + Unpin, bodies: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut socket = BufReader::new(socket);
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        if socket.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await?;
    let body = String::from_utf8(body).map_err(io::Error::other)?;
    bodies.lock().expect("nothing panics while it holds them").push(body);
    socket.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await?;
    socket.shutdown().await
}
