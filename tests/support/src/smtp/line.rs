//! Lines in and out.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// What a session talks over.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Socket for T {}

/// A socket with a line buffer.
pub(super) struct Lines {
    stream: BufReader<Box<dyn Socket>>,
    bare_lf: bool,
}

impl Lines {
    pub(super) fn new(socket: Box<dyn Socket>, bare_lf: bool) -> Self {
        Self { stream: BufReader::new(socket), bare_lf }
    }

    pub(super) fn into_socket(self) -> Box<dyn Socket> {
        self.stream.into_inner()
    }

    /// The next line without its end; `None` when the client is gone.
    pub(super) async fn command(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await?;
        let text = line.strip_suffix(b"\r\n").map(|line| String::from_utf8_lossy(line).into_owned());
        Ok(text)
    }

    /// Returns once there is more to read, or the client is gone.
    pub(super) async fn more(&mut self) -> io::Result<()> {
        self.stream.fill_buf().await.map(drop)
    }

    /// Writes `text` and a line end.
    pub(super) async fn reply(&mut self, text: &str) -> io::Result<()> {
        let mut lines = format!("{text}\r\n");
        if self.bare_lf {
            lines = lines.replace("\r\n", "\n");
        }
        self.stream.write_all(lines.as_bytes()).await?;
        self.stream.flush().await
    }

    /// The message up to the final dot, dots taken out; `None` if the client left before.
    pub(super) async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut message = Vec::new();
        loop {
            let mut line = Vec::new();
            self.stream.read_until(b'\n', &mut line).await?;
            match line.as_slice() {
                b".\r\n" => return Ok(Some(message)),
                [b'.', rest @ ..] if rest.ends_with(b"\n") => message.extend_from_slice(rest),
                line if line.ends_with(b"\n") => message.extend_from_slice(line),
                _ => return Ok(None),
            }
        }
    }

    /// Returns when the client has hung up.
    pub(super) async fn hangup(&mut self) {
        while let Ok(Some(_)) = self.command().await {}
    }
}
