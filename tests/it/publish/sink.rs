//! The directory that feeds are written to: every file is replaced whole, or left as it was.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use flode::model::FeedFile;
use flode::publish::{PublishError, Sink, Written};
use tempfile::TempDir;

use super::{at, feed, nasty_items, options, render};

fn file(name: &str, text: &str) -> FeedFile {
    FeedFile {
        name: name.to_owned(),
        media_type: "application/rss+xml; charset=utf-8",
        bytes: text.as_bytes().to_vec(),
        changed: at("2024-01-01T00:00:00Z"),
    }
}

fn sink() -> (TempDir, Sink) {
    let directory = tempfile::tempdir().expect("a directory");
    let sink = Sink::open(&options(directory.path())).expect("opens");
    (directory, sink)
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[cfg(unix)]
fn inode(path: &Path) -> (u64, SystemTime) {
    let data = fs::metadata(path).expect("a file");
    (std::os::unix::fs::MetadataExt::ino(&data), data.modified().expect("a time"))
}

#[test]
#[cfg(unix)]
fn an_unchanged_file_is_not_touched() {
    let (directory, sink) = sink();
    let path = directory.path().join("kultur.rss");
    assert_eq!(sink.write(&file("kultur.rss", "<a/>")).expect("writes"), Written::Created);
    let before = inode(&path);
    assert_eq!(sink.write(&file("kultur.rss", "<a/>")).expect("writes"), Written::Unchanged);
    assert_eq!(inode(&path), before);
    let both = [file("kultur.rss", "<b/>"), file("kultur.atom", "<b/>")];
    assert_eq!(sink.write_all(&both).expect("writes"), [Written::Replaced, Written::Created]);
    assert_ne!(inode(&path).0, before.0);
    assert_eq!(fs::read(&path).expect("a file"), b"<b/>");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("a file").permissions());
    assert_eq!(mode & 0o777 & !0o044, 0o600, "for its owner to write, for others at most to read");
    assert_eq!(names(directory.path()), BTreeSet::from(["kultur.atom".to_owned(), "kultur.rss".to_owned()]));
}

#[test]
fn a_reader_always_sees_a_whole_document() {
    let (directory, sink) = sink();
    let path = directory.path().join("kultur.rss");
    let document = |round: usize| format!("<rss>{}</rss>", round.to_string().repeat(20_000));
    sink.write(&file("kultur.rss", &document(0))).expect("writes");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) || reads == 0 {
                let text = fs::read_to_string(&path).expect("always there");
                let inner = text.strip_prefix("<rss>").and_then(|text| text.strip_suffix("</rss>")).expect("whole");
                assert_eq!(inner, inner.get(..inner.len() / 20_000).expect("a number").repeat(20_000));
                reads += 1;
            }
        });
        for round in 1..=200 {
            assert_eq!(sink.write(&file("kultur.rss", &document(round))).expect("writes"), Written::Replaced);
        }
        done.store(true, Ordering::Relaxed);
        reader.join().expect("the reader saw whole documents only");
    });
}

#[test]
fn what_a_dead_process_left_is_swept() {
    let (directory, sink) = sink();
    let left = |name: &str, hours: u64| {
        let file = fs::File::create(directory.path().join(name)).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_hours(hours)).expect("a time");
    };
    let own = std::process::id();
    left(".old.rss.1-0.tmp", 2);
    left(&format!(".busy.rss.{own}-999999.tmp"), 0);
    for name in [".hidden", "old.tmp", ".vim.tmp", ".a.12.tmp", ".a.x-1.tmp", "kultur.rss"] {
        left(name, 99);
    }
    if Path::new("/proc/self").exists() {
        left(".dead.rss.4294967295-0.tmp", 0);
    }
    Sink::open(&options(directory.path())).expect("opens");
    let stay = [".hidden", "old.tmp", ".vim.tmp", ".a.12.tmp", ".a.x-1.tmp", "kultur.rss"].map(str::to_owned);
    let stay = BTreeSet::from(stay).into_iter().chain([format!(".busy.rss.{own}-999999.tmp")]).collect();
    assert_eq!(names(directory.path()), stay);
    sink.write(&file("busy.rss", "<a/>")).expect("a leftover of our own number is in nobody's way");
}

#[test]
fn names_that_leave_the_directory_are_refused() {
    let (directory, sink) = sink();
    for name in
        ["", ".", "..", ".htaccess", "../a.rss", "a/b.rss", "/etc/passwd", "a\\b.rss", "a\0.rss", "å.rss", "a:b"]
    {
        let both = [file("good.rss", "<a/>"), file(name, "<a/>")];
        let refused = sink.write_all(&both).expect_err(name);
        assert!(matches!(refused, PublishError::Name { .. }), "{refused}");
    }
    assert_eq!(names(directory.path()), BTreeSet::new(), "nothing is written beside a refused name");
}

#[test]
#[cfg(unix)]
fn only_plain_files_are_written_through() {
    let (directory, sink) = sink();
    let outside = tempfile::tempdir().expect("a directory");
    let victim = outside.path().join("victim");
    fs::write(&victim, "<a/>").expect("a file");
    std::os::unix::fs::symlink(&victim, directory.path().join("link.rss")).expect("a link");
    assert_eq!(sink.write(&file("link.rss", "<a/>")).expect("writes"), Written::Replaced, "same bytes, but a link");
    assert_eq!(sink.write(&file("link.rss", "<b/>")).expect("writes"), Written::Replaced);
    assert_eq!(fs::read(&victim).expect("a file"), b"<a/>");

    fs::create_dir(directory.path().join("dir.rss")).expect("a directory");
    let both = [file("ok.rss", "<a/>"), file("dir.rss", "<a/>")];
    let refused = sink.write_all(&both).expect_err("a directory stands there");
    assert_eq!(
        refused.to_string(),
        format!("cannot replace {}: it is a directory", directory.path().join("dir.rss").display())
    );
    assert!(refused.hint().is_some());
    assert!(!directory.path().join("ok.rss").exists(), "together or not at all");
    assert!(names(directory.path()).iter().all(|name| !name.starts_with('.')));
}

#[test]
fn the_directory_is_made_or_its_trouble_named() {
    let top = tempfile::tempdir().expect("a directory");
    let below = top.path().join("a/b/feeds");
    let sink = Sink::open(&options(&below)).expect("makes the directory");
    fs::remove_dir_all(&below).expect("removes");
    sink.write(&file("kultur.rss", "<a/>")).expect("makes it again");

    let not_a_directory = below.join("kultur.rss");
    let trouble = Sink::open(&options(&not_a_directory)).expect_err("a file stands there");
    let message = trouble.to_string();
    assert!(message.starts_with(&format!("cannot create {}: ", not_a_directory.display())), "{message}");
    assert!(trouble.hint().is_some_and(|hint| hint.contains("publish.to")), "{trouble:?}");
}

#[test]
fn a_file_is_there_or_it_is_not() {
    let (directory, sink) = sink();
    let files = render(&feed(), &nasty_items(), &options(directory.path())).expect("renders");
    assert!(!sink.has(&files[0].name));
    sink.write_all(&files).expect("writes");
    assert!(sink.has(&files[0].name));
    assert!(!sink.has("../Cargo.toml"));
}
