//! `feeds.opml`: the list of all feeds, for a reader to take over at once (OPML 2.0).
//!
//! It has no date: it changes when a feed comes, goes or is renamed, and at no other time.

use jiff::Timestamp;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::{Reader, Writer};

use crate::model::{FeedFile, text};

use super::document::{self, Part};
use super::{Listed, Options, PublishError, Site, fields};

/// The name of the file.
pub const OPML: &str = "feeds.opml";

/// Spaces for each level of nesting: people read lists too.
const INDENT: usize = 2;

/// Renders the list, in the order given; the addresses are those of each feed's first format.
///
/// # Errors
///
/// [`PublishError::Page`] when the list did not pass when it was read back.
pub fn opml(site: Site<'_>, feeds: &[Listed<'_>], options: &Options) -> Result<FeedFile, PublishError> {
    let refused = |why: String| PublishError::Page { name: OPML.to_owned(), why };
    let outlines: Vec<Outline> = feeds.iter().filter_map(|listed| outline(*listed, options)).collect();
    let bytes = write(site, &outlines).map_err(|error| refused(error.to_string()))?;
    let found = read(&bytes).map_err(refused)?;
    let wanted: Vec<&str> = outlines.iter().map(|outline| outline.address.as_str()).collect();
    if found != wanted {
        return Err(refused(format!("it lists {} feeds of {}", found.len(), wanted.len())));
    }
    let changed = feeds.iter().map(|listed| listed.feed.changed).max().unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(FeedFile { name: OPML.to_owned(), media_type: "text/x-opml; charset=utf-8", bytes, changed })
}

/// A feed as the list has it.
struct Outline {
    title: String,
    address: String,
    page: String,
    language: String,
}

fn outline(listed: Listed<'_>, options: &Options) -> Option<Outline> {
    let feed = listed.feed;
    let format = *options.formats.first()?;
    let name = document::name(feed, Part::Subscription { archives: 0 }, format);
    let title = fields::line(&feed.title);
    Some(Outline {
        title: if title.is_empty() { feed.slug.to_string() } else { title },
        address: format!("{}/{name}", fields::address(&options.base_url).trim_end_matches('/')),
        page: fields::address(&feed.link),
        language: fields::line(&feed.language),
    })
}

fn write(site: Site<'_>, outlines: &[Outline]) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', INDENT);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element("opml").with_attribute(("version", "2.0")).write_inner_content(|writer| {
        writer.create_element("head").write_inner_content(|writer| {
            let title = fields::line(site.title);
            writer.create_element("title").write_text_content(BytesText::new(&title))?;
            Ok(())
        })?;
        writer.create_element("body").write_inner_content(|writer| {
            // The specification has one type for feeds of every format.
            for outline in outlines {
                writer
                    .create_element("outline")
                    .with_attribute(("type", "rss"))
                    .with_attribute(("text", outline.title.as_str()))
                    .with_attribute(("title", outline.title.as_str()))
                    .with_attribute(("xmlUrl", outline.address.as_str()))
                    .with_attribute(("htmlUrl", outline.page.as_str()))
                    .with_attribute(("language", outline.language.as_str()))
                    .write_empty()?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// The addresses that a list names.
fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
    let document = std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8: {error}"))?;
    if let Some(c) = document.chars().find(|&c| !text::is_xml_char(c)) {
        return Err(format!("XML 1.0 forbids the character U+{:04X}", u32::from(c)));
    }
    let mut reader = Reader::from_str(document);
    let mut addresses = Vec::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Eof => return Ok(addresses),
            Event::Empty(element) | Event::Start(element) if element.name().as_ref() == b"outline" => {
                let attribute = |name: &str| -> Result<String, String> {
                    let found = element.try_get_attribute(name).map_err(|error| error.to_string())?;
                    let found = found.ok_or_else(|| format!("an outline has no `{name}`"))?;
                    let text = std::str::from_utf8(&found.value).map_err(|error| error.to_string())?;
                    let text = unescape(text).map_err(|error| error.to_string())?;
                    Ok(text.into_owned())
                };
                if attribute("text")?.is_empty() {
                    return Err("an outline has no text".to_owned());
                }
                for name in ["xmlUrl", "htmlUrl"] {
                    let address = attribute(name)?;
                    if !fields::is_absolute(&address) {
                        return Err(format!("`{address}` is no absolute address"));
                    }
                }
                addresses.push(attribute("xmlUrl")?);
            }
            _ => {}
        }
    }
}
