//! robots.txt: what a site asks readers not to read (RFC 9309).
//!
//! Pure. A file is hostile until it is read: its length is bounded, a pattern costs one walk along the address however
//! many stars it has, and no line is an error.

mod pattern;

use std::cmp::Reverse;
use std::fmt;
use std::time::Duration;

use url::Url;

use pattern::{Pattern, normalised};

/// The name by which a file speaks of this program: the product token of its `User-Agent`.
const PRODUCT: &str = "flode";

/// Where the file is.
pub(super) const FILE: &str = "/robots.txt";

/// Bytes of a file that are read, the least that RFC 9309 section 2.5 allows; the rest is ignored.
pub(super) const MAX_FILE: usize = 500 * 1024;

/// Bytes of an address that are held against the rules. Rules of a whole file against an address without end would
/// cost seconds.
const MAX_TARGET: usize = 8 * 1024;

/// `Sitemap` lines that are kept.
const MAX_SITEMAPS: usize = 100;

/// What a file says to this program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RobotsTxt {
    /// The longest pattern first, and of two equally long the one that allows: the first that matches decides.
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
    sitemaps: Vec<String>,
}

impl RobotsTxt {
    /// Reads a file. Groups that name this program count, all of them together; if there is none, those for `*`.
    #[must_use]
    pub fn parse(file: &[u8]) -> Self {
        let mut reading = Reading::default();
        let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
        for line in whole_lines(file).split(|byte| matches!(byte, b'\n' | b'\r')) {
            if let Some((name, value)) = record(line) {
                reading.record(&name, value);
            }
        }
        reading.conclude()
    }

    /// Whether a page may be read; if not, the line that forbids it.
    ///
    /// The longest matching pattern decides, and `Allow` before `Disallow` (section 2.2.2). The file itself is free.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        if url.path() == FILE {
            return Ok(());
        }
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut target = normalised(format!("{}{query}", url.path()).as_bytes(), false);
        target.truncate(MAX_TARGET);
        match self.rules.iter().find(|rule| rule.pattern.matches(&target)) {
            Some(rule) if !rule.allows => Err(rule.to_string()),
            _ => Ok(()),
        }
    }

    /// The pause between two requests that the site asks for, which is no part of the RFC; at most a day.
    #[must_use]
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// Bytes of memory, about: a file of short lines takes several times its length.
    pub(super) fn weight(&self) -> usize {
        let rules: usize = self.rules.iter().map(|rule| size_of::<Rule>() + rule.pattern.octets()).sum();
        rules + self.sitemaps.iter().map(String::capacity).sum::<usize>()
    }

    /// The addresses of sitemaps, as they stand there; they belong to no group.
    #[must_use]
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }
}

/// Without what follows the limit, and without the line that it cuts: what is left of that may forbid more.
fn whole_lines(file: &[u8]) -> &[u8] {
    let Some(head) = file.get(..MAX_FILE).filter(|head| head.len() < file.len()) else { return file };
    let end = memchr::memrchr2(b'\n', b'\r', head).unwrap_or_default();
    head.get(..end).unwrap_or_default()
}

/// `Name: value # comment`, the name in lower case.
fn record(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let line = line.split(|byte| *byte == b'#').next().unwrap_or_default();
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = line.split_at_checked(colon)?;
    Some((name.trim_ascii().to_ascii_lowercase(), value.get(1..)?.trim_ascii()))
}

/// The rules for one name.
#[derive(Debug, Default)]
struct Group {
    present: bool,
    /// Whether the lines at hand are for this name.
    open: bool,
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

#[derive(Debug, Default)]
struct Reading {
    ours: Group,
    anybody: Group,
    /// Whether a rule has closed the list of names of the group at hand.
    in_rules: bool,
    sitemaps: Vec<String>,
}

impl Reading {
    fn record(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"user-agent" => self.user_agent(value),
            b"allow" => self.rule(true, value),
            b"disallow" => self.rule(false, value),
            b"crawl-delay" => self.crawl_delay(value),
            b"sitemap" if self.sitemaps.len() < MAX_SITEMAPS && !value.is_empty() => {
                self.sitemaps.push(String::from_utf8_lossy(value).into_owned());
            }
            // Other records are for others, and end no group (section 2.2.4).
            _ => {}
        }
    }

    fn user_agent(&mut self, value: &[u8]) {
        if self.in_rules {
            self.in_rules = false;
            self.ours.open = false;
            self.anybody.open = false;
        }
        let token = value.split(|b| !(b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'))).next().unwrap_or_default();
        if token.eq_ignore_ascii_case(PRODUCT.as_bytes()) {
            self.ours.begin();
        } else if value.starts_with(b"*") {
            self.anybody.begin();
        }
    }

    fn rule(&mut self, allows: bool, value: &[u8]) {
        self.in_rules = true;
        let groups = [&mut self.ours, &mut self.anybody];
        // An empty pattern matches nothing.
        for group in groups.into_iter().filter(|group| group.open && !value.is_empty()) {
            group.rules.push(Rule { allows, pattern: Pattern::new(value) });
        }
    }

    fn crawl_delay(&mut self, value: &[u8]) {
        let day = Duration::from_hours(24);
        let seconds = std::str::from_utf8(value).ok().and_then(|text| text.parse::<f64>().ok());
        let Some(seconds) = seconds.filter(|seconds| *seconds >= 0.0) else { return };
        let delay = Duration::try_from_secs_f64(seconds).map_or(day, |delay| delay.min(day));
        for group in [&mut self.ours, &mut self.anybody].into_iter().filter(|group| group.open) {
            group.crawl_delay = group.crawl_delay.max(Some(delay));
        }
    }

    fn conclude(self) -> RobotsTxt {
        let group = if self.ours.present { self.ours } else { self.anybody };
        let mut rules = group.rules;
        rules.sort_by_key(|rule| (Reverse(rule.pattern.octets()), !rule.allows));
        RobotsTxt { rules, crawl_delay: group.crawl_delay, sitemaps: self.sitemaps }
    }
}

impl Group {
    fn begin(&mut self) {
        self.present = true;
        self.open = true;
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allows: bool,
    pattern: Pattern,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.allows { "Allow" } else { "Disallow" };
        let pattern: String = self.pattern.text().chars().take(100).collect();
        write!(f, "{name}: {pattern}")
    }
}

#[cfg(test)]
mod tests;
