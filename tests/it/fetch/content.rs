//! Content codings, bombs in them, and character sets.

use std::io::Write;

use super::{MIB, case, check};
use crate::origin::{Request, Step, answer_with, ok};

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut packed, 4096, 5, 22);
    encoder.write_all(bytes).unwrap();
    drop(encoder);
    packed
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn coded(coding: &str, body: Vec<u8>) -> impl Fn(&Request) -> Vec<Step> + Send + Sync + use<> {
    let head = format!("HTTP/1.1 200 OK\ncontent-encoding: {coding}");
    move |_| answer_with(&head, &body)
}

#[tokio::test]
async fn codings() {
    let hej = b"hej";
    let mut bad_sum = gzip(hej);
    let at = bad_sum.len() - 6;
    bad_sum[at] ^= 1;
    check(vec![
        case("gzip", "ok: hej", coded("gzip", gzip(hej))),
        case("deflate", "ok: hej", coded("deflate", zlib(hej))),
        case("raw deflate", "ok: hej", coded("deflate", deflate(hej))),
        case("br", "ok: hej", coded("br", brotli(hej))),
        case("zstd", "ok: hej", coded("zstd", zstd(hej))),
        case("identity", "ok: hej", coded("identity", hej.to_vec())),
        case("named empty", "ok: hej", coded("", hej.to_vec())),
        case("gzip in two members", "ok: hejhej", coded("gzip", gzip(hej).repeat(2))),
        case("zstd in two frames", "ok: hejhej", coded("zstd", zstd(hej).repeat(2))),
        case("empty gzip", "ok: ", coded("gzip", Vec::new())),
        case("x-gzip", "ok: hej", coded("x-gzip", gzip(hej))),
        case("upper case", "ok: hej", coded("GZIP", gzip(hej))),
        case("twice", "ok: hej", coded("br, gzip", gzip(&brotli(hej)))),
        case("in two lines", "ok: hej", coded("br\ncontent-encoding: gzip", gzip(&brotli(hej)))),
        case("unsaid", "ok: hej", move |_| ok(gzip(hej))),
        case("character set said here", "ok: hej", coded("utf-8", hej.to_vec())),
        case("unread", "decode: content coding `compress` is not read", coded("compress", hej.to_vec())),
        case("too many", "decode: content coding 9 at once", coded(&["gzip"; 9].join(","), gzip(hej))),
        case("gzip that is plain", "decode: ", coded("gzip", b"<html>hej</html>".to_vec())),
        case("gzip cut off", "decode: ", coded("gzip", gzip(hej)[..12].to_vec())),
        case("gzip with a wrong sum", "decode: ", coded("gzip", bad_sum)),
        case("gzip and garbage", "ok: hej", coded("gzip", [gzip(hej), b"garbage".to_vec()].concat())),
        case("br of nothing", "decode: ", coded("br", vec![0xFF; 99])),
    ])
    .await;
}

#[tokio::test]
async fn bombs() {
    let zeros = vec![0_u8; 16 * MIB];
    let beyond = "body: body beyond the limit of 1048576 bytes";
    let once = gzip(&zeros);
    let twice = gzip(&once);
    check(vec![
        case("gzip", beyond, coded("gzip", once)),
        case("deflate", beyond, coded("deflate", zlib(&zeros))),
        case("br", beyond, coded("br", brotli(&zeros))),
        case("zstd", beyond, coded("zstd", zstd(&zeros))),
        case("many members", beyond, coded("gzip", gzip(&zeros[..MIB]).repeat(9))),
        case("gzip in gzip", beyond, coded("gzip", twice.clone())),
        case("gzip of gzip", beyond, coded("gzip, gzip", twice)),
        case("small and many", "ok: ", coded("gzip", gzip(b"").repeat(20_000))),
    ])
    .await;
}

#[tokio::test]
async fn character_sets() {
    let latin = b"<p>H\xE4lso- och sjukv\xE5rd f\xF6r alla".to_vec();
    let utf8 = "<p>Hälso- och sjukvård för alla";
    let wanted = "ok: <p>Hälso- och sjukvård för alla";
    let typed = |content_type: &'static str, body: &[u8]| {
        let body = body.to_vec();
        move |_: &Request| answer_with(&format!("HTTP/1.1 200 OK\ncontent-type: {content_type}"), &body)
    };
    let utf16: Vec<u8> = "\u{FEFF}<p>Hälso".encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(vec![
        case("said", wanted, typed("text/html; charset=iso-8859-1", &latin)),
        case("said in capitals", wanted, typed("TEXT/HTML;CHARSET=\"Windows-1252\"", &latin)),
        case("unsaid", wanted, typed("text/html", &latin)),
        case("unsaid UTF-8", wanted, typed("text/html", utf8.as_bytes())),
        case("said wrongly", wanted, typed("text/html; charset=utf-8", &latin)),
        case("said wrongly, too", wanted, typed("text/html; charset=iso-8859-1", utf8.as_bytes())),
        case("unknown", wanted, typed("text/html; charset=nonsense", utf8.as_bytes())),
        case("marked", "ok: <p>Hälso", typed("text/html; charset=utf-8", &utf16)),
        case("said by the page", "ok: <meta charset=latin1>å", typed("text/html", b"<meta charset=latin1>\xE5")),
        case("cut", "ok: å\u{FFFD}", typed("text/html; charset=utf-8", b"\xC3\xA5\xC3")),
    ])
    .await;
}
