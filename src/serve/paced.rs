//! A connection that gives up on a client which no longer reads, and notes what its limits depend on.
//!
//! hyper bounds the time to read a header and has no bound for writing: without one, a client that asks for a large
//! feed and never takes it holds its connection for ever.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::places::Life;

/// What is still taken of a request that was not read, before its connection is closed: without it the client may be told that
/// the connection was reset, and never see the answer.
const LINGER_BYTES: usize = 256 * 1024;

/// The same, in time.
const LINGER: Duration = Duration::from_secs(2);

/// How long a client may take to take what is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For some more of it.
    pub(super) some: Duration,
    /// For all of it.
    pub(super) all: Duration,
}

/// A stream whose writes fail when the other side takes too long.
#[derive(Debug)]
pub(super) struct Paced<S> {
    stream: S,
    life: Arc<Life>,
    patience: Patience,
    /// Since when something waits to be written.
    since: Option<Instant>,
    /// Set while a write waits.
    deadline: Option<Pin<Box<Sleep>>>,
    /// The last byte that was read.
    last: u8,
    lingering: Option<Lingering>,
}

/// The end of a connection.
#[derive(Debug)]
struct Lingering {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Paced<S> {
    pub(super) fn new(stream: S, life: Arc<Life>, patience: Patience) -> Self {
        Self { stream, life, patience, since: None, deadline: None, last: b'\r', lingering: None }
    }

    fn bound<T>(&mut self, cx: &mut Context<'_>, write: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.deadline = None;
            self.life.waiting.store(false, Ordering::Relaxed);
            self.life.progressed();
            return write;
        }
        self.life.waiting.store(true, Ordering::Relaxed);
        let now = Instant::now();
        let Patience { some, all } = self.patience;
        let end = (*self.since.get_or_insert(now) + all).min(now + some);
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client took too long to read")))
    }

    /// Reads and forgets, so that closing resets nothing.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let lingering = self
            .lingering
            .get_or_insert_with(|| Lingering { until: Box::pin(tokio::time::sleep(LINGER)), left: LINGER_BYTES });
        let mut space = [0; 4096];
        while lingering.left > 0 && lingering.until.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => {
                    lingering.left = lingering.left.saturating_sub(buf.filled().len());
                }
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

/// Whether a line feed follows something else than a carriage return; `last` is the byte before.
fn has_bare_line_feed(bytes: &[u8], last: u8) -> bool {
    memchr::memchr_iter(b'\n', bytes).any(|at| {
        let before = at.checked_sub(1).map_or(Some(&last), |before| bytes.get(before));
        before != Some(&b'\r')
    })
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let new = buf.filled().get(before..).unwrap_or_default();
        if has_bare_line_feed(new, self.last) {
            self.life.bare_line_feed.store(true, Ordering::Relaxed);
        }
        self.last = new.last().copied().unwrap_or(self.last);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.bound(cx, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.bound(cx, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flush = Pin::new(&mut self.stream).poll_flush(cx);
        if flush.is_ready() {
            self.since = None; // asked for when nothing is left to write
        }
        // TLS keeps bytes of its own, which a flush writes.
        if flush.is_ready() && self.deadline.is_none() { flush } else { self.bound(cx, flush) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            let end = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.bound(cx, end))?;
        }
        if self.life.unread.load(Ordering::Relaxed) {
            ready!(self.poll_linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_feeds_alone_are_seen_across_reads() {
        for (last, bytes, bare) in [
            (b'\r', "\n", false),
            (b'x', "\n", true),
            (b'\r', "GET / HTTP/1.1\r\nHost: x\r\n\r\n", false),
            (b'\r', "GET / HTTP/1.1\r\nHost: x\n\r\n", true),
            (b'\r', "", false),
        ] {
            assert_eq!(has_bare_line_feed(bytes.as_bytes(), last), bare, "{bytes:?}");
        }
    }
}
