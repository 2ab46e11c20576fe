//! robots.txt: what a site asks readers not to read (RFC 9309).
//!
//! Pure. A file is hostile until it is read: its length is bounded, a pattern costs one walk along the address however
//! many stars it has, and no line is an error.

use std::cmp::Reverse;
use std::fmt;
use std::time::Duration;

use memchr::memmem;
use url::Url;

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
        let rules: usize = self.rules.iter().map(|rule| size_of::<Rule>() + rule.pattern.normal.capacity()).sum();
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

/// A pattern of paths: `*` is any run of octets, `$` at its end is the end of the address (section 2.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    /// The octets between the stars, in their normal form.
    normal: Vec<u8>,
    anchored: bool,
}

impl Pattern {
    fn new(value: &[u8]) -> Self {
        let open = value.strip_suffix(b"$");
        Self { normal: normalised(open.unwrap_or(value), true), anchored: open.is_some() }
    }

    fn octets(&self) -> usize {
        self.normal.len() + usize::from(self.anchored)
    }

    /// In ASCII: all else is percent-encoded.
    fn text(&self) -> String {
        let end = if self.anchored { "$" } else { "" };
        format!("{}{end}", String::from_utf8_lossy(&self.normal))
    }

    /// Each part is looked for behind the one before; the leftmost find leaves the most room for the rest.
    fn matches(&self, target: &[u8]) -> bool {
        let mut parts = self.normal.split(|byte| *byte == b'*');
        let Some(mut rest) = parts.next().and_then(|first| target.strip_prefix(first)) else { return false };
        let mut last: Option<&[u8]> = None;
        for part in parts {
            // The last part of an anchored pattern stands at the end, so it is not looked for.
            if let Some(before) = last.replace(part) {
                let Some(after) = behind(rest, before) else { return false };
                rest = after;
            }
        }
        match (last, self.anchored) {
            (None, anchored) => !anchored || rest.is_empty(),
            (Some(last), true) => rest.ends_with(last),
            (Some(last), false) => behind(rest, last).is_some(),
        }
    }
}

fn behind<'a>(text: &'a [u8], part: &[u8]) -> Option<&'a [u8]> {
    let at = memmem::find(text, part)?;
    text.get(at + part.len()..)
}

/// Octets in the form in which they are compared (section 2.2.2): what may stand plainly does, all else is encoded in
/// capitals. A star or a dollar is itself in an address, and a sign in a pattern.
fn normalised(octets: &[u8], is_pattern: bool) -> Vec<u8> {
    let mut normal = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        let encoded = if octet == b'%' { after.first_chunk().and_then(|digits| hex(*digits)) } else { None };
        match encoded {
            Some(octet) => {
                rest = after.get(2..).unwrap_or_default();
                if is_unreserved(octet) { normal.push(octet) } else { encode(octet, &mut normal) }
            }
            None if octet == b'*' && is_pattern => normal.push(octet),
            None if is_unreserved(octet) || b":/?#[]@!&'()+,;=%".contains(&octet) => normal.push(octet),
            None => encode(octet, &mut normal),
        }
    }
    normal
}

fn encode(octet: u8, to: &mut Vec<u8>) {
    to.extend_from_slice(format!("%{octet:02X}").as_bytes());
}

