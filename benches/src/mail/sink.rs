//! A mail server that costs as little as it can: it takes every mail, counts it
//! by its Message-ID, and answers 250 at once or after a while.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use memchr::memmem::find;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The server, on a thread of its own until the end of the process.
#[derive(Clone)]
pub struct Sink {
    pub address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    seen: watch::Receiver<usize>,
}

/// Mails taken since it was emptied.
#[derive(Default)]
struct Taken {
    copies: HashMap<Vec<u8>, usize>,
    mails: usize,
    bytes: usize,
    span: Option<(Instant, Instant)>,
}

/// What it took in a turn.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    pub mails: usize,
    /// Different ones.
    pub distinct: usize,
    /// Of a mail, on average.
    pub bytes: usize,
    pub first: Instant,
    pub last: Instant,
}

impl Sink {
    /// One that answers the final dot after `delay`.
    pub fn start(delay: Duration) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, seen) = watch::channel(0);
        let taken = Arc::new(Mutex::new(Taken::default()));
        let server = Server { delay, taken: taken.clone(), tell: Arc::new(tell) };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.accept_all(listener));
        });
        Self { address, taken, seen }
    }

    /// Forgets what it took.
    pub fn empty(&self) {
        *self.taken.lock().unwrap() = Taken::default();
    }

    /// Waits until it has taken so many mails.
    pub async fn wait_for(&self, mails: usize) {
        let mut seen = self.seen.clone();
        seen.wait_for(|_| self.taken.lock().unwrap().mails >= mails).await.unwrap();
    }

    /// What it took.
    pub fn tally(&self) -> Tally {
        let taken = self.taken.lock().unwrap();
        let (first, last) = taken.span.unwrap();
        let bytes = taken.bytes / taken.mails;
        Tally { mails: taken.mails, distinct: taken.copies.len(), bytes, first, last }
    }
}

#[derive(Clone)]
struct Server {
    delay: Duration,
    taken: Arc<Mutex<Taken>>,
    tell: Arc<watch::Sender<usize>>,
}

impl Server {
    async fn accept_all(self, listener: std::net::TcpListener) {
        let listener = TcpListener::from_std(listener).unwrap();
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let server = self.clone();
            // Whoever hangs up has hung up.
            tokio::spawn(async move { server.serve(socket).await });
        }
    }

    async fn serve(self, mut socket: TcpStream) -> Result<()> {
        socket.set_nodelay(true)?;
        socket.write_all(b"220 sink ESMTP\r\n").await?;
        let (mut input, mut in_data) = (Vec::with_capacity(16 * 1024), false);
        while socket.read_buf(&mut input).await? > 0 {
            let mut replies = Vec::new();
            while let Some(length) = complete(&input, in_data) {
                if in_data {
                    // The shortest sleep is a millisecond.
                    if !self.delay.is_zero() {
                        tokio::time::sleep(self.delay).await;
                    }
                    self.take(&input[..length]);
                }
                let reply = if in_data { "250 2.0.0 taken\r\n" } else { reply(&input) };
                in_data = reply.starts_with("354");
                replies.extend_from_slice(reply.as_bytes());
                input.drain(..length);
            }
            socket.write_all(&replies).await?;
        }
        Ok(())
    }

    fn take(&self, mail: &[u8]) {
        let now = Instant::now();
        let mut taken = self.taken.lock().unwrap();
        *taken.copies.entry(message_id(mail)).or_default() += 1;
        taken.mails += 1;
        taken.bytes += mail.len();
        taken.span = Some((taken.span.map_or(now, |(first, _)| first), now));
        let mails = taken.mails;
        drop(taken);
        self.tell.send_replace(mails);
    }
}

/// How long the command, or the mail with its dot, at the beginning of `input` is.
fn complete(input: &[u8], in_data: bool) -> Option<usize> {
    let end: &[u8] = if in_data { b"\r\n.\r\n" } else { b"\r\n" };
    find(input, end).map(|at| at + end.len())
}

fn reply(command: &[u8]) -> &'static str {
    match command.first_chunk() {
        Some(b"EHLO") => "250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
        Some(b"DATA") => "354 go on\r\n",
        Some(b"QUIT") => "221 bye\r\n",
        _ => "250 2.0.0 well\r\n",
    }
}

fn message_id(mail: &[u8]) -> Vec<u8> {
    let name = b"\nMessage-I";
    let id = find(mail, name).map_or(&[][..], |at| &mail[at + name.len()..]);
    id.iter().skip(2).copied().take_while(|byte| *byte != b'\r').collect()
}
