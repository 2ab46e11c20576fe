//! Gets the text of a config from its file.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::mistake::ConfigErrors;

/// The longest config, in bytes: room for a hundred thousand sources.
const MAX_BYTES: u64 = 16 << 20;

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, ConfigErrors> {
    let refuse = |reason: String, hint: Option<&str>| {
        ConfigErrors::of_file(&path.display().to_string(), reason, hint.map(str::to_owned))
    };
    let bytes = read_bytes(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => refuse(
            "there is no such file".to_owned(),
            Some("name yours with `--config PATH`, or begin with a copy of the sample `config.toml`"),
        ),
        ErrorKind::IsADirectory => {
            refuse("this is a directory".to_owned(), Some("name the file in it with `--config PATH`"))
        }
        ErrorKind::PermissionDenied => refuse("this user may not read it".to_owned(), None),
        _ => refuse(format!("cannot be read: {error}"), None),
    })?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(refuse(format!("is longer than {} MiB", MAX_BYTES >> 20), None));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        refuse(format!("line {line} is not UTF-8"), Some("save the file as UTF-8 in your editor"))
    })
}

/// At most one byte more than may be, so that a device without end is refused as well.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
