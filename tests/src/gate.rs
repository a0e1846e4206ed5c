//! A gate on the way to a server, which can be shut: what is on its way breaks off, and nobody gets in.

use std::net::SocketAddr;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::sync::{CancellationToken, DropGuard};

pub struct Gate {
    pub address: SocketAddr,
    open: watch::Sender<bool>,
    _close: DropGuard,
}

impl Gate {
    /// An open gate to the server at `host:port`.
    #[expect(clippy::disallowed_methods, reason = "a story's gate is no task of the service")]
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (open, may_pass) = watch::channel(true);
        let (stop, server) = (CancellationToken::new(), server.to_owned());
        let stopped = stop.clone();
        tokio::spawn(async move {
            loop {
                let (mut near, _) = tokio::select! {
                    () = stopped.cancelled() => return,
                    one = listener.accept() => one.expect("the gate accepts"),
                };
                let (mut may_pass, server) = (may_pass.clone(), server.clone());
                tokio::spawn(async move {
                    if !*may_pass.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        () = async { drop(may_pass.wait_for(|open| !open).await) } => {}
                    }
                });
            }
        });
        Self { address, open, _close: stop.drop_guard() }
    }

    pub fn shuts(&self) {
        self.open.send_replace(false);
    }

    pub fn opens(&self) {
        self.open.send_replace(true);
    }
}
