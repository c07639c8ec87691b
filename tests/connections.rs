//! Clients that are slow, silent, too many or there at the end: over a real connection, beside one that means it.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use supervisor::doors::limits::Limits;
use supervisor::doors::patience::Patience;
use supervisor::doors::{Doors, server};
use supervisor::roster::Tools;
use supervisor::settings::LimitRules;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::clients::Socket;
use crate::house::{furnished, tools};
use crate::limits::HeldModel;

/// Longest that anything here may take. Never the measure of a test.
const FOREVER: Duration = Duration::from_secs(60);
const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

/// A server on this machine.
struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    closing: CancellationToken,
    ended: JoinHandle<()>,
    _folder: TempDir,
}

impl Served {
    async fn with(tools: Tools, change: impl FnOnce(&mut Doors)) -> Self {
        let (mut doors, folder) = furnished(tools);
        change(&mut doors);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let closing = doors.closing.clone();
        let ended = tokio::spawn(server::serve(listener, doors, async { drop(stopped.await) }));
        Self { address, stop, closing, ended, _folder: folder }
    }

    async fn limited(rules: LimitRules, patience: Patience) -> Self {
        Self::with(tools(), |doors| {
            doors.limits = Arc::new(Limits::new(rules, doors.product.clock.clone()));
            doors.patience = patience;
        })
        .await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// The answer to `request` on a connection of its own that is closed by the server.
    async fn last_words(&self, request: &[u8]) -> Answer {
        let mut connection = self.connect().await;
        // A server that has heard enough may close while we still talk.
        let _ = connection.write_all(request).await;
        rest(&mut connection).await
    }

    /// Asks whether it lives until the answer is as expected.
    async fn until(&self, status: u16) -> Answer {
        let asked = async {
            loop {
                let mut connection = self.connect().await;
                connection
                    .write_all(HEALTH.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes())
                    .await
                    .unwrap();
                let answer = rest(&mut connection).await;
                if answer.status == status {
                    return answer;
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(FOREVER, asked).await.expect("it answers so at last")
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Value,
}

/// All that is still said until the connection is closed.
async fn rest(connection: &mut TcpStream) -> Answer {
    let mut said = Vec::new();
    let read = timeout(FOREVER, connection.read_to_end(&mut said)).await.expect("the connection is closed");
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(read.is_ok(), "reset after {said:?}");
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_lowercase(), body: serde_json::from_str(body).unwrap_or_default() }
}

/// Sends `request` and reads one answer without closing: its status.
async fn exchange(connection: &mut TcpStream, request: &str) -> u16 {
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut said = vec![0; 4_096];
    let read = timeout(FOREVER, connection.read(&mut said)).await.expect("an answer comes").unwrap();
    String::from_utf8_lossy(&said[..read]).split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

fn turn(session: &str) -> String {
    let body = format!(r#"{{"session_id":"{session}","text":"What tyre pressure does my car need?"}}"#);
    format!(
        "POST /v1/turns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo-ada\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn short() -> Duration {
    Duration::from_millis(150)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_finishes_a_head_is_left() {
    let served = Served::limited(LimitRules::default(), Patience { head: short(), ..Patience::default() }).await;
    let silent = async { assert_eq!(rest(&mut served.connect().await).await.status, 0, "no request, no answer") };
    let slow = async {
        let (mut reader, mut writer) = served.connect().await.into_split();
        let drip = tokio::spawn(async move {
            for byte in HEALTH.bytes().cycle().take(30) {
                // The closed connection ends it.
                if writer.write_all(&[byte]).await.is_err() {
                    return;
                }
                sleep(Duration::from_millis(20)).await;
            }
        });
        let mut said = Vec::new();
        // Closed or reset: it is over either way.
        let _ = timeout(FOREVER, reader.read_to_end(&mut said)).await.expect("it ends");
        assert!(said.is_empty(), "{}", String::from_utf8_lossy(&said));
        drip.abort();
    };
    let resting = async {
        let mut connection = served.connect().await;
        assert_eq!(exchange(&mut connection, HEALTH).await, 200);
        assert_eq!(rest(&mut connection).await.status, 0, "a connection does not rest for ever");
    };
    tokio::join!(silent, slow, resting, served.until(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_a_byte_now_and_then_is_told_so() {
    let served = Served::limited(LimitRules::default(), Patience { body: short(), ..Patience::default() }).await;
    let (mut reader, mut writer) = served.connect().await.into_split();
    let head = turn("drip").split_once("\r\n\r\n").unwrap().0.to_owned() + "\r\n\r\n";
    writer.write_all(head.as_bytes()).await.unwrap();
    let drip = tokio::spawn(async move {
        while writer.write_all(b" ").await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    });
    let mut said = vec![0; 4_096];
    let read = timeout(FOREVER, reader.read(&mut said)).await.expect("an answer comes").unwrap();
    let said = String::from_utf8_lossy(&said[..read]).into_owned();
    assert!(said.starts_with("HTTP/1.1 408") && said.contains("application/problem+json"), "{said}");
    served.until(200).await;
    drip.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_loses_the_connection_and_its_place() {
    let rules = LimitRules { connections: 1, ..LimitRules::default() };
    let served = Served::limited(rules, Patience { stall: short(), ..Patience::default() }).await;
    let (_never_read, mut writer) = served.connect().await.into_split();
    let ask = tokio::spawn(async move {
        // More answers than the machine's buffers hold.
        let requests = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
        while writer.write_all(requests.as_bytes()).await.is_ok() {}
    });
    timeout(FOREVER, ask).await.expect("the server hangs up").unwrap();
    served.until(200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_no_place_is_told_and_finds_one_later() {
    let served = Served::limited(LimitRules { connections: 1, ..LimitRules::default() }, Patience::default()).await;
    let mut first = served.connect().await;
    assert_eq!(exchange(&mut first, HEALTH).await, 200);
    let refused = served.until(503).await;
    assert!(
        refused.head.contains("retry-after: 5") && refused.head.contains("application/problem+json"),
        "{refused:?}"
    );
    assert!(refused.body["detail"].as_str().unwrap().contains("limits.connections"), "{refused:?}");
    assert_eq!(exchange(&mut first, HEALTH).await, 200, "who has a place keeps it");
    drop(first);
    served.until(200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_of_this_machine_are_not_one_neighbour() {
    let rules = LimitRules { address_connections: NonZeroU32::new(1), ..LimitRules::default() };
    let served = Served::limited(rules, Patience::default()).await;
    let mut connections = Vec::new();
    for _ in 0..5 {
        let mut connection = served.connect().await;
        assert_eq!(exchange(&mut connection, HEALTH).await, 200);
        connections.push(connection);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_arrive_although_not_everything_was_read() {
    let served = Served::limited(LimitRules::default(), Patience::default()).await;
    let huge_head = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(300_000));
    assert_eq!(served.last_words(huge_head.as_bytes()).await.status, 431);
    let many: String = (0..500).map(|n| format!("X-{n}: a\r\n")).collect();
    assert_eq!(served.last_words(format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes()).await.status, 431);
    assert_eq!(served.last_words(b"\x16\x03\x01 this is no HTTP\r\n\r\n").await.status, 400);
    let body = "a".repeat(500_000);
    let head = "POST /v1/turns HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let huge_body = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let refused = served.last_words(huge_body.as_bytes()).await;
    assert_eq!((refused.status, &refused.body["status"]), (413, &Value::from(413)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_under_way_is_finished_before_the_end() {
    let model = HeldModel::new();
    let served = Served::with(model.tools(), |_| {}).await;
    let mut resting = served.connect().await;
    assert_eq!(exchange(&mut resting, HEALTH).await, 200);
    let mut silent = served.connect().await;
    let mut under_way = served.connect().await;
    under_way.write_all(turn("farewell").as_bytes()).await.unwrap();
    model.is_asked().await;
    served.stop.send(()).unwrap();
    served.closing.cancelled().await;
    assert_eq!(rest(&mut resting).await.status, 0, "what rests is closed at once");
    assert_eq!(rest(&mut silent).await.status, 0);
    assert!(TcpStream::connect(served.address).await.is_err(), "nobody new is let in");
    assert!(!served.ended.is_finished(), "the turn is waited for");
    model.answer();
    let answer = rest(&mut under_way).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.head.contains("connection: close") && answer.body["reply"].is_string(), "{answer:?}");
    timeout(FOREVER, served.ended).await.expect("then it ends").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_under_way_are_told_to_their_end_and_sockets_say_goodbye() {
    let model = HeldModel::new();
    let served = Served::with(model.tools(), |_| {}).await;
    let mut idle = Socket::open(served.address, None).await.unwrap();
    let mut socket = Socket::open(served.address, Some("ada")).await.unwrap();
    socket.begin("farewell", 0, &json!({"text": "What tyre pressure does my car need?"})).await;
    model.is_asked().await;
    let mut stream = served.connect().await;
    let request = turn("farewell-stream").replacen("Host: x", "Host: x\r\nAccept: text/event-stream", 1);
    stream.write_all(request.as_bytes()).await.unwrap();
    model.is_asked().await;
    served.stop.send(()).unwrap();
    assert_eq!(u16::from(idle.end().await.unwrap().code), 1001);
    assert!(!served.ended.is_finished(), "the turns are waited for");
    model.answer();
    assert_eq!(socket.rest("farewell").await.last().unwrap().kind, "closed");
    assert_eq!(u16::from(socket.end().await.unwrap().code), 1001);
    let mut said = String::new();
    timeout(FOREVER, stream.read_to_string(&mut said)).await.expect("the stream ends").unwrap();
    assert!(said.contains("event: closed") && said.ends_with("0\r\n\r\n"), "{said}");
    timeout(FOREVER, served.ended).await.expect("then it ends").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_does_not_wait_for_ever() {
    let model = HeldModel::new();
    let served = Served::with(model.tools(), |doors| doors.patience.grace = short()).await;
    let mut under_way = served.connect().await;
    under_way.write_all(turn("too-long").as_bytes()).await.unwrap();
    model.is_asked().await;
    served.stop.send(()).unwrap();
    timeout(FOREVER, served.ended).await.expect("the grace is over").unwrap();
    let mut said = Vec::new();
    // Closed or reset, without an answer.
    let _ = timeout(FOREVER, under_way.read_to_end(&mut said)).await.expect("the connection is gone");
    assert!(said.is_empty());
}
