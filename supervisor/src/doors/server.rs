//! Serves the doors on a socket: bounded in connections and in patience, and ended without losing a turn.

mod line;
mod refusal;

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use metering::Metrics;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::line::{Line, Place};
use super::address::{Peer, is_among, subscriber};
use super::gate::{LARGEST_HEAD, MOST_HEADERS};
use super::limits::{AtOnce, Limits};
use super::open::Open;
use super::patience::Patience;
use super::router::{Doors, router};
use crate::measures;

/// Most that is read ahead of a connection, and most that is written ahead of a client that reads slowly, in bytes.
const LARGEST_BUFFER: usize = 64 * 1024;
/// The gate refuses a head that is too large with a problem. What is even larger is not read on, and refused in one line.
const HARD_HEAD: usize = 2 * LARGEST_HEAD;
const HARD_HEADERS: usize = 2 * MOST_HEADERS;
/// How long nothing is accepted after the machine has run out of something, such as file descriptors.
const PAUSE: Duration = Duration::from_millis(250);

/// Serves on `listener` until `stop`, then lets requests and turns under way finish, for as long as the grace lasts.
pub async fn serve(listener: TcpListener, doors: Doors, stop: impl Future<Output = ()>) {
    let (flights, grace) = (doors.flights.clone(), doors.patience.grace);
    let server = Arc::new(Server::new(doors));
    server.accept(listener, stop).await;
    // The listener is closed: whoever comes now is refused by the machine. A connection that rests ends at once.
    server.closing.cancel();
    server.lines.close();
    let finished = async {
        server.lines.wait().await;
        flights.land().await;
    };
    if timeout(grace, finished).await.is_err() {
        tracing::warn!(connections = server.lines.len(), "ended before everything had finished");
    }
    server.cut.cancel();
}

struct Server {
    http: http1::Builder,
    router: Router,
    limits: Arc<Limits>,
    metrics: Arc<dyn Metrics>,
    open: Open,
    patience: Patience,
    /// Places for connections.
    room: Arc<Semaphore>,
    /// Connections of each subscriber.
    neighbours: Arc<AtOnce<IpAddr>>,
    /// Places for refusals: there are none for a crowd.
    courtesy: Arc<Semaphore>,
    /// The open connections, also those that became sockets.
    lines: TaskTracker,
    /// The server is ending: finish.
    closing: CancellationToken,
    /// The server has ended.
    cut: CancellationToken,
}

impl Server {
    fn new(doors: Doors) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(doors.patience.head)
            .max_headers(HARD_HEADERS)
            .max_header_size(HARD_HEAD)
            .max_buf_size(LARGEST_BUFFER);
        Self {
            http,
            limits: doors.limits.clone(),
            metrics: doors.product.metrics.clone(),
            open: doors.open.clone(),
            patience: doors.patience,
            room: Arc::new(Semaphore::new(doors.limits.rules().connections)),
            neighbours: Arc::default(),
            courtesy: Arc::new(Semaphore::new(refusal::MOST)),
            lines: TaskTracker::new(),
            closing: doors.closing.clone(),
            cut: CancellationToken::new(),
            router: router(doors),
        }
    }

    async fn accept(self: &Arc<Self>, listener: TcpListener, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.welcome(stream, address),
                // The client has gone again.
                Err(cause) if is_its_own_end(&cause) => {}
                Err(cause) => {
                    tracing::error!(%cause, "no connection can be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Gives the connection a place, or says that there is none. Waiting in front of the door instead would leave clients, and
    /// the balancer that asks whether we live, without an answer.
    fn welcome(self: &Arc<Self>, stream: TcpStream, address: SocketAddr) {
        let peer = Peer::from(address);
        match self.place(peer.0) {
            Ok(place) => {
                // Streamed words must not wait for the acknowledgement of the ones before. A lost connection needs no option.
                let _ = stream.set_nodelay(true);
                tokio::spawn(self.clone().serve(stream, peer, place));
            }
            Err(limit) => {
                self.metrics.record(&[measures::of_refusal(StatusCode::SERVICE_UNAVAILABLE.as_u16())]);
                if let Ok(courtesy) = self.courtesy.clone().try_acquire_owned() {
                    tokio::spawn(async move {
                        refusal::refuse(stream, limit).await;
                        drop(courtesy);
                    });
                }
            }
        }
    }

    /// # Errors
    /// The limit that is reached.
    fn place(&self, address: IpAddr) -> Result<Place, &'static str> {
        let rules = self.limits.rules();
        let room = self.room.clone().try_acquire_owned().map_err(|_| "limits.connections")?;
        // Everything that a proxy brings, and every program of this machine, has one address.
        let is_one = !address.is_loopback() && !is_among(&rules.trusted_proxies, address);
        let most = rules.address_connections.filter(|_| is_one);
        let neighbour = most.map(|most| {
            let entered = self.neighbours.enter(subscriber(address), most.get());
            entered.ok_or("limits.address_connections")
        });
        Ok(Place {
            _room: room,
            _neighbour: neighbour.transpose()?,
            _line: self.lines.token(),
            _open: self.open.connection(),
        })
    }

    async fn serve(self: Arc<Self>, stream: TcpStream, peer: Peer, place: Place) {
        // Browsers connect ahead. Until the first byte there is nothing to hold for it, and nothing to finish.
        tokio::select! {
            () = self.closing.cancelled() => return,
            readable = timeout(self.patience.head, stream.readable()) => if !matches!(readable, Ok(Ok(()))) { return },
        }
        let router = TowerToHyperService::new(self.router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            router.call(request)
        });
        let line = TokioIo::new(Line::new(stream, self.patience.stall, place));
        let connection = self.http.serve_connection(line, service).with_upgrades();
        tokio::pin!(connection);
        // How a connection ends is its client's affair; requests have been answered or logged.
        tokio::select! {
            _ = &mut connection => return,
            () = self.closing.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            _ = connection => {}
            () = self.cut.cancelled() => {}
        }
    }
}

fn is_its_own_end(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
    )
}
