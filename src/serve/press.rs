//! Documents as browsers and feed readers like them best: compressed, ahead of any request.

use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::coding::Coding;

/// Documents outside of these bounds are handed out as they are: the short ones for want of gain, the long ones to bound
/// the time. In bytes.
const PRESSED: std::ops::RangeInclusive<usize> = 200..=64 << 20;

/// Of 0 to 11. Beyond 5 it takes several times as long for the last few per cent.
const BROTLI_QUALITY: i32 = 5;

/// The window of Brotli, as powers of two: as large as the document, from 128 KiB to 4 MiB. The encoder holds it twice; for a
/// smaller one it has no table of the right size and takes one of 32 MiB.
const BROTLI_WINDOW: std::ops::RangeInclusive<u32> = 17..=22;

/// Of 1 to 19; up to here the window stays within the 8 MiB that every client must be able to hold (RFC 9659).
const ZSTD_LEVEL: i32 = 9;

/// Of 0 to 9.
const GZIP_LEVEL: u32 = 6;

/// The document in each of the codings that makes it shorter.
pub(super) fn press(media_type: &str, bytes: &[u8], codings: &[Coding]) -> Vec<(Coding, Vec<u8>)> {
    if !PRESSED.contains(&bytes.len()) || !is_text(media_type) {
        return Vec::new();
    }
    let shorter = |&coding: &Coding| {
        let pressed = match coding {
            Coding::Brotli => brotli(bytes),
            Coding::Zstd => zstd::bulk::compress(bytes, ZSTD_LEVEL),
            Coding::Gzip => gzip(bytes),
        };
        // What cannot be compressed is handed out as it is.
        pressed.ok().filter(|pressed| pressed.len() < bytes.len()).map(|pressed| (coding, pressed))
    };
    codings.iter().filter_map(shorter).collect()
}

/// Whether documents of that type are worth it; pictures are compressed already.
fn is_text(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.starts_with("text/") || ["xml", "json", "javascript"].iter().any(|end| essence.ends_with(end))
}

fn brotli(mut bytes: &[u8]) -> io::Result<Vec<u8>> {
    let whole = (usize::BITS - bytes.len().leading_zeros()).clamp(*BROTLI_WINDOW.start(), *BROTLI_WINDOW.end());
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: i32::try_from(whole).unwrap_or_default(),
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut pressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut pressed, &params)?;
    Ok(pressed)
}

/// Without a time or a name in its header: the same document gives the same bytes.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_coding_can_be_undone() {
        let text = "<item><title>Nya spårvagnar</title></item>\n".repeat(100);
        let pressed = press("application/rss+xml; charset=utf-8", text.as_bytes(), &Coding::ALL);
        assert_eq!(pressed.len(), 3);
        for (coding, bytes) in pressed {
            let mut back = Vec::new();
            match coding {
                Coding::Brotli => brotli::BrotliDecompress(&mut bytes.as_slice(), &mut back).expect("brotli"),
                Coding::Zstd => back = zstd::bulk::decompress(&bytes, 1 << 20).expect("zstd"),
                Coding::Gzip => {
                    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut back).map(drop).expect("gzip");
                }
            }
            assert!(back == text.as_bytes() && bytes.len() * 4 < text.len(), "{coding:?}");
        }
    }

    #[test]
    fn what_gains_nothing_is_left_as_it_is() {
        assert!(press("text/plain", b"short", &Coding::ALL).is_empty());
        assert!(press("image/png", &[0; 1000], &Coding::ALL).is_empty());
        let noise: Vec<u8> = (0..20_u64).flat_map(|n| sha2::Digest::finalize(sha(n)).to_vec()).collect();
        assert!(press("text/plain", &noise, &Coding::ALL).is_empty());
    }

    fn sha(n: u64) -> sha2::Sha256 {
        sha2::Digest::new_with_prefix(n.to_be_bytes())
    }
}
