//! The further pages of a list: where the next one is.

use std::collections::BTreeSet;

use url::Url;

/// How the further pages of a list are reached, and how many are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// Pages read in a run, the first included. Default 5.
    pub max_pages: usize,
    /// Where the next page is. Default [`NextPage::Auto`].
    pub next: NextPage,
}

/// Where the next page of a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextPage {
    /// Where the page says that it is (`rel=next`, or the recipe's `next`); else, if the source's address has one of the
    /// usual pairs of parameters (`skip` and `take`, `offset` and `limit`) or a `page`, counted on by that.
    Auto,
    /// Counted on by a parameter of the address.
    Parameter {
        /// Its name.
        name: String,
        /// What it grows by from page to page.
        step: u64,
    },
    /// An address with `{page}` in it: 2 for the second page.
    Template(String),
}

impl Default for Paging {
    fn default() -> Self {
        Self { max_pages: 5, next: NextPage::Auto }
    }
}

/// Parameters that count items, each with the one that says how many a page has.
const BY_ITEMS: &[(&str, &str)] =
    &[("skip", "take"), ("offset", "limit"), ("start", "rows"), ("start", "count"), ("from", "size")];
/// Parameters that count pages.
const BY_PAGES: &[&str] = &["page", "p", "sida", "paged", "pageNumber"];

impl Paging {
    /// The address of page `number` (2 is the one after the first) of the list at `source`; `links` is what the page
    /// before says of its next one. On the same host, or none.
    #[must_use]
    pub fn next(&self, source: &Url, number: usize, links: &[Url]) -> Option<Url> {
        let next = match &self.next {
            NextPage::Auto => links.first().cloned().or_else(|| counted(source, number)),
            NextPage::Parameter { name, step } => Some(grown(source, name, *step, number)),
            NextPage::Template(template) => template.replace("{page}", &number.to_string()).parse().ok(),
        };
        next.filter(|url| url.host() == source.host() && matches!(url.scheme(), "http" | "https"))
    }
}

/// Counted on by what the address has in it.
fn counted(source: &Url, number: usize) -> Option<Url> {
    let value = |name: &str| source.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let by_items = BY_ITEMS.iter().find_map(|(from, size)| {
        let size: u64 = value(size)?.parse().ok().filter(|size| *size > 0)?;
        value(from).is_none_or(|from| from.parse::<u64>().is_ok()).then_some((*from, size))
    });
    let by_pages =
        || BY_PAGES.iter().find(|name| value(name).is_some_and(|v| v.parse::<u64>().is_ok())).map(|name| (*name, 1));
    let (name, step) = by_items.or_else(by_pages)?;
    Some(grown(source, name, step, number))
}

/// The address with a parameter grown by so many steps, at the place where it stands.
fn grown(source: &Url, name: &str, step: u64, number: usize) -> Url {
    let pages = u64::try_from(number.saturating_sub(1)).unwrap_or(u64::MAX);
    let first = source.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<u64>().ok());
    // A parameter that is left out stands for the first page, which is 1 where pages are counted.
    let first = first.unwrap_or(u64::from(step == 1));
    let value = first.saturating_add(step.saturating_mul(pages)).to_string();
    let mut seen = BTreeSet::new();
    let mut pairs: Vec<(String, String)> = source.query_pairs().into_owned().collect();
    for (key, old) in &mut pairs {
        if key == name && seen.insert(name) {
            old.clone_from(&value);
        }
    }
    if seen.is_empty() {
        pairs.push((name.to_owned(), value));
    }
    let mut url = source.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(paging: &Paging, source: &str, number: usize, links: &[&str]) -> Option<String> {
        let links: Vec<Url> = links.iter().map(|link| link.parse().expect("an address")).collect();
        paging.next(&source.parse().expect("an address"), number, &links).map(String::from)
    }

    #[test]
    fn the_next_page_is_where_the_page_says_or_where_the_address_counts() {
        let auto = Paging::default();
        for (source, number, links, want) in [
            ("https://a.se/n/?orderBy=P&skip=0&take=20", 2, &[][..], Some("https://a.se/n/?orderBy=P&skip=20&take=20")),
            ("https://a.se/n/?orderBy=P&skip=0&take=20", 3, &[], Some("https://a.se/n/?orderBy=P&skip=40&take=20")),
            ("https://a.se/n/?take=10", 2, &[], Some("https://a.se/n/?take=10&skip=10")),
            ("https://a.se/n/?page=1&q=%C3%A5", 2, &[], Some("https://a.se/n/?page=2&q=%C3%A5")),
            ("https://a.se/n/?page=senaste", 2, &[], None),
            ("https://a.se/n/?skip=0&take=0", 2, &[], None),
            ("https://a.se/n/", 2, &[], None),
            ("https://a.se/n/", 2, &["https://a.se/n/2"], Some("https://a.se/n/2")),
            ("https://a.se/n/?page=1", 2, &["https://a.se/n/2"], Some("https://a.se/n/2")),
            ("https://a.se/n/", 2, &["https://b.se/n/2"], None),
            ("https://a.se/n/", 2, &["ftp://a.se/n/2"], None),
        ] {
            assert_eq!(next(&auto, source, number, links).as_deref(), want, "{source} {number} {links:?}");
        }
    }

    #[test]
    fn a_parameter_or_a_template_counts() {
        let by = |next| Paging { next, ..Paging::default() };
        let parameter = by(NextPage::Parameter { name: "s".to_owned(), step: 15 });
        assert_eq!(next(&parameter, "https://a.se/?s=5", 3, &[]).as_deref(), Some("https://a.se/?s=35"));
        assert_eq!(next(&parameter, "https://a.se/", 2, &[]).as_deref(), Some("https://a.se/?s=15"));
        let page = by(NextPage::Parameter { name: "sida".to_owned(), step: 1 });
        assert_eq!(next(&page, "https://a.se/", 2, &[]).as_deref(), Some("https://a.se/?sida=2"));
        let template = by(NextPage::Template("https://a.se/sida/{page}/".to_owned()));
        assert_eq!(next(&template, "https://a.se/", 4, &[]).as_deref(), Some("https://a.se/sida/4/"));
        let elsewhere = by(NextPage::Template("https://b.se/{page}".to_owned()));
        assert_eq!(next(&elsewhere, "https://a.se/", 2, &[]), None);
    }
}
