//! robots.txt: any file has an answer, and what does not concern us does not change it.

use std::time::Duration;

use flode::fetch::RobotsTxt;
use url::Url;

use super::bytes::Bytes;

/// The first line is a path, the rest the file.
pub fn robots(data: &[u8]) {
    let mut bytes = Bytes(data);
    let path = bytes.line();
    let file = bytes.0;
    let robots = RobotsTxt::parse(file);
    assert!(robots.sitemaps().len() <= 100);
    assert!(robots.crawl_delay().is_none_or(|delay| delay <= Duration::from_hours(24)));
    let Ok(url) = Url::parse("https://example.se/").expect("an address").join(&path) else { return };
    let answer = robots.check(&url);
    assert!(url.path() != "/robots.txt" || answer.is_ok());
    if let Err(rule) = &answer {
        assert!(rule.starts_with("Disallow: ") && rule.is_ascii() && rule.len() <= 110, "{rule:?}");
    }
    let others = [b"User-agent: another\nDisallow: /\n".as_slice(), file].concat();
    // Rules above the first group belong to nobody, here to another.
    assert_eq!(RobotsTxt::parse(&others).check(&url), answer, "behind another's group");
    let lines = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let spaced: Vec<u8> = lines.iter().flat_map(|&b| if b == b'\n' { b" # x\r\n".to_vec() } else { vec![b] }).collect();
    assert_eq!(RobotsTxt::parse(&spaced).check(&url), answer, "with comments");
    pattern(&path, file);
}

/// One pattern against one path, by trying every run that a star may stand for.
fn pattern(path: &str, file: &[u8]) {
    let plain = |c: &char| c.is_ascii_lowercase() || matches!(c, '/' | '-' | '_');
    let path: String = path.chars().filter(plain).take(30).collect();
    let path = format!("/{}", path.replace("//", "/").trim_matches('/'));
    let end = file.iter().position(|byte| *byte == b'\n').unwrap_or(file.len());
    let pattern: String =
        file[..end].iter().map(|b| char::from(*b)).filter(|c| plain(c) || *c == '*').take(30).collect();
    let anchored = file.get(end.wrapping_sub(1)) == Some(&b'$');
    let rule = format!("{pattern}{}", if anchored { "$" } else { "" });
    let url = Url::parse(&format!("https://example.se{path}")).expect("an address");
    let answer = RobotsTxt::parse(format!("User-agent: *\nDisallow: {rule}").as_bytes()).check(&url);
    let wanted = !rule.is_empty() && matches(pattern.as_bytes(), url.path().as_bytes(), anchored);
    assert_eq!(answer.is_err(), wanted, "`{rule}` and `{}`", url.path());
}

/// Whether the pattern matches from the beginning of the path, to its end if anchored.
fn matches(pattern: &[u8], path: &[u8], anchored: bool) -> bool {
    // Whether what is left of the pattern matches at each place of the path; from the pattern's end.
    let mut ends: Vec<bool> = (0..=path.len()).map(|at| !anchored || at == path.len()).collect();
    for sign in pattern.iter().rev() {
        ends = (0..=path.len())
            .map(|at| match sign {
                b'*' => ends[at..].contains(&true),
                sign => path.get(at) == Some(sign) && ends[at + 1],
            })
            .collect();
    }
    ends[0]
}
