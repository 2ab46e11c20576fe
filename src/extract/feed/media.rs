//! The pictures of an item: enclosures, Media RSS, iTunes.

use super::super::fitter::Enclosed;
use super::super::xml::{Element, Space};

/// Endings of the addresses of pictures.
const ENDINGS: [&str; 7] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".jfif"];

/// The addresses of pictures, those that are the item's own first.
pub(super) fn images(item: &Element) -> Vec<String> {
    let url = |element: &Element| element.attribute("url").or(element.attribute("href")).map(str::to_owned);
    let enclosed = item.all(Space::Own, "enclosure").filter(|media| is_picture(media)).filter_map(url);
    let groups = || std::iter::once(item).chain(item.all(Space::Media, "group"));
    let media = groups().flat_map(|group| group.all(Space::Media, "content")).filter(|media| is_picture(media));
    let thumbnails = groups().flat_map(|group| {
        let nested = group.all(Space::Media, "content").flat_map(|media| media.all(Space::Media, "thumbnail"));
        group.all(Space::Media, "thumbnail").chain(nested)
    });
    let itunes = item.all(Space::Itunes, "image");
    let own = item.all(Space::Own, "image").filter_map(|image| {
        url(image).or_else(|| image.first(Space::Own, "url").and_then(Element::text)).or_else(|| image.text())
    });
    enclosed.chain(media.chain(thumbnails).chain(itunes).filter_map(url)).chain(own).collect()
}

/// The files that go with an item: its own, then those of Media RSS.
pub(super) fn enclosures(item: &Element) -> Vec<Enclosed> {
    let own = item.all(Space::Own, "enclosure").map(|file| enclosed(file, "url", "length"));
    let groups = std::iter::once(item).chain(item.all(Space::Media, "group"));
    let media = groups.flat_map(|group| group.all(Space::Media, "content"));
    own.chain(media.map(|file| enclosed(file, "url", "fileSize"))).collect()
}

/// A file by the names of these attributes.
pub(super) fn enclosed(file: &Element, url: &str, length: &str) -> Enclosed {
    let text = |name: &str| file.attribute(name).unwrap_or_default().to_owned();
    Enclosed { url: text(url), media_type: text("type"), length: text(length) }
}

/// By what it says of itself, else by its address.
pub(super) fn is_picture(media: &Element) -> bool {
    if media.attribute("medium") == Some("image") {
        return true;
    }
    if let Some(kind) = media.attribute("type").filter(|kind| !kind.trim().is_empty()) {
        return kind.trim().to_ascii_lowercase().starts_with("image");
    }
    let address = media.attribute("url").or(media.attribute("href")).unwrap_or_default().to_ascii_lowercase();
    let path = address.split(['?', '#']).next().unwrap_or_default();
    media.attribute("medium").is_none() && ENDINGS.iter().any(|ending| path.ends_with(ending))
}
