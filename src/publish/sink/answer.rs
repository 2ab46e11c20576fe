//! Reads what an object store says: a listing, or why it refuses. Pure.

use quick_xml::Reader;
use quick_xml::events::Event;
use url::form_urlencoded;

use crate::model::text;

/// Levels of elements in an answer.
const MAX_DEPTH: usize = 16;
/// Characters of a code or message.
const MAX_SAID: usize = 200;

/// A part of a listing (`ListObjectsV2`).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// The keys.
    pub(super) keys: Vec<String>,
    /// What to ask with for the next part; `None`: this was the last.
    pub(super) next: Option<String>,
}

/// Why a request was refused.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// A word such as `NoSuchBucket`.
    pub(super) code: String,
    /// A sentence.
    pub(super) message: String,
    /// The region that the bucket is in, where that is the reason.
    pub(super) region: Option<String>,
}

/// A listing that was asked for with `encoding-type=url`.
pub(super) fn listing(xml: &str) -> Result<Listing, &'static str> {
    let leaves = leaves(xml, "ListBucketResult").ok_or("the listing is not whole, or is none")?;
    let (mut listing, mut truncated) = (Listing::default(), false);
    for leaf in leaves {
        match (leaf.parent.as_str(), leaf.name.as_str()) {
            ("Contents", "Key") => listing.keys.push(decode(&leaf.text)),
            ("ListBucketResult", "IsTruncated") => truncated = leaf.text == "true",
            ("ListBucketResult", "NextContinuationToken") => listing.next = Some(leaf.text),
            _ => {}
        }
    }
    listing.next = listing.next.filter(|token| truncated && !token.is_empty());
    if truncated && listing.next.is_none() {
        return Err("the listing ends in the middle");
    }
    Ok(listing)
}

/// The words of a refusal; empty where there are none, as in answers to `HEAD`.
pub(super) fn refusal(xml: &str) -> Refusal {
    let mut refusal = Refusal::default();
    for leaf in leaves(xml, "Error").unwrap_or_default() {
        let said = || text::clean(&leaf.text).chars().take(MAX_SAID).collect();
        match (leaf.parent.as_str(), leaf.name.as_str()) {
            ("Error", "Code") => refusal.code = said(),
            ("Error", "Message") => refusal.message = said(),
            ("Error", "Region") => refusal.region = Some(said()),
            _ => {}
        }
    }
    refusal
}

/// The characters that a form would encode are encoded, by some services all others too.
fn decode(key: &str) -> String {
    form_urlencoded::parse(key.as_bytes()).next().map(|(key, _)| key.into_owned()).unwrap_or_default()
}

/// An element with nothing but text.
struct Leaf {
    parent: String,
    name: String,
    text: String,
}

/// An element that is open.
struct Open {
    name: String,
    text: String,
    is_leaf: bool,
}

/// The leaves of a document whose outermost element has this name; `None` if it is not whole.
fn leaves(xml: &str, root: &str) -> Option<Vec<Leaf>> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut open, mut leaves): (Vec<Open>, Vec<Leaf>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
                if open.len() >= MAX_DEPTH || (open.is_empty() && name != root) {
                    return None;
                }
                if let Some(parent) = open.last_mut() {
                    parent.is_leaf = false;
                }
                open.push(Open { name, text: String::new(), is_leaf: true });
            }
            Event::End(_) => {
                let Open { name, text, is_leaf } = open.pop()?;
                let Some(parent) = open.last() else { return Some(leaves) };
                if is_leaf {
                    leaves.push(Leaf { parent: parent.name.clone(), name, text });
                }
            }
            Event::Text(part) => append(&mut open, &String::from_utf8_lossy(&part)),
            Event::CData(part) => append(&mut open, &String::from_utf8_lossy(&part)),
            Event::GeneralRef(entity) => match entity.resolve_char_ref().ok().flatten() {
                Some(c) => append(&mut open, c.encode_utf8(&mut [0; 4])),
                None => append(
                    &mut open,
                    quick_xml::escape::resolve_predefined_entity(&String::from_utf8_lossy(&entity)).unwrap_or_default(),
                ),
            },
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn append(open: &mut [Open], text: &str) {
    if let Some(last) = open.last_mut() {
        last.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read_part_by_part() {
        let xml = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                   <Name>b</Name><Prefix>p%2F</Prefix><IsTruncated>true</IsTruncated>\
                   <Contents><Key>p%2Fkultur.rss</Key><Size>1</Size></Contents>\
                   <Contents><Key>p/all.atom</Key></Contents><Contents><Key>p/a+b%26%3D%C3%A5</Key></Contents>\
                   <CommonPrefixes><Prefix>p/q/</Prefix></CommonPrefixes>\
                   <NextContinuationToken>a&amp;b==</NextContinuationToken></ListBucketResult>";
        let keys = ["p/kultur.rss", "p/all.atom", "p/a b&=å"].map(str::to_owned).to_vec();
        assert_eq!(listing(xml), Ok(Listing { keys, next: Some("a&b==".to_owned()) }));
        let last = listing("<ListBucketResult><IsTruncated>false</IsTruncated><Contents/></ListBucketResult>");
        assert_eq!(last, Ok(Listing::default()));
    }

    #[test]
    fn what_is_no_whole_listing_is_none() {
        let deep = "<a>".repeat(1000);
        for xml in [
            "",
            "<html>",
            "<html></html>",
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><a></b></ListBucketResult>",
            &format!("<ListBucketResult>{deep}"),
        ] {
            assert!(listing(xml).is_err(), "{xml}");
        }
    }

    #[test]
    fn the_words_of_a_refusal_are_short_and_plain() {
        let long = "x".repeat(1000);
        let said = refusal(&format!(
            "<Error><Code>NoSuchBucket</Code><Message>The\n bucket\u{1b}[31m {long}</Message><Region>eu-north-1</Region>\
             <StringToSign>secret</StringToSign></Error>"
        ));
        assert_eq!((said.code.as_str(), said.region.as_deref()), ("NoSuchBucket", Some("eu-north-1")));
        assert!(said.message.starts_with("The bucket") && said.message.chars().count() == MAX_SAID, "{said:?}");
        assert!(!said.message.contains('\u{1b}'));
        assert_eq!(refusal("<h1>Bad gateway</h1>"), Refusal::default());
    }
}
