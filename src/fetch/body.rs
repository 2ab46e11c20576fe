//! The body: read in pieces, bounded as it comes and as it unfolds, and refused when it is not what it says.

use std::time::Duration;

use hyper::body::Bytes;
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;

use super::client::{body_failure, late};
use super::coding::{Undecoded, decode};
use super::deadline::Deadline;
use super::error::{Failure, Phase, Reason};

/// Reads and decodes the whole body. A body shorter than announced is an error: half a list is worse than none.
pub(super) async fn read(
    response: Response,
    max: usize,
    idle: Duration,
    deadline: &Deadline,
) -> Result<Vec<u8>, Failure> {
    let headers = response.headers().clone();
    let body = receive(response, max, idle, deadline).await?;
    decode(&headers, body, max).map_err(|undecoded| match undecoded {
        Undecoded::TooLarge => too_large(max),
        Undecoded::Unread(name) => Failure::new(Phase::Decode, Reason::Coding(name)),
        Undecoded::Corrupt(why) => Failure::new(Phase::Decode, Reason::Malformed(why)),
    })
}

/// Reads the beginning of a body, at most `max` bytes. One that is coded must fit as a whole.
pub(super) async fn read_start(
    response: Response,
    max: usize,
    idle: Duration,
    deadline: &Deadline,
) -> Result<Vec<u8>, Failure> {
    if response.headers().contains_key(CONTENT_ENCODING) {
        return read(response, max, idle, deadline).await;
    }
    let mut response = response;
    let mut body = Vec::new();
    while body.len() < max {
        let Some(piece) = next(&mut response, idle, deadline).await? else { break };
        body.extend_from_slice(&piece);
    }
    body.truncate(max);
    Ok(body)
}

async fn receive(mut response: Response, max: usize, idle: Duration, deadline: &Deadline) -> Result<Vec<u8>, Failure> {
    if response.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |length| length > max)) {
        return Err(too_large(max));
    }
    let mut body = Vec::new();
    while let Some(piece) = next(&mut response, idle, deadline).await? {
        if body.len() + piece.len() > max {
            return Err(too_large(max));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

async fn next(response: &mut Response, idle: Duration, deadline: &Deadline) -> Result<Option<Bytes>, Failure> {
    let piece = deadline.within(idle, response.chunk()).await.map_err(|limit| late(Phase::Body, limit))?;
    piece.map_err(|err| body_failure(&err))
}

fn too_large(max: usize) -> Failure {
    Failure::new(Phase::Body, Reason::BodyTooLarge(max))
}
