//! Connections: accepted, answered and closed in order, within limits that no caller can stretch.
//!
//! axum's own loop has no timer, so a caller could hold a connection by never ending its head. This
//! one closes such connections, and on a stop it does as axum's does: nobody new is let in, what is in
//! hand is answered.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::base::web::{client, wait::Room};

/// What one connection may take, and all of them together.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long a request's head may take. It is counted from the answer before it, so an idle
    /// connection is closed after this time, too.
    pub head: Duration,
    /// Connections at the same time; whoever comes then waits in the system's queue. Together with
    /// the database and what we ask of others it stays below the usual limit of 1024 open files.
    pub connections: usize,
    /// Connections of one address at the same time; one more is told so and closed. Our own proxies
    /// speak for many, and are not counted.
    pub each: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), connections: 800, each: 100 }
    }
}

/// The largest head, in bytes. Init data has 8 KiB at most.
const HEAD: usize = 64 * 1024;
/// What somebody is told who has too many connections open.
const TOO_MANY: &str = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 91\r\n\r\n\
    Too many connections are open from your address. Close some; nothing was done or changed.\r\n";
/// When the system has no more sockets to give.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until it is told to stop, and then until everybody is answered. Whoever drops the future
/// drops the connections.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    trusts: impl Fn(IpAddr) -> bool,
    stop: CancellationToken,
) -> io::Result<()> {
    let mut connections = JoinSet::new();
    let seats = Room::new(bounds.each, usize::MAX);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept(), if connections.len() < bounds.connections => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let own = peer.ip().to_canonical();
                let seat = match trusts(own) {
                    true => None,
                    false => match seats.clone().take(&client::network(own)) {
                        Ok(seat) => Some(seat),
                        Err(_) => {
                            connections.spawn(refuse(stream, own));
                            continue;
                        }
                    },
                };
                let answered = answer(stream, peer, router.clone(), bounds, stop.clone());
                connections.spawn(async move {
                    answered.await;
                    drop(seat);
                });
            }
            Err(error) if concerns_one_caller(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Says why, and closes. Whoever does not read it soon finds the connection closed.
async fn refuse(mut stream: TcpStream, from: IpAddr) {
    metrics::counter!("connections_refused_total").increment(1);
    tracing::debug!(%from, "too many connections of one address");
    let told = async {
        stream.write_all(TOO_MANY.as_bytes()).await?;
        stream.shutdown().await
    };
    let _ = tokio::time::timeout(PAUSE, told).await;
}

fn concerns_one_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection, from the first request to the last.
async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    bounds: Bounds,
    stop: CancellationToken,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::AsyncReadExt,
        time::{Instant, timeout},
    };

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    /// Something that is running, and where.
    struct Running {
        address: SocketAddr,
        stop: CancellationToken,
        served: tokio::task::JoinHandle<io::Result<()>>,
    }

    async fn running(bounds: Bounds) -> Running {
        running_behind(bounds, true).await
    }

    async fn running_behind(bounds: Bounds, trusted: bool) -> Running {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        };
        let who = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
        let router = Router::new().route("/slow", get(slow)).route("/who", get(who));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        #[expect(clippy::disallowed_methods, reason = "the test is its own supervisor")]
        let served = tokio::spawn(serve(listener, router, bounds, move |_| trusted, stop.clone()));
        Running { address, stop, served }
    }

    async fn asks(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// Everything that comes until the other side closes.
    async fn hears(mut stream: TcpStream) -> String {
        let mut text = String::new();
        timeout(SOON, stream.read_to_string(&mut text)).await.unwrap().unwrap();
        text
    }

    const LAST: &str = " HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    const ONE_OF_MANY: &str = " HTTP/1.1\r\nhost: x\r\n\r\n";

    #[tokio::test]
    async fn a_call_is_answered_and_its_address_is_known() {
        let running = running(Bounds::default()).await;
        let stream = asks(running.address, &format!("GET /who{LAST}")).await;
        let own = stream.local_addr().unwrap().to_string();
        let answer = hears(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&own), "{answer}");
    }

    #[tokio::test]
    async fn whoever_never_ends_its_head_is_shown_out() {
        let bounds = Bounds { head: Duration::from_millis(100), ..Bounds::default() };
        let running = running(bounds).await;
        let started = Instant::now();
        hears(asks(running.address, "GET /who HTTP/1.1\r\nhost:").await).await;
        hears(asks(running.address, "").await).await;
        assert!(started.elapsed() < SOON / 2);
        // A long answer is not a slow head.
        let answer = hears(asks(running.address, &format!("GET /slow{LAST}")).await).await;
        assert!(answer.ends_with("done"), "{answer}");
    }

    #[tokio::test]
    async fn a_stop_answers_what_is_in_hand_and_lets_nobody_in() {
        let running = running(Bounds::default()).await;
        let idle = asks(running.address, "").await;
        let busy = asks(running.address, &format!("GET /slow{ONE_OF_MANY}")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.stop.cancel();
        assert!(hears(busy).await.ends_with("done"));
        assert_eq!(hears(idle).await, "");
        timeout(SOON, running.served).await.unwrap().unwrap().unwrap();
        assert!(TcpStream::connect(running.address).await.is_err());
    }

    #[tokio::test]
    async fn a_full_house_lets_the_next_in_when_somebody_leaves() {
        let running = running(Bounds { connections: 1, ..Bounds::default() }).await;
        let first = asks(running.address, &format!("GET /who{ONE_OF_MANY}")).await;
        let second = hears(asks(running.address, &format!("GET /who{LAST}")).await);
        let mut second = pin!(second);
        assert!(timeout(Duration::from_millis(200), second.as_mut()).await.is_err());
        drop(first);
        assert!(second.await.starts_with("HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn one_address_cannot_take_every_seat() {
        let bounds = Bounds { each: 3, ..Bounds::default() };
        let running = running_behind(bounds, false).await;
        let held = [
            asks(running.address, "").await,
            asks(running.address, "").await,
            asks(running.address, "").await,
        ];
        let refused = hears(asks(running.address, "").await).await;
        assert!(
            refused.starts_with("HTTP/1.1 429") && refused.contains("retry-after: 5"),
            "{refused}"
        );
        let body = refused.split_once("\r\n\r\n").unwrap().1;
        assert!(refused.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
        drop(held);
        let started = Instant::now();
        while !hears(asks(running.address, &format!("GET /who{LAST}")).await)
            .await
            .contains(" 200 ")
        {
            assert!(started.elapsed() < SOON, "a seat is free again");
        }
    }

    #[tokio::test]
    async fn a_proxy_of_ours_speaks_for_many() {
        let bounds = Bounds { each: 1, ..Bounds::default() };
        let running = running(bounds).await;
        let _held = [asks(running.address, "").await, asks(running.address, "").await];
        let answer = hears(asks(running.address, &format!("GET /who{LAST}")).await).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
