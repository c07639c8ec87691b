//! One connection with its place: it ends when its client takes nothing for too long, and closes so that the last answer arrives.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::super::limits::UnderWay;
use super::super::open::OpenOne;

/// Longest that a closed connection waits for its client to close too.
const LINGER: Duration = Duration::from_secs(1);

/// What a connection takes up until it is gone.
pub(super) struct Place {
    pub(super) _room: OwnedSemaphorePermit,
    pub(super) _neighbour: Option<UnderWay<IpAddr>>,
    pub(super) _line: TaskTrackerToken,
    pub(super) _open: OpenOne,
}

/// A connection.
pub(super) struct Line {
    stream: Pin<Box<TimeoutWriter<TcpStream>>>,
    lingering: Option<Pin<Box<Sleep>>>,
    /// Here and not beside it: a connection that becomes a socket takes its place along.
    _place: Place,
}

impl Line {
    pub(super) fn new(stream: TcpStream, stall: Duration, place: Place) -> Self {
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(stall));
        Self { stream: Box::pin(stream), lingering: None, _place: place }
    }

    /// Reads and forgets what the client still sends. Closing before it has ended would make the machine reset the connection,
    /// and the client lose the answer that says why.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let lingering = self.lingering.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut bytes = [0; 1_024];
        while lingering.as_mut().poll(context).is_pending() {
            let mut unread = ReadBuf::new(&mut bytes);
            match ready!(self.stream.as_mut().poll_read(context, &mut unread)) {
                Ok(()) if !unread.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.stream.as_mut().poll_shutdown(context))?;
        self.poll_linger(context).map(Ok)
    }
}
