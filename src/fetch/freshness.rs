//! How long an answer stays fresh (RFC 9111), and how long a refusal lasts (RFC 9110 section 10.2.3).
//!
//! Pure: moments are taken from the answer's own `Date`, so that neither clock needs to be right. Nothing is guessed
//! from `Last-Modified`: a page that says nothing is asked again on its schedule.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER};

/// The longest freshness and the longest `Retry-After` that are believed: a day.
pub(super) const LONGEST: Duration = Duration::from_hours(24);

/// For how long the answer need not be asked for again; `None` when it must be, or says nothing.
///
/// A private cache: `s-maxage` is for others. Of several `max-age` the shortest counts (section 4.2.1).
pub(super) fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let control = CacheControl::read(headers);
    if control.forbids {
        return None;
    }
    let lifetime = match control.max_age {
        Some(age) => age,
        None => match (date(headers, &EXPIRES), date(headers, &DATE)) {
            (Some(expires), Some(date)) => Duration::try_from(expires.duration_since(date)).ok()?,
            _ => return None,
        },
    };
    let age = headers.get(AGE).map_or(Some(Duration::ZERO), |age| seconds(age.to_str().ok()?));
    // An unreadable age may be any age.
    let left = lifetime.saturating_sub(age?);
    (!left.is_zero()).then(|| left.min(LONGEST))
}

/// How long the server asks to be left alone: seconds, or a date held against its own `Date`. `None` when it does
/// not say, or says something absurd (negative, past, unreadable).
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = seconds(value).or_else(|| {
        let until = http_date(value)?.duration_since(date(headers, &DATE)?);
        Duration::try_from(until).ok()
    });
    wait.map(|wait| wait.min(LONGEST))
}

/// When an answer was sent, by the clock of the server: its `Date`, and the time that it has lain in caches since.
pub(super) fn sent(headers: &HeaderMap) -> Option<Timestamp> {
    let age = headers.get(AGE).and_then(|age| seconds(age.to_str().ok()?)).unwrap_or_default();
    date(headers, &DATE)?.checked_add(age).ok()
}

/// How long before it was made an answer says that its page was last changed (`Date` and `Last-Modified`); less than nothing
/// of a server that is wrong about one of them.
pub(super) fn age_of_change(headers: &HeaderMap) -> Option<SignedDuration> {
    Some(date(headers, &DATE)?.duration_since(date(headers, &LAST_MODIFIED)?))
}

/// What `Cache-Control` says to a private cache.
#[derive(Debug, Default)]
struct CacheControl {
    /// `no-store` or `no-cache`.
    forbids: bool,
    /// The shortest `max-age`; zero when one could not be read, which counts as stale.
    max_age: Option<Duration>,
}

impl CacheControl {
    fn read(headers: &HeaderMap) -> Self {
        let mut read = Self::default();
        for value in headers.get_all(CACHE_CONTROL) {
            for directive in directives(&String::from_utf8_lossy(value.as_bytes())) {
                let (name, argument) = directive.split_once('=').unwrap_or((&directive, ""));
                match name.trim().to_ascii_lowercase().as_str() {
                    "no-store" | "no-cache" => read.forbids = true,
                    "max-age" => {
                        let age = seconds(argument.trim().trim_matches('"')).unwrap_or_default();
                        read.max_age = Some(read.max_age.map_or(age, |known| known.min(age)));
                    }
                    _ => {}
                }
            }
        }
        read
    }
}

/// Splits at commas that do not stand inside a quoted string.
fn directives(value: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut quoted = false;
    for c in value.chars() {
        quoted ^= c == '"';
        if c == ',' && !quoted {
            found.push(String::new());
        } else if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found
}

/// `delta-seconds`: digits alone. More than fits is as long as it gets (RFC 9111 section 1.2.2).
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))))
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    http_date(headers.get(name)?.to_str().ok()?)
}

