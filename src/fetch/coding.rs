//! Content codings, undone whole and in bounds (RFC 9110 section 8.4.1).
//!
//! Done here and not by the HTTP client, whose decoder drops every member of a gzip stream but the first, knows no
//! `x-gzip`, no upper case and no stacked codings: a list would lose its end without a word.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// What is asked for. Not `deflate`, which servers understand in two ways; it is read when it comes.
pub(super) const ACCEPTED: &str = "gzip, br, zstd";

/// Codings on top of each other that are undone.
const MAX_STACKED: usize = 3;

/// The window of zstd that a web server may ask for, as a power of two (RFC 9659: 8 MiB).
const ZSTD_WINDOW: u32 = 23;

/// How a gzip stream begins (RFC 1952 section 2.3.1). No text does.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];

/// Codings of the IANA registry that are not read. Names that are not registered are mistakes (`utf-8`) and mean
/// nothing, as in browsers.
const UNREAD: &[&str] = &["compress", "x-compress", "exi", "pack200-gzip", "aes128gcm", "dcb", "dcz"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Why a body was not decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undecoded {
    /// More bytes than allowed.
    TooLarge,
    /// A coding that is not read, or too many of them.
    Unread(String),
    /// The bytes are not what their coding says, or break off.
    Corrupt(String),
}

impl From<io::Error> for Undecoded {
    fn from(err: io::Error) -> Self {
        Self::Corrupt(err.to_string())
    }
}

/// Undoes the codings that the header names, and a gzip that nobody named. At most `max` bytes, at every stage.
pub(super) fn decode(headers: &HeaderMap, body: Vec<u8>, max: usize) -> Result<Vec<u8>, Undecoded> {
    let mut body = body;
    for coding in announced(headers)?.into_iter().rev() {
        // An error page or a redirect may name a coding and have nothing to code.
        if !body.is_empty() {
            body = undo(coding, &body, max)?;
        }
    }
    if body.starts_with(GZIP) {
        body = undo(Coding::Gzip, &body, max)?;
    }
    Ok(body)
}

/// In the order in which they were applied.
fn announced(headers: &HeaderMap) -> Result<Vec<Coding>, Undecoded> {
    let mut found = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        for name in value.split(',').map(str::trim) {
            match name {
                "gzip" | "x-gzip" => found.push(Coding::Gzip),
                "deflate" => found.push(Coding::Deflate),
                "br" => found.push(Coding::Brotli),
                "zstd" => found.push(Coding::Zstd),
                name if UNREAD.contains(&name) => return Err(Undecoded::Unread(format!("`{name}`"))),
                _ => {}
            }
        }
    }
    if found.len() > MAX_STACKED { Err(Undecoded::Unread(format!("{} at once", found.len()))) } else { Ok(found) }
}

fn undo(coding: Coding, body: &[u8], max: usize) -> Result<Vec<u8>, Undecoded> {
    let mut out = Vec::new();
    match coding {
        Coding::Gzip => gunzip(body, max, &mut out)?,
        Coding::Deflate => inflate(body, max, &mut out)?,
        Coding::Brotli => bounded(brotli::Decompressor::new(body, 4096), max, &mut out)?,
        Coding::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(body)?;
            decoder.window_log_max(ZSTD_WINDOW)?;
            bounded(decoder, max, &mut out)?;
        }
    }
    Ok(out)
}

/// Every member; what follows the last one and is none is ignored, as gzip itself does.
fn gunzip(body: &[u8], max: usize, out: &mut Vec<u8>) -> Result<(), Undecoded> {
    let mut rest = body;
    loop {
        let mut member = GzDecoder::new(rest);
        bounded(&mut member, max, out)?;
        rest = member.into_inner();
        if !rest.starts_with(GZIP) {
            return Ok(());
        }
    }
}

/// Appends what `reader` yields until there are `max` bytes in all.
fn bounded(reader: impl Read, max: usize, out: &mut Vec<u8>) -> Result<(), Undecoded> {
    let left = u64::try_from(max.saturating_sub(out.len())).unwrap_or(u64::MAX);
    reader.take(left.saturating_add(1)).read_to_end(out)?;
    if out.len() > max { Err(Undecoded::TooLarge) } else { Ok(()) }
}

