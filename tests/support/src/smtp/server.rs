//! What all connections of a server share, and the door they come in by.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::{
    fault::Plan,
    ledger::Ledger,
    line::Lines,
    session::{Conversation, Over},
    tls::Encryption,
};

/// What the server offers.
pub(super) struct Settings {
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<(String, String)>,
    pub(super) mechanisms: String,
    pub(super) pipelining: bool,
    pub(super) mails_to_nobody: bool,
    pub(super) smtputf8: bool,
    pub(super) bare_lf: bool,
}

pub(super) struct Server {
    pub(super) settings: Settings,
    pub(super) acceptor: Option<TlsAcceptor>,
    pub(super) ledger: Ledger,
    pub(super) plan: Mutex<Arc<Plan>>,
    pub(super) connections: AtomicUsize,
    /// Now open, and most ever open at once.
    pub(super) open: watch::Sender<(usize, usize)>,
}

impl Server {
    pub(super) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.lock().expect("nothing panics while it holds the plan"))
    }
}

/// Serves until the task is aborted, which also ends every connection.
pub(super) async fn accept_all(server: Arc<Server>, listener: TcpListener) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            incoming = listener.accept() => match incoming {
                Ok(socket) => { sessions.spawn(serve(Arc::clone(&server), socket)); }
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = sessions.join_next() => {}
        }
    }
}

async fn serve(server: Arc<Server>, (socket, _): (TcpStream, SocketAddr)) {
    let _count = Counted::new(&server);
    let number = server.connections.fetch_add(1, Ordering::SeqCst) + 1;
    let _ = socket.set_nodelay(true);
    let _: Result<(), Over> = async {
        let bare_lf = server.settings.bare_lf;
        let lines = match (&server.acceptor, server.settings.encryption) {
            (Some(acceptor), Encryption::Implicit) => {
                Lines::new(Box::new(acceptor.accept(socket).await?), bare_lf)
            }
            _ => Lines::new(Box::new(socket), bare_lf),
        };
        let encrypted = server.settings.encryption == Encryption::Implicit;
        Conversation::new(&server, number, lines, encrypted).run().await
    }
    .await;
}

/// Keeps the count of open connections right, also when a session is aborted.
struct Counted<'a>(&'a Server);

impl<'a> Counted<'a> {
    fn new(server: &'a Server) -> Self {
        server.open.send_modify(|(now, most)| {
            *now += 1;
            *most = (*most).max(*now);
        });
        Self(server)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.open.send_modify(|(now, _)| *now -= 1);
    }
}
