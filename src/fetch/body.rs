//! The body: read in pieces, bounded as it comes and as it unfolds, and refused when it is not what it says.

use std::time::Duration;

use reqwest::Response;

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

async fn receive(mut response: Response, max: usize, idle: Duration, deadline: &Deadline) -> Result<Vec<u8>, Failure> {
    if response.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |length| length > max)) {
        return Err(too_large(max));
    }
    let mut body = Vec::new();
    loop {
        let piece = deadline.within(idle, response.chunk()).await.map_err(|limit| late(Phase::Body, limit))?;
        let Some(piece) = piece.map_err(|err| body_failure(&err))? else { return Ok(body) };
        if body.len() + piece.len() > max {
            return Err(too_large(max));
        }
        body.extend_from_slice(&piece);
    }
}

fn too_large(max: usize) -> Failure {
    Failure::new(Phase::Body, Reason::BodyTooLarge(max))
}
