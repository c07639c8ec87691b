//! What a connection hears for which there is no place.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::error::Problem;

/// Refusals that are told at once; beyond them connections are closed without a word.
pub(super) const MOST: usize = 128;
/// Longest that a refusal takes.
const LONGEST: Duration = Duration::from_secs(1);
/// Seconds after which there may be a place.
const RETRY_AFTER_S: u64 = 5;

/// Tells the client that there is no place, whatever it was going to ask.
pub(super) async fn refuse(mut stream: TcpStream, limit: &str) {
    let problem = Problem::protocol(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("too many connections are open ({limit})"),
        "connect again after the time that Retry-After names",
    )
    .retry_after(RETRY_AFTER_S);
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         Retry-After: {RETRY_AFTER_S}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let told = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // Closing while something is unread would take back the answer.
        let mut unread = [0; 1_024];
        while stream.read(&mut unread).await? > 0 {}
        std::io::Result::Ok(())
    };
    // A client that has gone, or that goes on talking, was told enough.
    let _ = timeout(LONGEST, told).await;
}
