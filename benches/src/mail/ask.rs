//! Asking for links by HTTP, over connections that are kept.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memchr::memmem::find;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::people;

/// A connection to the API.
pub struct Caller {
    socket: TcpStream,
    answer: Vec<u8>,
}

impl Caller {
    pub async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, answer: Vec::new() }
    }

    /// Asks for a link for this username, from a source address of its own; answered 202.
    pub async fn ask(&mut self, username: &str, source: usize) {
        let email = people::address(username);
        let body = format!("{{\"username\":\"{username}\",\"email\":\"{email}\"}}");
        let [_, a, b, c] = u32::try_from(source).unwrap().to_be_bytes();
        let request = format!(
            "POST /v1/commands/request-reset HTTP/1.1\r\nHost: login.example.org\r\nX-Forwarded-For: 10.{a}.{b}.{c}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
        );
        self.socket.write_all(request.as_bytes()).await.unwrap();
        self.answer.clear();
        while !is_whole(&self.answer) {
            assert!(self.socket.read_buf(&mut self.answer).await.unwrap() > 0, "hung up");
        }
        let said = String::from_utf8_lossy(&self.answer);
        assert!(said.starts_with("HTTP/1.1 202"), "{said}");
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = find(answer, b"\r\n\r\n") else { return false };
    let said = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    let length = said.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    answer.len() >= head + 4 + length.parse::<usize>().unwrap()
}

/// So many callers ask for a link for each of these usernames.
pub async fn ask_all(address: SocketAddr, usernames: Vec<String>, callers: usize) {
    let (usernames, next) = (Arc::new(usernames), Arc::new(AtomicUsize::new(0)));
    let caller = || {
        let (usernames, next) = (usernames.clone(), next.clone());
        async move {
            let mut caller = Caller::connect(address).await;
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                let Some(username) = usernames.get(nth) else { return };
                caller.ask(username, nth).await;
            }
        }
    };
    let callers: Vec<_> = (0..callers).map(|_| tokio::spawn(caller())).collect();
    for caller in callers {
        caller.await.unwrap();
    }
}
