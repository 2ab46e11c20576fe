//! The picture of an item.

use scraper::ElementRef;

use super::super::node::ItemNode;

/// Where the address of a picture is that a script is to load later; the real one first.
const SOURCES: [&str; 5] = ["data-src", "data-lazy-src", "data-original", "src", "data-srcset"];
/// Pixels of a picture that is no icon.
const SMALLEST: u32 = 48;
/// Words in the marks of pictures that say nothing of the item.
const DECORATION: &[&str] = &["icon", "ikon", "logo", "avatar", "emoji", "sprite", "spacer", "placeholder", "pixel"];

/// The first picture that is more than decoration.
pub(in super::super) fn of_item(item: &ItemNode<'_>) -> Option<String> {
    item.elements().filter(|e| e.value().name() == "img" && !is_decoration(*e)).find_map(source)
}

/// The address of a picture; of an element that holds one, that of the first in it.
pub(in super::super) fn source(element: ElementRef<'_>) -> Option<String> {
    let own = |e: ElementRef<'_>| {
        let plain = SOURCES.into_iter().filter_map(|name| Some((name, e.attr(name)?.trim())));
        let usable = plain.filter(|(_, address)| !address.is_empty() && !address.starts_with("data:"));
        // The first of several sizes.
        let (name, address) = usable.chain(e.attr("srcset").map(|set| ("srcset", set.trim()))).next()?;
        let address = if name.ends_with("srcset") { address.split_ascii_whitespace().next()? } else { address };
        Some(address.trim_end_matches(',').to_owned()).filter(|address| !address.is_empty())
    };
    let pictured = |e: &ElementRef<'_>| matches!(e.value().name(), "img" | "source");
    let machine = element.attr("content").or_else(|| element.attr("href")).map(str::to_owned);
    own(element)
        .or_else(|| element.descendants().filter_map(ElementRef::wrap).filter(pictured).find_map(own))
        .or(machine)
}

fn is_decoration(image: ElementRef<'_>) -> bool {
    let small = |name: &str| {
        let pixels = image.attr(name).and_then(|size| size.trim().trim_end_matches("px").parse::<u32>().ok());
        pixels.is_some_and(|pixels| pixels < SMALLEST)
    };
    let address = image.attr("src").unwrap_or_default().to_ascii_lowercase();
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let is_drawing = path.rsplit('.').next() == Some("svg");
    let marks = format!("{} {}", image.attr("class").unwrap_or_default(), path).to_lowercase();
    small("width")
        || small("height")
        || is_drawing && image.attr("data-src").is_none()
        || image.attr("role") == Some("presentation")
        || marks.split(|c: char| !c.is_alphanumeric()).any(|word| DECORATION.contains(&word))
            && image.attr("data-src").is_none()
}
