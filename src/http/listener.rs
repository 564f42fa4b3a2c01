//! The socket of a server that turns nobody away when it stops.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How long after the socket is closed a connection that was accepted before has time for its first request. Without
/// it the server takes such a connection for an idle one and closes it, and a proxy repeats no POST.
const FIRST_REQUEST_TIME: Duration = Duration::from_millis(250);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, GentleListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, GentleListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A socket that listens until `stop`. Connections that the system has already accepted by then are still served: a
/// closed socket would reset them, with the requests that they have sent.
pub struct GentleListener {
    listener: Option<TcpListener>,
    /// The last connections, which are still to be handed out.
    last: VecDeque<(TcpStream, SocketAddr)>,
    address: SocketAddr,
    stop: CancellationToken,
    closed: CancellationToken,
}

impl GentleListener {
    /// Listens on `listener` until `stop`.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn new(listener: TcpListener, stop: CancellationToken) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let closed = CancellationToken::new();
        Ok(Self { listener: Some(listener), last: VecDeque::new(), address, stop, closed })
    }

    /// Cancelled when every connection has been handed out: then the server may close those that are idle.
    #[must_use]
    pub fn closed(&self) -> CancellationToken {
        self.closed.clone()
    }

    /// Closes the socket, and keeps what the system has accepted.
    fn close(&mut self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        loop {
            match listener.accept() {
                Ok((stream, from)) => {
                    let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                    self.last.extend(stream.ok().map(|stream| (stream, from)));
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // Nothing is left, or nothing can be done.
                Err(_) => return,
            }
        }
    }
}

impl Listener for GentleListener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        if let Some(listener) = &mut self.listener {
            let stop = self.stop.clone();
            tokio::select! {
                accepted = Listener::accept(listener) => return accepted,
                () = stop.cancelled() => {}
            }
        }
        if let Some(listener) = self.listener.take() {
            self.close(listener);
        }
        if let Some(last) = self.last.pop_front() {
            return last;
        }
        tokio::time::sleep(FIRST_REQUEST_TIME).await;
        self.closed.cancel();
        std::future::pending().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::post;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// The system accepts connections on its own, before the server knows of them.
    #[tokio::test]
    async fn a_connection_that_waits_to_be_accepted_is_served_while_stopping() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        // Nobody accepts yet; and the stop comes first.
        let mut waiting = Vec::new();
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            waiting.push(stream);
        }
        let silent = TcpStream::connect(address).await.unwrap();
        stop.cancel();
        let listener = GentleListener::new(listener, stop).unwrap();
        let closed = listener.closed();
        let routes =
            Router::new().route("/", post(async || "done")).into_make_service_with_connect_info::<Peer>();
        let served = axum::serve(listener, routes).with_graceful_shutdown(closed.cancelled_owned());
        let served = tokio::spawn(served.into_future());
        for mut stream in waiting {
            let mut answer = vec![0; 12];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(answer, b"HTTP/1.1 200");
        }
        // Nor does one that says nothing keep it from ending.
        served.await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
        drop(silent);
    }
}
