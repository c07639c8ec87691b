//! Clients that misbehave: one never reads, one sends a byte a second, one hangs up while it is answered. All come again.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::AbortOnDropHandle;

use super::readers::{Door, Line, Reader};
use super::server::Server;

/// What the machine holds for a client that never reads: little, so that the server's own buffers fill.
const SMALL: u32 = 4_096;
/// Between two messages of a client that never reads.
const PACE: Duration = Duration::from_millis(200);
/// How long a client stays away that was thrown out, or that hung up.
const SULK: Duration = Duration::from_secs(1);

/// `count` of each kind, until the result is dropped.
pub fn clients(server: &Server, door: Door, count: usize) -> Vec<AbortOnDropHandle<()>> {
    let spawn = |n: usize, kind: usize| {
        let reader = Reader::new(server.address(), door, Some("ada"), format!("bad-{kind}-{n}"));
        let address = server.address().to_owned();
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                // Whatever becomes of it, it comes again.
                let _ = match kind {
                    0 => never_reads(&reader, &address).await,
                    1 => a_byte_a_second(&address).await,
                    _ => hangs_up(&reader).await,
                };
                sleep(SULK).await;
            }
        }))
    };
    (0..count).flat_map(|n| (0..3).map(move |kind| (n, kind))).map(|(n, kind)| spawn(n, kind)).collect()
}

/// Asks for much more than it will ever take.
async fn never_reads(reader: &Reader, address: &str) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(SMALL)?;
    let stream = socket.connect(address.parse().map_err(std::io::Error::other)?).await;
    match reader.open(stream).await.map_err(std::io::Error::other)? {
        // One turn and its repeats, without hurry: much to read that costs little to make. A flood would be another test.
        Line::Socket(mut socket) => loop {
            socket.send(Message::text(reader.message(reader.session()))).await.map_err(std::io::Error::other)?;
            sleep(PACE).await;
        },
        Line::Sse(mut stream) => {
            stream.write_all(reader.request().replace("Connection: close\r\n", "").as_bytes()).await?;
            let more = format!("GET /openapi.json HTTP/1.1\r\nHost: {address}\r\n\r\n").repeat(200);
            loop {
                stream.write_all(more.as_bytes()).await?;
            }
        }
    }
}

/// Begins a body that never ends.
async fn a_byte_a_second(address: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "POST /v1/turns HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    loop {
        stream.write_all(b" ").await?;
        sleep(Duration::from_secs(1)).await;
    }
}

/// Goes away after the first that it hears.
async fn hangs_up(reader: &Reader) -> std::io::Result<()> {
    match reader.connect().await {
        Ok(Line::Sse(mut stream)) => {
            stream.write_all(reader.request().as_bytes()).await?;
            stream.read(&mut [0; 64]).await.map(drop)
        }
        Ok(Line::Socket(mut socket)) => {
            let _ = socket.send(Message::text(reader.message(&format!("hangs-up-{}", reader.session())))).await;
            let _ = socket.next().await;
            Ok(())
        }
        Err(cause) => Err(std::io::Error::other(cause)),
    }
}
