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
        RobotsTxt::parse(format!("User-agent: *\nCrawl-delay: {text}").as_bytes()).crawl_delay().map(|d| d.as_millis())
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
fn hostile_files_are_read_like_others() {
    let stars = format!("User-agent: *\nDisallow: /{}b$\nDisallow: /{}b", "*a".repeat(50), "*a".repeat(50));
    let deep = "a".repeat(1000);
    assert!(allows(&stars, &format!("/{deep}")));
    assert!(!allows(&stars, &format!("/{deep}b")));
    let rules: String =
        (0..10_000).fold("User-agent: *\n".to_owned(), |all, i| all + &format!("Disallow: /*x{i}*y$\n"));
    assert!(allows(&rules, &format!("/{deep}")));
    let tiny = format!("User-agent: *\n{}", "allow:*b\n".repeat(55_000));
    assert!(allows(&tiny, &format!("/{}", "a".repeat(100_000))));
    assert!(RobotsTxt::parse(tiny.as_bytes()).weight() < 16 * MAX_FILE);
    let long = format!("User-agent: *\nDisallow: *{}b", "a".repeat(400_000));
    assert!(allows(&long, &format!("/{}", "a".repeat(100_000))));
}
