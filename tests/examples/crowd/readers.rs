//! Clients that mean it: they connect, ask one question, and hear the answer to its end.

use std::time::{Duration, Instant};

use clap::ValueEnum;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longest that a client waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// What each asks.
const QUESTION: &str = "What tyre pressure does my car need?";

/// How a client talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Door {
    /// Server-sent events.
    Sse,
    /// WebSocket.
    Websocket,
}

/// What a client heard of its turn.
pub struct Heard {
    pub caller: Option<&'static str>,
    pub session: String,
    pub turn: String,
    /// An agent's part is missing.
    pub degraded: bool,
    /// The words that came one by one are the reply, in order, and each number came once.
    pub whole: bool,
    pub first_word: Option<Duration>,
    pub closed: Duration,
}

/// One client.
pub struct Reader {
    address: String,
    door: Door,
    caller: Option<&'static str>,
    session: String,
}

/// Its connection.
pub enum Line {
    Sse(TcpStream),
    Socket(Box<WebSocketStream<TcpStream>>),
}

impl Reader {
    pub fn new(address: &str, door: Door, caller: Option<&'static str>, session: String) -> Self {
        Self { address: address.to_owned(), door, caller, session }
    }

    pub async fn connect(&self) -> Result<Line, String> {
        self.open(TcpStream::connect(&self.address).await).await
    }

    /// Talks over a connection that was made already.
    pub async fn open(&self, stream: std::io::Result<TcpStream>) -> Result<Line, String> {
        let stream = stream.map_err(|cause| format!("connecting: {cause}"))?;
        if self.door == Door::Sse {
            return Ok(Line::Sse(stream));
        }
        let mut request =
            format!("ws://{}/v1/socket", self.address).into_client_request().map_err(|e| e.to_string())?;
        if let Some(caller) = self.caller {
            let token = format!("Bearer demo-{caller}").parse().map_err(|_| "a bad token")?;
            request.headers_mut().insert("authorization", token);
        }
        let opened = timeout(PATIENCE, client_async(request, stream)).await.map_err(|_| "the socket does not open")?;
        opened.map(|(socket, _)| Line::Socket(Box::new(socket))).map_err(|cause| format!("opening: {cause}"))
    }

    pub async fn ask(&self, line: Line) -> Result<Heard, String> {
        let heard = timeout(PATIENCE, async {
            match line {
                Line::Sse(stream) => self.ask_for_events(stream).await,
                Line::Socket(socket) => self.ask_on_socket(*socket).await,
            }
        });
        heard.await.unwrap_or_else(|_| Err("no answer in time".into()))
    }

    /// The session that it speaks in.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The request of a turn that is answered with server-sent events.
    pub fn request(&self) -> String {
        let body = json!({"session_id": self.session, "text": QUESTION}).to_string();
        let credential =
            self.caller.map(|caller| format!("Authorization: Bearer demo-{caller}\r\n")).unwrap_or_default();
        format!(
            "POST /v1/turns HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n\
             Connection: close\r\nIdempotency-Key: {}\r\n{credential}Content-Length: {}\r\n\r\n{body}",
            self.address,
            self.session,
            body.len()
        )
    }

    /// The message of a turn on a socket.
    pub fn message(&self, key: &str) -> String {
        json!({"type": "turn", "key": key, "session_id": self.session, "text": QUESTION}).to_string()
    }

    async fn ask_for_events(&self, mut stream: TcpStream) -> Result<Heard, String> {
        let mut story = Story::begin();
        stream.write_all(self.request().as_bytes()).await.map_err(|cause| format!("asking: {cause}"))?;
        let mut events = Events::default();
        loop {
            let mut bytes = [0; 8_192];
            let read = stream.read(&mut bytes).await.map_err(|cause| format!("hearing: {cause}"))?;
            if read == 0 {
                return story.end(self);
            }
            for (name, seq, data) in events.next(&bytes[..read])? {
                story.hear(&name, seq, &data)?;
            }
        }
    }

    async fn ask_on_socket(&self, mut socket: WebSocketStream<TcpStream>) -> Result<Heard, String> {
        let mut story = Story::begin();
        let message = Message::text(self.message(&self.session));
        socket.send(message).await.map_err(|cause| format!("asking: {cause}"))?;
        while story.reply.is_none() {
            let message =
                socket.next().await.ok_or("the socket closed")?.map_err(|cause| format!("hearing: {cause}"))?;
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).map_err(|cause| cause.to_string())?;
            let name = message["type"].as_str().unwrap_or_default().to_owned();
            story.hear(&name, message["seq"].as_u64().unwrap_or_default(), &message["data"])?;
        }
        // Whatever came behind the end would be too much.
        let _ = socket.close(None).await;
        while let Some(Ok(message)) = socket.next().await {
            story.whole &= !message.is_text();
        }
        story.end(self)
    }
}

