//! Which content coding a client is given: RFC 9110 section 12.5.3.

use std::cmp::Reverse;

use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// A coding that documents are prepared in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    pub(super) const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Its name in `Content-Encoding`.
    pub(super) fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }
}

/// A weight in thousandths. That of a document as it is, of which nothing was said, is 0: it will do if nothing better is
/// there.
type Weight = u16;

/// What `Accept-Encoding` says.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    /// Names in lower case with their weights.
    named: Vec<(String, Weight)>,
    /// The weight of `*`.
    others: Option<Weight>,
}

impl Accepted {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        for element in values.flat_map(|value| value.split(',')) {
            let mut parts = element.split(';');
            let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            // An element that cannot be read is as good as none.
            let Some(weight) = weight(parts) else { continue };
            match name.as_str() {
                "" => {}
                "*" => accepted.others = Some(weight),
                "x-gzip" => accepted.named.push(("gzip".to_owned(), weight)), // section 8.4.1.3
                _ => accepted.named.push((name, weight)),
            }
        }
        accepted
    }

    /// The weight of a coding, or of the document as it is (`None`); `None` when it is refused.
    pub(super) fn weight(&self, coding: Option<Coding>) -> Option<Weight> {
        let name = coding.map_or("identity", Coding::token);
        let named = self.named.iter().find(|(named, _)| named == name).map(|(_, weight)| *weight);
        match (named.or(self.others), coding) {
            (Some(0), _) | (None, Some(_)) => None,
            (Some(weight), _) => Some(weight),
            (None, None) => Some(0),
        }
    }

    /// Puts forms of a document in the order of preference, and leaves out those that are refused. `form` gives the coding
    /// and the length; among equals the shorter is better. A client that refuses all of them gets the document as it is
    /// (section 12.1 allows that): a feed is never refused for want of a coding.
    pub(super) fn sort<T>(&self, forms: Vec<T>, form: impl Fn(&T) -> (Option<Coding>, usize)) -> Vec<T> {
        let (mut fit, mut unfit): (Vec<T>, Vec<T>) =
            forms.into_iter().partition(|one| self.weight(form(one).0).is_some());
        fit.sort_by_key(|one| {
            let (coding, length) = form(one);
            (Reverse(self.weight(coding)), length)
        });
        if fit.is_empty() {
            unfit.retain(|one| form(one).0.is_none());
            return unfit;
        }
        fit
    }
}

/// `q=0.8` as 800; 1000 when nothing is said.
fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> Option<Weight> {
    let Some(parameter) = parameters.next() else { return Some(1000) };
    let (name, value) = parameter.trim().split_once('=')?;
    let (whole, rest) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let digits = rest.chars().all(|c| c.is_ascii_digit()) && rest.len() <= 3;
    let thousandths: Weight = format!("{rest:0<3}").parse().ok()?;
    match whole {
        _ if !name.trim().eq_ignore_ascii_case("q") || !digits => None,
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client is given of a document of 100 bytes.
    fn chosen(lines: &[&str]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_ENCODING, line.parse().expect("a value"));
        }
        let forms = vec![(None, 100), (Some(Coding::Gzip), 30), (Some(Coding::Zstd), 25), (Some(Coding::Brotli), 20)];
        let sorted = Accepted::of(&headers).sort(forms, |form| *form);
        sorted.first().expect("always something").0.map_or("identity", Coding::token)
    }

    #[test]
    fn the_client_is_given_what_it_prefers() {
        for (value, want) in [
            ("gzip", "gzip"),
            ("GZip", "gzip"),
            ("x-gzip", "gzip"),
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, deflate", "gzip"),
            ("gzip;q=1, br;q=0.9", "gzip"),
            ("gzip ; Q=0.5 , zstd;q=0.501", "zstd"),
            ("br;q=0.001, identity", "identity"),
            ("br;q=0, *", "zstd"),
            ("*", "br"),
            ("*;q=0", "identity"),
            ("gzip, *;q=0", "gzip"),
            ("identity;q=0", "identity"),
            ("identity;q=0, *;q=0.1", "br"),
            ("identity;q=0, zstd;q=0.1", "zstd"),
            ("identity", "identity"),
            ("", "identity"),
            ("deflate, compress;q=0.5, nonsense", "identity"),
            ("br;q=2, gzip;q=0.2", "gzip"),
            ("br;q=0.1234, gzip;q=0.2", "gzip"),
            ("br;level=9, gzip", "gzip"),
            ("br;q=-1, br;q=, ;;, gzip;q=1.000", "gzip"),
        ] {
            assert_eq!(chosen(&[value]), want, "{value:?}");
        }
        assert_eq!(chosen(&[]), "identity", "simple clients do not say, and cannot undo it");
        assert_eq!(chosen(&["deflate", "gzip"]), "gzip", "two lines are one list");
    }
}
