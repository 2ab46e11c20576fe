//! A document in memory: as it is, or packed.

use std::io::Read;

use flate2::read::GzDecoder;
use hyper::body::Bytes;

/// A document. A clone shares its memory.
#[derive(Debug, Clone)]
pub struct Document(Held);

#[derive(Debug, Clone)]
enum Held {
    Plain(Bytes),
    /// In gzip, with the length in bytes that it has as it is.
    Packed(Bytes, usize),
}

impl Document {
    /// The document as it is.
    pub(super) fn plain(bytes: Vec<u8>) -> Self {
        // No room to spare stays in memory: a compressor reserves as much as it was given.
        Self(Held::Plain(Bytes::from(bytes.into_boxed_slice())))
    }

    /// A document of so many bytes, of which the memory holds no more than its gzip.
    pub(super) fn packed(gzip: &Self, length: usize) -> Self {
        Self(Held::Packed(gzip.bytes(), length))
    }

    /// Its length, in bytes.
    pub(super) fn len(&self) -> usize {
        match &self.0 {
            Held::Plain(bytes) => bytes.len(),
            Held::Packed(_, length) => *length,
        }
    }

    /// Its bytes; unpacked if need be.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        match &self.0 {
            Held::Plain(bytes) => bytes.clone(),
            Held::Packed(gzip, length) => {
                let mut bytes = Vec::with_capacity(*length);
                // It was packed here, from memory to memory: there is nothing that could have become of it.
                let _ = GzDecoder::new(gzip.as_ref()).read_to_end(&mut bytes);
                Bytes::from(bytes)
            }
        }
    }

    /// The memory that it takes, in bytes; none beside that of its gzip, if it is packed.
    pub(super) fn size(&self) -> usize {
        match &self.0 {
            Held::Plain(bytes) => bytes.len(),
            Held::Packed(..) => 0,
        }
    }
}