impl Line {
    /// Whether the other end still answers.
    pub async fn is_alive(&mut self) -> bool {
        let Self::Socket(socket) = self else { return true };
        if socket.send(Message::text(r#"{"type":"ping"}"#)).await.is_err() {
            return false;
        }
        let pong = async {
            while let Some(Ok(message)) = socket.next().await {
                if message.to_text().is_ok_and(|text| text.contains("pong")) {
                    return true;
                }
            }
            false
        };
        timeout(PATIENCE, pong).await.unwrap_or_default()
    }
}

/// What a client hears, put together.
struct Story {
    asked: Instant,
    last: u64,
    words: String,
    first_word: Option<Duration>,
    whole: bool,
    reply: Option<(Value, Duration)>,
}

impl Story {
    fn begin() -> Self {
        Self { asked: Instant::now(), last: 0, words: String::new(), first_word: None, whole: true, reply: None }
    }

    fn hear(&mut self, name: &str, seq: u64, data: &Value) -> Result<(), String> {
        // A number may be left out where words were joined; none comes twice, and nothing comes behind the end.
        self.whole &= seq > self.last && self.reply.is_none();
        self.last = seq;
        match name {
            "delta" => {
                self.first_word.get_or_insert_with(|| self.asked.elapsed());
                self.words.push_str(data["text"].as_str().unwrap_or_default());
            }
            "closed" => self.reply = Some((data.clone(), self.asked.elapsed())),
            "error" => return Err(data.to_string()),
            _ => {}
        }
        Ok(())
    }

    fn end(self, reader: &Reader) -> Result<Heard, String> {
        let (reply, closed) = self.reply.ok_or("the answer broke off")?;
        let words = reply["reply"].as_str().unwrap_or_default();
        Ok(Heard {
            caller: reader.caller,
            session: reader.session.clone(),
            turn: reply["turn_id"].as_str().unwrap_or_default().to_owned(),
            degraded: reply["degraded"].as_array().is_some_and(|missing| !missing.is_empty()),
            whole: self.whole && (self.words.is_empty() || self.words.trim() == words.trim()),
            first_word: self.first_word,
            closed,
        })
    }
}

/// Reads events from the chunks of an answer.
#[derive(Default)]
struct Events {
    raw: Vec<u8>,
    has_begun: bool,
    text: String,
}

impl Events {
    /// The events that `bytes` complete: name, number, data.
    fn next(&mut self, bytes: &[u8]) -> Result<Vec<(String, u64, Value)>, String> {
        self.raw.extend_from_slice(bytes);
        if !self.has_begun {
            let Some(end) = find(&self.raw, b"\r\n\r\n") else { return Ok(Vec::new()) };
            let head = String::from_utf8_lossy(&self.raw[..end]).into_owned();
            if !head.starts_with("HTTP/1.1 200") {
                return Err(String::from_utf8_lossy(&self.raw).into_owned());
            }
            self.raw.drain(..end + 4);
            self.has_begun = true;
        }
        while let Some(chunk) = self.chunk()? {
            self.text.push_str(&chunk);
        }
        let mut events = Vec::new();
        while let Some((event, rest)) = self.text.split_once("\n\n") {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if let (Some(name), Some(data)) = (field("event:"), field("data:")) {
                let data = serde_json::from_str(data).map_err(|cause| cause.to_string())?;
                let seq = field("id:").and_then(|seq| seq.parse().ok()).unwrap_or_default();
                events.push((name.to_owned(), seq, data));
            }
            self.text = rest.to_owned();
        }
        Ok(events)
    }

    fn chunk(&mut self) -> Result<Option<String>, String> {
        let Some(line) = find(&self.raw, b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&self.raw[..line]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.ok_or("no chunk")?;
        let end = line + 2 + size;
        if size == 0 || self.raw.len() < end + 2 {
            return Ok(None);
        }
        let chunk = String::from_utf8(self.raw[line + 2..end].to_vec()).map_err(|cause| cause.to_string())?;
        self.raw.drain(..end + 2);
        Ok(Some(chunk))
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
