//! Compressed documents: prepared ahead, each with a tag of its own.

use std::io::Read;

use flode::serve::Options;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::{FAR, Running, file, read_bytes, status};

struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        super::header(&self.head, name)
    }
}

fn long() -> String {
    "<item><title>Nya spårvagnar</title></item>\n".repeat(100)
}

async fn ask(server: &Running, headers: &str) -> Answer {
    let mut stream = server.connect().await;
    let request = format!("GET /long.rss HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let bytes = read_bytes(&mut stream).await;
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    Answer { head: String::from_utf8(bytes[..at + 4].to_vec()).unwrap(), body: bytes[at + 4..].to_vec() }
}

/// A server that has prepared the document.
async fn prepared() -> Running {
    let server = Running::start(Options::default()).await;
    server.shelf.put(vec![file("long.rss", &long())]);
    let ready = async { while ask(&server, "Accept-Encoding: br\r\n").await.header("content-encoding").is_none() {} };
    timeout(FAR, ready).await.expect("never compressed");
    server
}

#[tokio::test]
async fn what_was_put_away_is_handed_out_whole_and_in_parts() {
    let server = Running::start(Options::default()).await;
    server.shelf.put_away(vec![file("long.rss", &long())]);
    let before = ask(&server, "").await;
    let ready = async { while ask(&server, "Accept-Encoding: gzip\r\n").await.header("content-encoding").is_none() {} };
    timeout(FAR, ready).await.expect("never compressed");
    let stored = server.shelf.get("long.rss").unwrap();
    assert_eq!(
        format!("{:?}", stored.document).find("Packed"),
        Some("Document(".len()),
        "the memory has the gzip alone"
    );
    let after = ask(&server, "").await;
    assert!(after.body == long().as_bytes() && before.body == after.body);
    for name in ["etag", "content-length", "last-modified", "content-type"] {
        assert_eq!(after.header(name), before.header(name), "{name}");
    }
    let gzip = ask(&server, "Accept-Encoding: br, gzip\r\n").await;
    let mut text = String::new();
    flate2::read::GzDecoder::new(gzip.body.as_slice()).read_to_string(&mut text).unwrap();
    assert!(text == long() && gzip.header("etag") != before.header("etag"));
    let part = ask(&server, "Range: bytes=1000-1099\r\n").await;
    assert_eq!((status(&part.head), part.body.as_slice()), ("206", &long().as_bytes()[1000..1100]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 1000-1099/{}", long().len()).as_str()));
    let has = ask(&server, &format!("If-None-Match: {}\r\n", before.header("etag").unwrap())).await;
    assert_eq!((status(&has.head), has.body.len()), ("304", 0));
}

#[tokio::test]
async fn each_client_gets_the_coding_it_asks_for() {
    let server = prepared().await;
    let mut tags = Vec::new();
    for (accept, want) in [
        ("", None),
        ("Accept-Encoding: br, gzip, zstd\r\n", Some("br")),
        ("Accept-Encoding: zstd\r\n", Some("zstd")),
        ("Accept-Encoding: gzip, deflate\r\n", Some("gzip")),
        ("Accept-Encoding: identity;q=0, *\r\n", Some("br")),
        ("Accept-Encoding: identity;q=0\r\n", None),
        ("Accept-Encoding: compress\r\n", None),
    ] {
        let answer = ask(&server, accept).await;
        assert_eq!(answer.header("content-encoding"), want, "{accept}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
        assert_eq!(undone(want, &answer.body), long(), "{accept}");
        tags.push((want, answer.header("etag").unwrap().to_owned()));
    }
    tags.sort();
    tags.dedup();
    let mut distinct: Vec<&String> = tags.iter().map(|(_, tag)| tag).collect();
    distinct.dedup();
    assert_eq!((tags.len(), distinct.len()), (4, 4), "a strong tag is of its bytes: {tags:?}");
}

fn undone(coding: Option<&str>, bytes: &[u8]) -> String {
    let mut text = Vec::new();
    match coding {
        Some("br") => brotli::BrotliDecompress(&mut &*bytes, &mut text).unwrap(),
        Some("zstd") => text = zstd::bulk::decompress(bytes, 1 << 20).unwrap(),
        Some(_) => drop(flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).unwrap()),
        None => text = bytes.to_vec(),
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_client_that_has_one_form_is_not_sent_another() {
    let server = prepared().await;
    let plain = ask(&server, "").await.header("etag").unwrap().to_owned();
    let brotli = ask(&server, "Accept-Encoding: br\r\n").await.header("etag").unwrap().to_owned();
    for (has, accept, want, tag) in [
        (&brotli, "br", "304", &brotli),
        (&plain, "br", "304", &plain),
        (&brotli, "gzip, br", "304", &brotli),
        (&brotli, "identity", "200", &plain),
        (&plain, "br, identity;q=0", "200", &brotli),
    ] {
        let answer = ask(&server, &format!("If-None-Match: {has}\r\nAccept-Encoding: {accept}\r\n")).await;
        assert_eq!((status(&answer.head), answer.header("etag")), (want, Some(tag.as_str())), "{has} {accept}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
    }
}

#[tokio::test]
async fn a_part_is_of_the_document_as_it_is() {
    let server = prepared().await;
    let brotli = ask(&server, "Accept-Encoding: br\r\n").await.header("etag").unwrap().to_owned();
    let part = ask(&server, "Accept-Encoding: br\r\nRange: bytes=0-5\r\n").await;
    assert_eq!((status(&part.head), part.header("content-encoding"), &part.body[..]), ("206", None, &b"<item>"[..]));
    let condition = format!("Accept-Encoding: br\r\nRange: bytes=0-5\r\nIf-Range: {brotli}\r\n");
    assert_eq!(status(&ask(&server, &condition).await.head), "200", "the rest of the compressed one is not to be had");
}
