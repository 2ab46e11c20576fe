//! One connection, from the handshake to its end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::sync::watch;
use tracing::debug;

use super::answer::Answer;
use super::combined::Combined;
use super::listener::{Client, Wire};
use super::operator::Operator;
use super::options::Options;
use super::paced::{Paced, Patience};
use super::places::{Life, Place};
use super::post::{Desk, is_for_desk};
use super::respond::{has_content, respond, respond_to_form, respond_to_operator};
use super::shelf::Shelf;
use super::tls::Tls;
use super::witness::{Requests, Witness};

/// The least that hyper accepts as the size of a connection's buffer; it panics below.
const LEAST_BUFFER: usize = 8 * 1024;

/// Bytes of content that an HTTP/2 client may send before it is read, which it never is: the least that the protocol
/// allows for a connection (RFC 9113 section 6.9.2). hyper's default is 1 MiB.
const WINDOW: u32 = 65_535;

/// Streams that a client reset before they were answered, and those that we reset for its mistakes, before the connection
/// is closed (CVE-2023-44487 and what came after it).
const MOST_RESETS: usize = 20;

/// How often a connection that rests is looked at, at most.
const LEAST_REST: Duration = Duration::from_millis(50);

/// For a client to heed the word that a connection ends which has nothing under way.
const FAREWELL: Duration = Duration::from_secs(5);

/// What all connections share.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) shelf: Shelf,
    pub(super) combined: Combined,
    pub(super) options: Options,
    /// Takes what is posted.
    pub(super) desk: Option<Desk>,
    /// Is told of visits.
    pub(super) witness: Option<Witness>,
    pub(super) requests: Requests,
    /// Has the operator's pages, which are then the only ones.
    pub(super) operator: Option<Operator>,
}

/// Answers the requests of one connection, until it closes, stalls, is told to end or loses its place.
pub(super) async fn converse(
    (wire, client): (Box<dyn Wire>, Client),
    place: Place,
    tls: Option<Arc<Tls>>,
    common: Arc<Common>,
    stop: watch::Receiver<bool>,
) {
    tokio::select! {
        () = place.life.dismissed.notified() => debug!("a connection gave its place to another"),
        () = talk((wire, client), &place.life, tls, common, stop) => {}
    }
}

async fn talk(
    (wire, client): (Box<dyn Wire>, Client),
    life: &Arc<Life>,
    tls: Option<Arc<Tls>>,
    common: Arc<Common>,
    mut stop: watch::Receiver<bool>,
) {
    let wire = match tls {
        None => wire,
        Some(tls) => tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            secured = secure(wire, &tls, common.options.header_timeout) => match secured {
                Some(secured) => secured,
                None => return,
            }
        },
    };
    life.progressed();
    // On the heap: a state of a few kilobytes, most of it for HTTP/2.
    Box::pin(serve((wire, client), life, common, stop)).await;
}

/// The handshake of TLS.
async fn secure(wire: Box<dyn Wire>, tls: &Arc<Tls>, patience: Duration) -> Option<Box<dyn Wire>> {
    let handshake = async { tls.acceptor().await.accept(wire).await };
    match tokio::time::timeout(patience, handshake).await {
        Ok(Ok(secured)) => Some(Box::new(secured)),
        Ok(Err(error)) => {
            debug!("a handshake failed: {error}");
            None
        }
        Err(_) => {
            debug!("a handshake took longer than {patience:?}");
            None
        }
    }
}

async fn serve(
    (wire, client): (Box<dyn Wire>, Client),
    life: &Arc<Life>,
    common: Arc<Common>,
    mut stop: watch::Receiver<bool>,
) {
    let options = &common.options;
    let patience = Patience { some: options.write_timeout, all: options.answer_timeout };
    let io = TokioIo::new(Paced::new(wire, Arc::clone(life), patience));
    let service = service_fn(|mut request: Request<Incoming>| {
        let (common, life) = (Arc::clone(&common), Arc::clone(life));
        async move {
            life.progressed();
            let answer = answer(&mut request, client, &common, &life).await;
            common.requests.note(answer.status());
            Ok::<_, Infallible>(answer)
        }
    });
    let protocol = protocol(options);
    let mut connection = pin!(protocol.serve_connection(io, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        grace = end(life, options, &mut stop) => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(grace, connection).await.unwrap_or_else(|late| Err(late.into()))
        }
    };
    if let Err(error) = ended {
        debug!("a connection ended early: {error}");
    }
}

/// The answer to one request, by whoever it is for.
async fn answer(request: &mut Request<Incoming>, client: Client, common: &Common, life: &Life) -> Answer {
    let content = has_content(request);
    let version = request.version();
    if let Some(desk) = common.desk.as_ref().filter(|_| is_for_desk(request)) {
        life.unread.fetch_or(content, Ordering::Relaxed);
        let bare = || life.bare_line_feed.load(Ordering::Relaxed) && version < Version::HTTP_2;
        return respond_to_form(request, desk, &common.options, bare).await;
    }
    // In content a line feed means nothing, and nothing follows it on this connection.
    let bare_line_feed = life.bare_line_feed.load(Ordering::Relaxed) && !content;
    let suspect = version < Version::HTTP_2 && bare_line_feed;
    life.unread.fetch_or(content || suspect, Ordering::Relaxed);
    let max_target = common.options.max_target;
    if let Some(operator) = &common.operator {
        return respond_to_operator(request, operator, max_target, suspect).await;
    }
    let answer = respond(request, &common.shelf, &common.combined, max_target, suspect).await;
    if let Some(witness) = &common.witness {
        witness.note(request, &answer, client, &common.options.trusted_proxies);
    }
    answer
}

/// Returns when a connection has to end, and how long what is under way may still take.
async fn end(life: &Life, options: &Options, stop: &mut watch::Receiver<bool>) -> Duration {
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => options.answer_timeout, // the server itself bounds the rest
        () = tokio::time::sleep(options.max_connection_age) => options.answer_timeout,
        () = rested(life, options.header_timeout) => FAREWELL,
    }
}

/// Returns when nothing was asked and nothing taken for so long. hyper sees to that for HTTP/1 once it has begun to read, and
/// not at all for HTTP/2.
async fn rested(life: &Life, longest: Duration) {
    loop {
        let rested = life.rested();
        let waiting = life.waiting.load(Ordering::Relaxed); // then the limits of writing hold
        if rested >= longest && !waiting {
            return;
        }
        tokio::time::sleep(longest.saturating_sub(rested).max(LEAST_REST)).await;
    }
}

/// HTTP/1 or, when the client begins with its preface, HTTP/2: by ALPN or by prior knowledge. The upgrade from the one to the
/// other is gone since RFC 9113 section 3.1, and not offered.
fn protocol(options: &Options) -> auto::Builder<TokioExecutor> {
    let mut protocol = auto::Builder::new(TokioExecutor::new());
    protocol
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_buf_size(options.max_header.max(LEAST_BUFFER))
        .half_close(true); // a client may close its side once it has asked
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(options.max_streams)
        .max_header_list_size(u32::try_from(options.max_header.max(LEAST_BUFFER)).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_pending_accept_reset_streams(MOST_RESETS)
        .max_local_error_reset_streams(MOST_RESETS);
    protocol
}