fn hex(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

/// RFC 3986 section 2.3.
fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~".contains(&octet)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn allows(file: &str, path: &str) -> bool {
        let url = Url::parse(&format!("https://example.se{path}")).expect(path);
        RobotsTxt::parse(file.as_bytes()).check(&url).is_ok()
    }

    #[test]
    fn the_group_is_chosen_by_name() {
        for (file, wanted) in [
            ("", true),
            ("User-agent: *\nDisallow: /", false),
            ("User-agent: flode\nDisallow: /", false),
            ("user-AGENT :  FLODE \nDISALLOW:/", false),
            ("User-agent: flode/1.0 (x)\nDisallow: /", false),
            ("User-agent: flodebot\nDisallow: /", true),
            ("User-agent: flo\nDisallow: /", true),
            ("User-agent: another\nDisallow: /", true),
            ("User-agent: *\nDisallow: /\n\nUser-agent: flode\nDisallow: /b", true),
            ("User-agent: flode\nDisallow:\n\nUser-agent: *\nDisallow: /", true),
            ("User-agent: flode\n\nUser-agent: *\nDisallow: /", false),
            ("User-agent: flode\nUser-agent: b\nDisallow: /", false),
            ("User-agent: b\nUser-agent: flode\nSitemap: /x\nX: y\nDisallow: /", false),
            ("User-agent: flode\nDisallow: /x\nUser-agent: b\nDisallow: /y\nUser-agent: flode\nDisallow: /a", false),
            ("User-agent: flode\nDisallow: /x\nUser-agent: b\nDisallow: /a", true),
            ("Disallow: /\nUser-agent: b\nDisallow: /", true),
            ("User-agent: *, flode\nDisallow: /", false),
            ("User-agent *\nDisallow: /", true),
        ] {
            assert_eq!(allows(file, "/a"), wanted, "{file}");
        }
    }

    #[test]
    fn lines_end_and_begin_as_they_like() {
        for file in [
            "\u{FEFF}User-agent: *\nDisallow: /a",
            "User-agent: *\r\nDisallow: /a\r\n",
            "User-agent: *\rDisallow: /a\r",
            "# x\n\n  User-agent:* # all\n\t\nDisallow:\t/a#b",
            "\0\u{FF}:\n:\n::\nUser-agent: *\n:/a\nDisallow: /a",
        ] {
            assert!(!allows(file, "/ab"), "{file:?}");
            assert!(allows(file, "/b"), "{file:?}");
        }
        let bytes = b"User-agent: *\n\xFF\xFE: \xE5\nDisallow: /\xE5\n".to_vec();
        assert!(RobotsTxt::parse(&bytes).check(&Url::parse("https://a.se/%E5").expect("url")).is_err());
    }

    #[test]
    fn the_longest_match_decides() {
        for (rules, path, wanted) in [
            ("Disallow: /a\nAllow: /a/b", "/a/b/c", true),
            ("Allow: /a/b\nDisallow: /a", "/a/c", false),
            ("Disallow: /a\nAllow: /a", "/a", true),
            ("Allow: /\nDisallow: /a", "/a", false),
            ("Disallow: /a", "/", true),
            ("Disallow: /a", "/A", true),
            ("Disallow: /a", "/ab?c", false),
            ("Disallow: /a/", "/a", true),
            ("Disallow: /*?", "/a?b", false),
            ("Disallow: /*?", "/a", true),
            ("Disallow: /?b", "/?b=1", false),
            ("Disallow: *.pdf", "/x/y.pdf?z", false),
            ("Disallow: *.pdf$", "/x/y.pdf?z", true),
            ("Disallow: /*.pdf$", "/x.pdf/y.pdf", false),
            ("Disallow: /$", "/", false),
            ("Disallow: /$", "/a", true),
            ("Disallow: $", "/", true),
            ("Disallow: a", "/a", true),
            ("Disallow: /a*b*c", "/a-c-b", true),
            ("Disallow: /a*b*c", "/a-b-c-d", false),
            ("Disallow: /a*ab$", "/ab", true),
            ("Disallow: /a*ab$", "/aab", false),
            ("Disallow: /**", "/x", false),
            ("Disallow: /*$", "/x", false),
            ("Disallow: /a$b", "/a$bc", false),
            ("Disallow: /a%2Ab", "/a*b", false),
            ("Disallow: /a%2Ab", "/axb", true),
            ("Disallow: /a%24", "/a$", false),
            ("Disallow: /sjukvård", "/sjukv%c3%a5rd", false),
            ("Disallow: /sjukv%C3%A5rd", "/sjukvård/x", false),
            ("Disallow: /%61%7eb", "/a~b", false),
            ("Disallow: /a~b", "/%61%7Eb", false),
            ("Disallow: /a/b", "/a%2Fb", true),
            ("Disallow: /a%2fb", "/a%2Fb", false),
            ("Disallow: /a b", "/a%20b", false),
            ("Disallow: /100%", "/100%", false),
            ("Disallow: /100%\nAllow: /1", "/100%zz", false),
            ("Disallow: /page\nAllow: /*.htm", "/page.htm", true),
            ("Disallow: /*.htm\nAllow: /page", "/page.htm", false),
            ("Disallow: /*.htm\nAllow: /page.", "/page.htm", true),
            ("Disallow: /", "/robots.txt", true),
            ("Disallow: /", "/robots.txt/a", false),
            ("Disallow: /a", "/x#/a", true),
            ("Disallow:\nAllow:", "/a", true),
        ] {
            assert_eq!(allows(&format!("User-agent: *\n{rules}"), path), wanted, "{rules:?} {path}");
        }
    }

    #[test]
    fn a_refusal_quotes_its_line() {
        let file = RobotsTxt::parse("User-agent: *\nDisallow: /å*x$".as_bytes());
        let url = Url::parse("https://example.se/åxx").expect("url");
        assert_eq!(file.check(&url), Err("Disallow: /%C3%A5*x$".to_owned()));
    }

    #[test]
    fn delays_and_sitemaps() {
        let read = |text: &str| {
            RobotsTxt::parse(format!("User-agent: *\nCrawl-delay: {text}").as_bytes())
                .crawl_delay()
                .map(|d| d.as_millis())
        };
        for (text, millis) in [
            ("10", Some(10_000)),
            ("0.5", Some(500)),
            ("0", Some(0)),
            ("1e99", Some(86_400_000)),
            ("inf", Some(86_400_000)),
            ("-1", None),
            ("NaN", None),
            ("10s", None),
            ("", None),
        ] {
            assert_eq!(read(text), millis, "{text}");
        }
        let file = "Sitemap: https://a.se/1\nUser-agent: flode\nCrawl-delay: 2\nUser-agent: b\nDisallow: /\nSITEMAP: /2\n\
                    User-agent: b\nCrawl-delay: 9";
        let read = RobotsTxt::parse(file.as_bytes());
        assert_eq!(
            (read.crawl_delay(), read.sitemaps()),
            (Some(Duration::from_secs(2)), &["https://a.se/1".to_owned(), "/2".to_owned()][..])
        );
        assert_eq!(RobotsTxt::parse("Sitemap: x\n".repeat(1000).as_bytes()).sitemaps().len(), MAX_SITEMAPS);
    }

    #[test]
    fn a_file_ends_at_the_limit() {
        let padding = "#".repeat(MAX_FILE - 40);
        let file = |tail: &str| format!("User-agent: *\n{padding}\n{tail}");
        assert!(!allows(&file("Disallow: /a\n"), "/a"));
        assert!(allows(&file(&format!("{}\nDisallow: /a\n", "#".repeat(40))), "/a"));
        // The limit falls into the pattern, whose beginning would forbid everything.
        assert!(allows(&file("Disallow: /private-and-long-enough\n"), "/a"));
    }

    #[test]
    fn hostile_files_cost_little() {
        let begun = Instant::now();
        let stars = format!("User-agent: *\nDisallow: /{}b$\nDisallow: /{}b", "*a".repeat(50), "*a".repeat(50));
        let deep = "a".repeat(1000);
        assert!(allows(&stars, &format!("/{deep}")));
        assert!(!allows(&stars, &format!("/{deep}b")));
        assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
        let rules: String =
            (0..10_000).fold("User-agent: *\n".to_owned(), |all, i| all + &format!("Disallow: /*x{i}*y$\n"));
        assert!(allows(&rules, &format!("/{deep}")));
        let tiny = format!("User-agent: *\n{}", "allow:*b\n".repeat(55_000));
        assert!(allows(&tiny, &format!("/{}", "a".repeat(100_000))));
        assert!(RobotsTxt::parse(tiny.as_bytes()).weight() < 16 * MAX_FILE);
        let long = format!("User-agent: *\nDisallow: *{}b", "a".repeat(400_000));
        assert!(allows(&long, &format!("/{}", "a".repeat(100_000))));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}
