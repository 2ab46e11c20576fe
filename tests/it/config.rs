//! `config.toml`: the sample, the reference, and what an operator is told of a broken one.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use flode::config::{self, Config, ConfigErrors};
use flode::publish::{BucketOptions, Encoding, Place};
use proptest::prelude::*;

const SAMPLE: &str = include_str!("../../config.toml");

/// The least that is a config.
const LEAST: &str = "[site]\ntitle = \"Nyheter\"\nlink = \"https://example.se/\"\n\
                     [[source]]\nid = \"nyheter\"\nurl = \"https://example.se/nyheter/\"\n";

fn env(name: &str) -> Option<String> {
    match name {
        "EXAMPLE_TOKEN" => Some("hush".to_owned()),
        "BAD_ADDRESS" => Some("gopher://secret.example.se".to_owned()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    config::parse(text, Path::new("etc/config.toml"), &env)
}

/// Compares with a file; `FLODE_BLESS=1` writes it anew.
fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config").join(name);
    if std::env::var_os("FLODE_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, wanted, "{name} differs; FLODE_BLESS=1 writes it anew");
}

/// Takes the mark from the lines that begin with it.
fn unmark(text: &str, mark: &str, what_follows: impl Fn(&str) -> bool) -> String {
    let lines = text.lines().map(|line| line.strip_prefix(mark).filter(|rest| what_follows(rest)).unwrap_or(line));
    lines.fold(String::new(), |mut out, line| {
        writeln!(out, "{line}").unwrap();
        out
    })
}

fn with_defaults(text: &str) -> String {
    unmark(text, "#", |rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[test]
fn the_sample_is_right() {
    let sample = parse(SAMPLE).unwrap();
    assert!(sample.warnings.is_empty(), "{:?}", sample.warnings);
    assert_eq!(sample.store.path, Path::new("etc/flode.db"));
    assert_eq!(sample.publish.to, Path::new("etc/feeds").into());
    assert_eq!((sample.sources.len(), sample.feeds.len(), sample.categories.known.len()), (1, 1, 14));
}

#[test]
fn feeds_may_be_written_to_a_bucket() {
    let bucket = |lines: &str| match parse(&format!("{LEAST}[publish]\n{lines}\n")).unwrap().publish.to {
        Place::Bucket(bucket) => *bucket,
        Place::Directory(path) => panic!("{}", path.display()),
    };
    assert_eq!(bucket("to = \"s3://feeds\""), BucketOptions::new("feeds", ""));
    for address in ["s3://feeds/a/b", "s3://feeds/a/b/"] {
        assert_eq!(bucket(&format!("to = \"{address}\"")), BucketOptions::new("feeds", "a/b/"));
    }
    let own = bucket("to = \"s3://feeds\"\n[publish.s3]\nendpoint = \"https://s3.example.se\"\nencoding = \"gzip\"");
    assert_eq!((own.path_style, own.encoding, own.name.as_str()), (true, Encoding::Gzip, "feeds"));
}

#[test]
fn the_defaults_in_the_sample_are_the_defaults() {
    let written = with_defaults(SAMPLE);
    assert!(written.len() + 30 < SAMPLE.len(), "defaults begin with `#` and no space");
    let (written, sample) = (parse(&written).unwrap(), parse(SAMPLE).unwrap());
    let (written, sample) = (format!("{written:#?}"), format!("{sample:#?}"));
    let differing: Vec<_> = written.lines().zip(sample.lines()).filter(|(written, sample)| written != sample).collect();
    assert!(differing.is_empty() && written.len() == sample.len(), "{differing:#?}");
}

#[test]
fn the_examples_in_the_sample_are_right() {
    let examples = unmark(SAMPLE, "## ", |_| true);
    // Two of them are files.
    let house = tempfile::tempdir().unwrap();
    std::fs::write(house.path().join("own.css"), "h1 { color: navy }").unwrap();
    std::fs::write(house.path().join("header.html"), "<header>Region Mälarö</header>").unwrap();
    let config = config::parse(&examples, &house.path().join("config.toml"), &env).unwrap();
    assert_eq!(config.publish.pages.css, "h1 { color: navy }");
    assert_eq!(config.publish.pages.header, "<header>Region Mälarö</header>");
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let example = &config.sources[1];
    assert_eq!(example.source.url.query(), Some("token=hush"));
    assert_eq!(example.recipe.fingerprint().matches('?').count(), 0, "{}", example.recipe.fingerprint());
}

#[test]
fn the_sample_has_every_key_and_the_reference_too() {
    let sample = with_defaults(&unmark(SAMPLE, "## ", |_| true));
    let reference = config::reference();
    let rows: Vec<&str> = reference.lines().skip(2).collect();
    assert!(rows.len() > 50, "{reference}");
    let mut section = String::new();
    let mut keys = std::collections::BTreeSet::new();
    for line in sample.lines() {
        if line.starts_with('[') {
            section = line.split(" #").next().unwrap().trim_matches(['[', ']']).to_owned();
        } else if let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.contains([' ', '#'])) {
            keys.insert(format!("`{section}.{key}`"));
        }
    }
    for row in &rows {
        let key = row.split(" | ").next().unwrap().trim_start_matches("| ");
        assert!(keys.remove(key), "config.toml has no {key}");
    }
    assert!(keys.is_empty(), "the reference has no {keys:?}");
}

#[test]
fn a_broken_config_is_told_of_whole() {
    let errors = parse(include_str!("config/broken.toml")).unwrap_err();
    assert_golden("broken.txt", &errors.to_string());
}

#[test]
fn a_garbled_config_is_told_of_whole() {
    let errors = parse(include_str!("config/garbled.toml")).unwrap_err();
    assert_golden("garbled.txt", &errors.to_string());
}

/// What is told of a config that is the least one with a few lines more.
fn told(more: &str) -> String {
    match parse(&format!("{LEAST}{more}\n")) {
        Ok(config) => config.warnings.iter().fold(String::new(), |all, warning| all + &warning.to_string()),
        Err(errors) => errors.to_string(),
    }
}

#[test]
fn each_kind_of_mistake() {
    let source = "[[source]]\nid = \"b\"\nurl = \"https://example.se/b/\"\n";
    let feed = "[[feed]]\nslug = \"b\"\ntitle = \"B\"\n";
    let mut failed = Vec::new();
    for (more, told_of) in [
        ("[[alarm.webhook]]\nurl = \"hooks.example.se/x\"", "`alarm.webhook.url` must be an http or https address"),
        ("[[alarm.webhook]]\nkind = \"slak\"", "hint: did you mean `slack`"),
        ("[[alarm.webhook]]\nkind = \"slack\"", "`[[alarm.webhook]]` has no `url`"),
        ("[alarm.webhook]\nkind = \"slack\"", "`[[alarm.webhook]]`"),
        ("[[alarm.webhook]]\nurl = \"http://hooks.example.se/\"", "is not of https"),
        ("[alarm.mail]\nserver = \"a.se\"\nfrom = \"flode\"\nto = [\"a@b.se\"]", "is no address for mail"),
        ("[alarm.mail]\nserver = \"a.se\"\nfrom = \"a@b.se\"\nto = []", "`alarm.mail.to` is empty"),
        ("[alarm.mail]\nserver = \"a.se\"\nfrom = \"a@b.se\"\nto = [\"a@b.se\"]\nuser = \"a\"", "has no `password`"),
        ("[alarm]\nreminder = \"30s\"", "hint: such as `\"1h\"`"),
        ("[[source]]\nid = \"b\"\nurl = \"https://a.se/\"\nlanguage = \"se\"", "hint: did you mean `sv`?"),
        (
            "[[source]]\nid = \"b\"\nurl = \"https://a.se/\"\nlanguage = \"et\"",
            "hint: dates in words are read in sv, en",
        ),
        ("[[source]]\nid = \"b\"\nurl = \"https://a.se/\"\nlanguage = \"sv_SE\"", "hint: did you mean `sv-SE`?"),
        ("[[source]]\nid = \"b\"\nurl = \"https://a.se/\"\nschedule = \"every hour\"", "hint: minute, hour, day"),
        (
            "[[source]]\nid = \"b\"\nurl = \"https://a.se/x/${EXAMPLE_TOKEN}/\"",
            "9:23: `source.url`: what stands for this",
        ),
        ("[[source]]\nid = \"b\"\nurl = \"https://a.se/\"\ntoken = \"${NONE}\"", "hint: every command needs it"),
        ("[serve]\nlisten = \"127.0.0.1:8123\"", "hint: set `site.base_url` to the address that subscribers use"),
        ("[publish]\nitems = 0", "8:9: `publish.items` must be a whole number from 1 to 1000, but is 0"),
        ("[publish]\nitems = 0xFFFF", "from 1 to 1000, but is 65535"),
        ("[publish]\nitems = 99999999999999999999", "but is 99999999999999999999"),
        ("[publish]\nitems = \"20\"", "hint: write it without the quotes"),
        ("[publish]\nmax_items = 20", "8:13: `publish.max_items` does not fit: `max_items` is 20, `items` is 50"),
        ("[publish]\nformats = []", "`publish.formats` is empty"),
        ("[publish]\nformats = [\"jsonp\"]", "must be \"rss\" or \"atom\" or \"json\" or \"html\", but is \"jsonp\""),
        ("[publish]\nformats = [\"html\"]", "names the page for people alone, which no reader can follow"),
        ("[pages]\ncss = \"missing.css\"", "`pages.css`: etc/missing.css: cannot be read: No such file"),
        ("[publish]\nformats = \"rss\"", "hint: such as `[\"rss\"]`"),
        ("[publish]\nto = \"gs://bucket\"", "to a directory or to `s3://`, not to `gs://`"),
        ("[publish]\nto = \"s3://b\"", "\"b\" is no name of a bucket"),
        ("[publish]\nto = \"s3://bucket/../a\"", "the prefix \"../a\" has other than"),
        ("[publish]\nto = \"s3://bucket/a//b\"", "the prefix \"a//b\" has other than"),
        ("[publish.s3]\nregion = \"eu-north-1\"", "`publish.s3` does nothing: `publish.to` is a directory"),
        ("[publish]\nto = \"s3://bucket\"\ns3.encoding = \"br\"", "`identity` or `gzip`, but is \"br\""),
        ("[publish]\nto = \"s3://bucket\"\ns3.cache_control = \"a\\nb\"", "must be the value of a header"),
        ("[publish]\nto = \"file:///srv/feeds\"", "without `file://`"),
        ("[store]\nurl = \"postgres://db/flode\"", "hint: a file, such as `sqlite:flode.db`"),
        ("[store]\nurl = \"sqlite::memory:\"", "announce every item anew"),
        ("[store]\nurl = \"flode.db\"", "this build keeps its ledger in SQLite"),
        ("[store]\npath = \"flode.db\"", "8:1: `path` is no key of `[store]`"),
        ("[store]\nurl = true", "but is `true` or `false`"),
        ("[serve]\nlisten = \":8080\"", "an IP address and a port"),
        ("[serve]\ndrain = \"5m\"", "one of ms, s, min, h, day, days"),
        ("[serve]\nlanguage = \"sv\"", "`language` belongs under `[site]`"),
        ("[sorce]\nid = \"a\"", "hint: did you mean `source`?"),
        ("serve = 3", "7:1: `serve` is no key of `[[source]]`"),
        ("[fetch]\ncontact = \"${NOBODY}\"", "8:12: the environment variable `NOBODY` is not set"),
        ("[fetch]\ncontact = \"${A-B}\"", "8:12: the name of an environment variable"),
        ("[fetch]\nmax_body = -1", "a size from 1KiB to 100MiB, but is -1"),
        ("[categories]\naliases = { A = \"B\", B = \"C\", c = \"b\" }", "in a circle: `A` → `B` → `c`"),
        ("[categories]\naliases = { \"\" = \"B\", A = \"B\", B = \"A\" }", "8:13: the category alias `` or what it"),
        ("[categories]\naliases = { \"\" = \"B\", A = \"B\", B = \"A\" }", "8:23: category aliases go round"),
        (
            "[categories]\naliases = { A = \"B\", a = \"C\" }",
            "8:13: the category alias `A` stands for both `B` and `C`",
        ),
        ("[categories]\naliases = [\"A\"]", "`categories.aliases` must be a table, but is a list"),
        ("[categories]\nknown = [\"A\", \"\\u200b\"]", "8:15: `categories.known` must be the name of a category"),
        ("[[source]]", "7:1: `[[source]]` has no `id`"),
        ("[[source]]\nid = \"b\"\nurl = \"/b/\"", "is not an address: relative URL without a base"),
        ("[[source]]\nid = \"b\"\nurl = \"file:///etc/passwd\"", "must be an http or https address"),
        (
            "[[source]]\nid = \"nyheter\"\nurl = \"https://example.se/b\"",
            "8:6: `source.id` is that of another source, on line 5",
        ),
        (
            "[[source]]\nid = \"b\"\nurl = \"https://example.se/nyheter/\"",
            "9:7: `source.url` is that of another source too, on line 6",
        ),
        ("[source.recipe]\nitem = \"a\"\n[source]", "stands in the file twice"),
        ("[[site]]", "stands in the file twice"),
        ("[feed]\nslug = \"a\"", "7:1: `feed` may stand several times, so it has two brackets: `[[feed]]`"),
        (&format!("{source}schedule = \"* * * *\""), "10:20: `source.schedule`: four fields"),
        (&format!("{source}schedule = \"\"\"\n* 77 * * *\"\"\""), "11:3: `source.schedule`: hour 77"),
        (&format!("{source}schedule = \"\\u002a 77 * * *\""), "10:12: `source.schedule`: hour 77"),
        (&format!("{source}schedule = \"*/7 * * * *\""), "10:12: `source.schedule` may not mean what it seems to"),
        (&format!("{source}time_zone = \"CET+1\""), "10:13: `source.time_zone`: no time zone is called"),
        (&format!("{source}default_category = \"\""), "but is empty"),
        (&format!("{source}recipe = {{ kind = \"xml\" }}"), "\"sitemap\", but is \"xml\""),
        (
            &format!("{source}recipe = {{ kind = \"json\", item = \"a..b\" }}"),
            "10:37: `source.recipe.item`: the path `a..b`",
        ),
        (
            &format!("{source}[source.recipe]\nkind = \"json\"\ntitle = {{ select = \"t\", attribute = \"x\" }}"),
            "JSON has no attributes",
        ),
        (&format!("{source}[source.article]\ncontent = \"main[\""), "11:16: `source.article.content`"),
        (&format!("{source}recipe = {{ item = [] }}"), "`source.recipe.item` is empty"),
        (&format!("{source}recipe = {{ date = \" time@\" }}"), "10:26: `source.recipe.date`"),
        (&format!("{source}recipe = {{ date = 3 }}"), "`source.recipe.date` must be a selector, but is a whole number"),
        (
            &format!("{source}headers = {{ a = \"b\", Host = \"x\" }}"),
            "10:22: `source.headers`: `Host` is a header that",
        ),
        (&format!("{source}headers = {{ \"x y\" = \"b\" }}"), "10:13: `source.headers`: `x y` is not the name of a"),
        (&format!("{source}headers = {{ user-agent = \"b\" }}"), "says who asks: give your address as `contact`"),
        (&format!("{source}headers = [\"a: b\"]"), "`source.headers` must be a table, but is a list"),
        (&format!("{source}password = \"x\""), "10:12: `source.password` stands without a `user`"),
        (&format!("{source}user = \"a:b\""), "10:8: `source.user` has a colon"),
        (&format!("{source}user = \"a\"\ntoken = \"b\""), "11:9: `source.token` and `user` are two ways"),
        (&format!("{source}token = \"a\\nb\""), "10:9: `source.token` has characters that cannot be sent"),
        (&format!("{source}proxy = \"ftp://a\""), "10:9: `source.proxy` is not the address of an http"),
        (&format!("{source}proxy = \"\""), "10:9: `source.proxy` must be text, but is empty"),
        (&format!("{source}robots = \"no\""), "10:10: `source.robots` must be `true` or `false`, but is text"),
        ("[fetch]\nhost_interval = \"2h\"", "a duration from 0s to 1h, but is 2h"),
        (&format!("{feed}categories = []"), "10:14: `feed.categories` is empty"),
        (
            &format!("{feed}categories = [\"A\"]\n{feed}categories = [\"A\"]"),
            "12:8: `feed.slug` is that of another feed, on line 8",
        ),
        (&format!("{feed}categories = [\"A\", \"A\"]"), "10:20: `feed.categories` names this twice"),
        (
            &format!("{feed}categories = [\"Kulture\"]\n[categories]\nknown = [\"Kultur\"]"),
            "hint: did you mean `Kultur`?",
        ),
    ] {
        let told = told(more);
        if !told.contains(told_of) {
            failed.push(format!("{more}\n--- is not told of as: {told_of}\n{told}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn articles_are_read_only_where_the_table_is() {
    let article = |more: &str| parse(&format!("{LEAST}{more}\n")).unwrap().sources.remove(0).article;
    assert_eq!(article(""), None);
    assert!(article("[source.article]").is_some_and(|article| article.content.is_none()));
    assert!(article("[source.article]\ncontent = \"main\"").is_some_and(|article| article.content.is_some()));
}

#[test]
fn what_is_missing_altogether() {
    let told = parse("").unwrap_err().to_string();
    for told_of in
        ["`[site]` has no `title`", "`[site]` has no `link`", "no `[[source]]`", "hint: write one, with an `id`"]
    {
        assert!(told.contains(told_of), "{told_of}\n{told}");
    }
    assert!(parse(LEAST).unwrap().warnings.is_empty());
    for address in ["?key=${EXAMPLE_TOKEN}", "$${a}/?key=${EXAMPLE_TOKEN}", "#${EXAMPLE_TOKEN}"] {
        let source =
            format!("[[source]]\nid = \"b\"\nurl = \"https://a${{EXAMPLE_TOKEN}}.se/{address}\"\nlanguage = \"no\"");
        let config = parse(&format!("{LEAST}{source}\n")).unwrap();
        assert!(config.warnings.is_empty(), "{address}: {:?}", config.warnings);
    }
}

#[test]
fn secrets_are_not_printed() {
    for more in [
        "[[source]]\nid = \"b\"\nurl = \"${BAD_ADDRESS}\"",
        "[[source]]\nid = \"${BAD_ADDRESS}\"\nurl = \"https://example.se/b\"",
        "[[source]]\nid = \"b\"\nurl = \"https://example.se/b\"\nschedule = \"* * * * ${BAD_ADDRESS}\"",
        "[publish]\nformats = [\"${BAD_ADDRESS}\"]\nto = \"${BAD_ADDRESS}\"",
        "[[source]]\nid = \"b\"\nurl = \"https://example.se/b\"\nproxy = \"${BAD_ADDRESS}\"",
        "[[source]]\nid = \"b\"\nurl = \"https://example.se/b\"\nuser = \"${BAD_ADDRESS}\"",
    ] {
        let told = told(more);
        assert!(told.contains("environment's part") && !told.contains("gopher") && !told.contains("secret"), "{told}");
    }
}

#[test]
fn a_config_that_is_right_keeps_its_secrets_too() {
    let source = "[[source]]\nid = \"b\"\nurl = \"https://example.se/b\"\nheaders = { a = \"${EXAMPLE_TOKEN}\" }\n\
                  token = \"${EXAMPLE_TOKEN}\"\nproxy = \"http://a:${EXAMPLE_TOKEN}@b.se\"";
    let config = parse(&format!("{LEAST}{source}")).unwrap();
    assert!(config.sources[1].fetch.robots && config.sources[1].fetch != config.sources[0].fetch);
    assert!(!format!("{:?}", config.sources[1]).contains("hush"), "{:?}", config.sources[1]);
}

#[test]
fn mistakes_are_counted_and_the_first_are_printed() {
    let mut many = LEAST.to_owned();
    (0..500).for_each(|i| writeln!(many, "k{i} = {i}").unwrap());
    let errors = parse(&many).unwrap_err();
    assert_eq!(errors.count(), 500);
    let told = errors.to_string();
    assert_eq!(told.matches("is no key of").count(), 50);
    assert!(told.ends_with("etc/config.toml: 500 mistakes, 50 of them shown\n"), "{told}");
}

#[test]
fn programs_are_told_as_well() {
    let errors = parse(&LEAST.replace("id =", "ID =")).unwrap_err();
    let told = serde_json::to_value(errors.mistakes()).unwrap();
    let wanted = serde_json::json!([{
        "file": "etc/config.toml", "line": 5, "column": 1,
        "reason": "`ID` is no key of `[[source]]`", "hint": "did you mean `id`?",
    }]);
    assert_eq!(told, wanted);
}

#[test]
fn hostile_texts_are_refused() {
    let dotted = "a.".repeat(79) + "a";
    let deep = format!("{}1{}", format!("{{ {dotted} = ").repeat(79), "}".repeat(79));
    let shallow = format!("{}1{}", format!("{{ {dotted} = ").repeat(8), "}".repeat(8));
    for (text, told_of) in [
        (format!("[{dotted}]\n{dotted} = {deep}"), "too deep"),
        (format!("[{dotted}]\n{dotted} = {shallow}"), "`a` is no section"),
        (format!("a = {}", "[".repeat(100_000)), "too deep"),
        (format!("a = {}", "{".repeat(100_000)), "too deep"),
        (format!("{} = 1", "a.".repeat(100_000) + "a"), "too many parts"),
        ("\0".repeat(1000), "1:"),
        (format!("{LEAST}\"\\u001b[2J\" = 1"), "[2J` is no key"),
        (format!("{LEAST}language = \"\\u001b{}\"", "x".repeat(100_000)), "xxx…"),
        (format!("site = {{ {} }}", "a = 1, ".repeat(10_000)), "twice"),
        (format!("# {}\n{LEAST}x = \"\u{1b}[2J\"", "x".repeat(100_000)), "control character"),
    ] {
        let told = parse(&text).unwrap_err().to_string();
        assert!(told.contains(told_of), "{told:.1000}");
        assert!(told.len() < 20_000 && !told.contains(['\0', '\u{1b}']), "{} bytes", told.len());
    }
    assert!(parse(&format!("\u{feff}{LEAST}")).is_ok());
    assert!(parse(&LEAST.replace('\n', "\r\n")).is_ok());
}

#[test]
fn files_that_are_none() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    for (path, told_of) in [
        (directory.path().join("none.toml"), "there is no such file\n   hint: name yours with `--config PATH`"),
        (directory.path().to_owned(), "this is a directory"),
        (file("latin1.toml", b"[site]\ntitle = \"H\xe4lsa\"\n"), "line 2 is not UTF-8"),
        (file("huge.toml", &vec![b'#'; (16 << 20) + 1]), "is longer than 16 MiB"),
        (file("empty.toml", b""), "`[site]` has no `title`"),
    ] {
        let told = config::load(&path).unwrap_err().to_string();
        assert!(told.starts_with(&format!("{}: ", path.display())) && told.contains(told_of), "{told}");
    }
    let config = config::load(&file("config.toml", LEAST.as_bytes())).unwrap();
    assert_eq!(config.store.path, directory.path().join("flode.db"));
}

/// Texts that are almost a config.
fn almost_config() -> impl Strategy<Value = String> {
    let words = [
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ",",
        ".",
        "\n",
        " ",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "#",
        "\\",
        "\\u00",
        "${",
        "}",
        "$",
        "\t",
        "\r",
        "å",
        "\u{feff}",
        "\0",
        "site",
        "source",
        "feed",
        "publish",
        "categories",
        "aliases",
        "known",
        "recipe",
        "title",
        "link",
        "url",
        "id",
        "items",
        "schedule",
        "1",
        "-",
        "0x",
        "1e9",
        "2026-03-01",
        "true",
        "inf",
        "\"https://example.se/\"",
        "\"* * * * *\"",
        "\"${NONE}\"",
        "\"${EXAMPLE_TOKEN}\"",
        "= \"",
        "\"\n",
        "]\n",
        "= [",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "\\PC*|[\\x00-\\x7f]*") {
        let _ = parse(&text).map_err(|errors| errors.to_string());
    }

    #[test]
    fn no_near_miss_panics(before in 0..=SAMPLE.len(), text in almost_config(), cut in 0_usize..40) {
        let _ = parse(&text).map_err(|errors| errors.to_string());
        if let (Some(head), Some(tail)) = (SAMPLE.get(..before), SAMPLE.get(before + cut..)) {
            let _ = parse(&format!("{head}{text}{tail}")).map_err(|errors| errors.to_string());
        }
    }
}