/// `deflate` means zlib (RFC 1950); some servers send the bare stream (RFC 1951).
fn inflate(body: &[u8], max: usize, out: &mut Vec<u8>) -> Result<(), Undecoded> {
    const STEP: usize = 32 * 1024;
    let mut stream = Decompress::new(has_zlib_header(body));
    let mut rest = body;
    loop {
        out.reserve(STEP);
        let (read, written) = (stream.total_in(), out.len());
        let status = stream.decompress_vec(rest, out, FlushDecompress::None);
        let status = status.map_err(|err| Undecoded::Corrupt(err.to_string()))?;
        if out.len() > max {
            return Err(Undecoded::TooLarge);
        }
        if status == Status::StreamEnd {
            return Ok(());
        }
        let taken = usize::try_from(stream.total_in() - read).unwrap_or(usize::MAX);
        if taken == 0 && out.len() == written {
            return Err(Undecoded::Corrupt("deflate stream breaks off".to_owned()));
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
}

/// RFC 1950 section 2.2: the method is 8, and the first two bytes are a multiple of 31.
fn has_zlib_header(body: &[u8]) -> bool {
    match body {
        [method, flags, ..] => method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = b"nyheter, nyheter, nyheter";

    fn pack(name: &str, bytes: &[u8]) -> Vec<u8> {
        let level = Compression::best();
        let mut out = Vec::new();
        match name {
            "gzip" => GzEncoder::new(&mut out, level).write_all(bytes).expect("gzip"),
            "deflate" => ZlibEncoder::new(&mut out, level).write_all(bytes).expect("zlib"),
            "raw" => DeflateEncoder::new(&mut out, level).write_all(bytes).expect("deflate"),
            "br" => brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(bytes).expect("br"),
            "zstd" => out = zstd::encode_all(bytes, 3).expect("zstd"),
            other => panic!("{other}"),
        }
        out
    }

    fn decoded(names: &[&str], body: &[u8]) -> Result<String, Undecoded> {
        let mut headers = HeaderMap::new();
        for name in names {
            headers.append(CONTENT_ENCODING, name.parse().expect("a header"));
        }
        decode(&headers, body.to_vec(), 1000).map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn every_coding_is_undone() {
        let text = Ok(String::from_utf8(TEXT.to_vec()).expect("text"));
        let gzip = pack("gzip", TEXT);
        for (names, body) in [
            (&["gzip"][..], gzip.clone()),
            (&["x-gzip"], gzip.clone()),
            (&[" GZip "], gzip.clone()),
            (&["gzip, identity"], gzip.clone()),
            (&["utf-8"], TEXT.to_vec()),
            (&["none", ""], TEXT.to_vec()),
            (&["deflate"], pack("deflate", TEXT)),
            (&["deflate"], pack("raw", TEXT)),
            (&["br"], pack("br", TEXT)),
            (&["zstd"], pack("zstd", TEXT)),
            (&["deflate, gzip"], pack("gzip", &pack("deflate", TEXT))),
            (&["br", "gzip"], pack("gzip", &pack("br", TEXT))),
            (&["gzip"], pack("gzip", &gzip)),
            (&[], gzip.clone()),
            (&["gzip"], [&*gzip, b"\0\0\0\0"].concat()),
            (&["gzip"], [pack("gzip", b""), gzip.clone()].concat()),
            (&["gzip"], [pack("gzip", &TEXT[..9]), pack("gzip", &TEXT[9..])].concat()),
            (&["zstd"], [pack("zstd", &TEXT[..9]), pack("zstd", &TEXT[9..])].concat()),
        ] {
            assert_eq!(decoded(names, &body), text, "{names:?}");
        }
        assert_eq!(decoded(&["gzip"], b""), Ok(String::new()));
    }

    #[test]
    fn bodies_that_break_off_are_corrupt() {
        for name in ["gzip", "deflate", "br", "zstd"] {
            let whole = pack(name, TEXT);
            for length in 1..whole.len() {
                let outcome = decoded(&[name], &whole[..length]);
                assert!(matches!(outcome, Err(Undecoded::Corrupt(_))), "{name} {length}: {outcome:?}");
            }
            assert!(matches!(decoded(&[name], b"<html>plain</html>"), Err(Undecoded::Corrupt(_))), "{name}");
        }
    }

    #[test]
    fn every_stage_is_bounded() {
        let zeros = vec![b'0'; 1001];
        for name in ["gzip", "deflate", "br", "zstd"] {
            assert_eq!(decoded(&[name], &pack(name, &zeros)), Err(Undecoded::TooLarge), "{name}");
            assert_eq!(decoded(&[name], &pack(name, &zeros[1..])).map(|text| text.len()), Ok(1000), "{name}");
        }
        assert_eq!(decoded(&["deflate"], &pack("raw", &zeros)), Err(Undecoded::TooLarge));
        assert_eq!(decoded(&["gzip"], &pack("gzip", &zeros[..600]).repeat(2)), Err(Undecoded::TooLarge));
        assert_eq!(decoded(&["gzip, gzip"], &pack("gzip", &pack("gzip", b"").repeat(99))), Err(Undecoded::TooLarge));
    }

    #[test]
    fn codings_that_are_not_read_are_named() {
        assert_eq!(decoded(&["Compress"], TEXT), Err(Undecoded::Unread("`compress`".to_owned())));
        assert_eq!(decoded(&["gzip,gzip,gzip,gzip"], TEXT), Err(Undecoded::Unread("4 at once".to_owned())));
    }
}
