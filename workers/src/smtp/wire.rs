//! The line: one command, one complete reply, one limit. Anything else is a [`Failure`].

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    time::timeout,
};

use super::{
    outcome::Failure,
    reply::{Lines, Reply},
};

/// A TCP connection, encrypted or not.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// `work`, ended after `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout(limit, work).await.unwrap_or(Err(Failure::TimedOut))
}

/// A socket that speaks in lines.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Socket>>,
}

impl Wire {
    pub(super) fn new(socket: Box<dyn Socket>) -> Self {
        Self { stream: BufReader::new(socket) }
    }

    /// The bare socket, for the handshake. Refuses if plain text is waiting, which would pass for encrypted later.
    pub(super) fn into_socket(mut self) -> Result<Box<dyn Socket>, Failure> {
        self.check_quiet()?;
        Ok(self.stream.into_inner())
    }

    /// Sends one command line and reads the reply to it.
    pub(super) async fn command(&mut self, line: &str, limit: Duration) -> Result<Reply, Failure> {
        Ok(self.exchange(format!("{line}\r\n").as_bytes(), limit).await?.reply())
    }

    /// Sends `bytes` and reads the reply to them.
    pub(super) async fn exchange(&mut self, bytes: &[u8], limit: Duration) -> Result<Lines, Failure> {
        self.check_quiet()?;
        let exchange = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await?;
            self.lines().await
        };
        within(limit, exchange).await
    }

    /// Reads a reply that nobody has to ask for (any more).
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Reply, Failure> {
        Ok(within(limit, self.lines()).await?.reply())
    }

    /// Writes all of `bytes`; the limit holds for each step forward, not for the whole.
    pub(super) async fn send(&mut self, mut bytes: &[u8], limit: Duration) -> Result<(), Failure> {
        while !bytes.is_empty() {
            let written = within(limit, async { Ok(self.stream.write(bytes).await?) }).await?;
            if written == 0 {
                return Err(Failure::Closed);
            }
            bytes = &bytes[written..];
        }
        within(limit, async { Ok(self.stream.flush().await?) }).await
    }

    /// Fails if the server has hung up or said something since its last reply.
    ///
    /// A reply is matched to its command by order alone, so a surplus one would answer the next command.
    pub(super) fn check_quiet(&mut self) -> Result<(), Failure> {
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(&mut self.stream).poll_fill_buf(&mut context) {
            Poll::Pending => Ok(()),
            Poll::Ready(Ok([])) => Err(Failure::Closed),
            Poll::Ready(Ok(_)) => Err(Failure::OutOfTurn),
            Poll::Ready(Err(error)) => Err(error.into()),
        }
    }

    /// Says goodbye without waiting for anything.
    pub(super) async fn quit(mut self) {
        poll_fn(|context| {
            let _ = Pin::new(&mut self.stream).poll_write(context, b"QUIT\r\n");
            let _ = Pin::new(&mut self.stream).poll_flush(context);
            Poll::Ready(())
        })
        .await;
    }

    async fn lines(&mut self) -> Result<Lines, Failure> {
        let mut lines = Lines::default();
        loop {
            let mut line = Vec::new();
            let room = lines.room() as u64;
            (&mut self.stream).take(room).read_until(b'\n', &mut line).await?;
            if line.is_empty() && room > 0 {
                return Err(Failure::Closed);
            }
            if lines.push(&line)? {
                return Ok(lines);
            }
        }
    }
}