/// A date in one of the three forms of RFC 9110 section 5.6.7, or with an offset as in mail. The weekday is not held
/// against the date: servers that get it wrong mean the date.
fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let utc = |format: &str, text: &str| DateTime::strptime(format, text).ok()?.to_zoned(TimeZone::UTC).ok();
    let Some((_, text)) = text.split_once(',') else {
        let (_, asctime) = text.split_once(' ')?;
        return utc("%b %e %H:%M:%S %Y", asctime.trim()).map(|zoned| zoned.timestamp());
    };
    let text = text.trim();
    if let Some(rfc850) = text.strip_suffix(" GMT").filter(|text| text.contains('-')) {
        return utc("%d-%b-%y %H:%M:%S", rfc850).map(|zoned| zoned.timestamp());
    }
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers, and the seconds that they come to.
    type Row<'a> = (&'a [(&'static str, &'a str)], Option<u64>);

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_static(name), value.parse().expect("a header"));
        }
        map
    }

    #[test]
    fn dates_are_read_in_all_their_forms() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Tue, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 09:49:37 +0100",
            " Sun, 06 Nov 1994 08:49:37 UT ",
        ] {
            assert_eq!(http_date(text).map(Timestamp::as_second), Some(784_111_777), "{text:?}");
        }
        for text in ["", "0", "-1", "now", "Sun, 31 Feb 2024 00:00:00 GMT", "Sun, 06 Nov 1994", ",", " ", "ö ö"] {
            assert_eq!(http_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn freshness() {
        let date = ("date", "Sun, 06 Nov 1994 08:00:00 GMT");
        let later = ("expires", "Sun, 06 Nov 1994 08:10:00 GMT");
        let table: &[Row<'_>] = &[
            (&[], None),
            (&[("last-modified", "Sun, 06 Nov 1988 08:00:00 GMT"), date], None),
            (&[("cache-control", "max-age=60")], Some(60)),
            (&[("cache-control", "public, MAX-AGE = \"60\"")], Some(60)),
            (&[("cache-control", "s-maxage=60")], None),
            (&[("cache-control", "s-maxage=9, max-age=60"), ("age", "20")], Some(40)),
            (&[("cache-control", "max-age=60"), ("age", "60")], None),
            (&[("cache-control", "max-age=60"), ("age", "unknown")], None),
            (&[("cache-control", "max-age=60"), ("cache-control", "max-age=30")], Some(30)),
            (&[("cache-control", "max-age=60, max-age=x")], None),
            (&[("cache-control", "max-age=-5"), date, later], None),
            (&[("cache-control", "max-age=")], None),
            (&[("cache-control", "max-age=99999999999999999999999")], Some(86_400)),
            (&[("cache-control", "max-age=60, no-store")], None),
            (&[("cache-control", "no-cache, max-age=60")], None),
            (&[("cache-control", "private=\"a, no-store\", max-age=60")], Some(60)),
            (&[("cache-control", "private=\"a, max-age=60")], None),
            (&[("cache-control", "private"), date, later], Some(600)),
            (&[("cache-control", "max-age=60"), date, later], Some(60)),
            (&[date, later, ("age", "100")], Some(500)),
            (&[date, ("expires", "0")], None),
            (&[date, ("expires", "Sun, 06 Nov 1994 07:00:00 GMT")], None),
            (&[date, ("expires", "Thu, 31 Dec 2037 23:55:55 GMT")], Some(86_400)),
            (&[later], None),
        ];
        for (lines, wanted) in table {
            assert_eq!(fresh_for(&headers(lines)).map(|d| d.as_secs()), *wanted, "{lines:?}");
        }
    }

    #[test]
    fn the_clock_of_the_server() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for (lines, wanted) in [
            (&[][..], None),
            (&[("age", "20")], None),
            (&[("date", "yesterday")], None),
            (&[date], Some(784_111_777)),
            (&[date, ("age", "20")], Some(784_111_797)),
            (&[date, ("age", "unknown")], Some(784_111_777)),
            (&[date, ("age", "99999999999999999999999")], Some(784_111_777 + i64::from(u32::MAX))),
        ] {
            assert_eq!(sent(&headers(lines)).map(Timestamp::as_second), wanted, "{lines:?}");
        }
    }

    #[test]
    fn refusals() {
        let date = ("date", "Sun, 06 Nov 1994 08:00:00 GMT");
        let table: &[Row<'_>] = &[
            (&[], None),
            (&[("retry-after", "120")], Some(120)),
            (&[("retry-after", "0")], Some(0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "1.5")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "31536000")], Some(86_400)),
            (&[("retry-after", "99999999999999999999999")], Some(86_400)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:05:00 GMT"), date], Some(300)),
            (&[("retry-after", "Sun, 06 Nov 1994 07:05:00 GMT"), date], None),
            (&[("retry-after", "Tue, 31 Dec 2999 23:59:59 GMT"), date], Some(86_400)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:05:00 GMT")], None),
        ];
        for (lines, wanted) in table {
            assert_eq!(retry_after(&headers(lines)).map(|d| d.as_secs()), *wanted, "{lines:?}");
        }
    }
}
