//! nginx with the configuration of the README: before the directory, and before `flode run`.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Flode, Origin, PATIENCE, RECIPE, list};

/// nginx on a Unix socket; it ends with the test.
struct Nginx {
    child: Child,
    socket: PathBuf,
    dir: tempfile::TempDir,
}

/// An answer: its status, its header, its body.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    }
}

/// The block of the README with these words, with the path of its example replaced.
fn block(words: &str, example: &str, path: &Path) -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut blocks = readme.split("```nginx\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let block = blocks.find(|block| block.contains(words)).expect("the README shows how");
    assert!(block.contains(example), "{block}");
    block.replace(example, path.to_str().unwrap())
}

impl Nginx {
    /// `None`: there is no nginx, and this is not CI.
    fn start(location: &str) -> Option<Self> {
        let is_there = Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_ok();
        if !is_there {
            assert!(std::env::var_os("CI").is_none(), "nginx is needed (Debian: nginx-light)");
            println!("skipped: there is no nginx");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let (at, socket) = (dir.path().display(), dir.path().join("n.sock"));
        let config = format!(
            "daemon off; master_process off; pid {at}/pid; error_log {at}/log;\nevents {{ worker_connections 64; }}\n\
             http {{\naccess_log off; client_body_temp_path {at}/a; proxy_temp_path {at}/b; fastcgi_temp_path {at}/c;\n\
             uwsgi_temp_path {at}/d; scgi_temp_path {at}/e;\nserver {{\nlisten unix:{};\n{location}}}\n}}\n",
            socket.display()
        );
        fs::write(dir.path().join("nginx.conf"), config).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-p").arg(dir.path()).arg("-c").arg(dir.path().join("nginx.conf"));
        let child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut nginx = Self { child, socket, dir };
        let start = Instant::now();
        while UnixStream::connect(&nginx.socket).is_err() {
            if nginx.child.try_wait().unwrap().is_some() || start.elapsed() > PATIENCE {
                let log = fs::read_to_string(nginx.dir.path().join("log")).unwrap_or_default();
                let _ = nginx.child.kill();
                let mut said = String::new();
                nginx.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("nginx does not start: {log}{said}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(nginx)
    }

    fn ask(&self, request: &str, headers: &str) -> Answer {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nHost: floden.example\r\n{headers}Connection: close\r\n\r\n").unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").expect("a header");
        let head = String::from_utf8_lossy(&all[..end]).into_owned();
        Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head, body: all[end + 4..].to_vec() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), "")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Enough for an answer to be worth compressing.
fn page() -> Vec<String> {
    (1..20).map(|n| format!("Ny bok {n} | Kultur | /n/{n} | 1 mars 2026 | En text om boken.")).collect()
}

fn house(more: &str) -> (Origin, Flode) {
    let origin = Origin::start();
    let page = page();
    origin.html("/nyheter/", &list(&page.iter().map(String::as_str).collect::<Vec<_>>()));
    let formats = "[publish]\nformats = [\"rss\", \"atom\", \"json\", \"html\"]\n";
    let flode = Flode::reading(&origin.url("/nyheter/"), &format!("{RECIPE}{formats}{more}"));
    (origin, flode)
}

#[test]
fn nginx_serves_the_directory_as_it_is() {
    let (origin, mut flode) = house("");
    flode.once();
    let root = block("root ", "/srv/flode/feeds", &flode.path("feeds"));
    let Some(nginx) = Nginx::start(&root) else { return };
    for (name, media_type) in [
        ("kultur.rss", "application/rss+xml; charset=utf-8"),
        ("kultur.atom", "application/atom+xml; charset=utf-8"),
        ("kultur.json", "application/feed+json"),
        ("kultur.html", "text/html; charset=utf-8"),
        ("feeds.opml", "text/x-opml; charset=utf-8"),
        ("pages.css", "text/css; charset=utf-8"),
        ("pages.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = nginx.get(&format!("/{name}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(media_type)), "{name}");
        assert!(answer.body == fs::read(flode.path("feeds").join(name)).unwrap(), "{name}");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let etag = answer.header("etag").expect(name);
        let again = nginx.ask(&format!("GET /{name}"), &format!("If-None-Match: {etag}\r\n"));
        assert_eq!((again.status, again.header("etag"), again.body.len()), (304, Some(etag), 0), "{name}");
        let packed = nginx.ask(&format!("GET /{name}"), "Accept-Encoding: gzip\r\n");
        assert_eq!(
            (packed.header("content-encoding"), packed.header("vary")),
            (Some("gzip"), Some("Accept-Encoding")),
            "{name}"
        );
        // Its tag is weak, which is enough for 304.
        let etag = packed.header("etag").expect(name).to_owned();
        let again = nginx.ask(&format!("GET /{name}"), &format!("Accept-Encoding: gzip\r\nIf-None-Match: {etag}\r\n"));
        assert_eq!(again.status, 304, "{name}");
    }
    let (index, people) = (nginx.get("/"), nginx.get("/kultur"));
    assert!(index.body == fs::read(flode.path("feeds/index.html")).unwrap());
    assert!(people.body == fs::read(flode.path("feeds/kultur.html")).unwrap());
    assert_eq!(people.header("content-type"), Some("text/html; charset=utf-8"));
    fs::write(flode.path("feeds/.kultur.rss.1-1.tmp"), "<rss").unwrap();
    for path in ["/.kultur.rss.1-1.tmp", "/saknas", "/saknas.rss", "/../config.toml"] {
        assert!(matches!(nginx.get(path).status, 400 | 404), "{path}");
    }

    // A change is another file with another tag; what has not changed keeps its own.
    let etag = |name: &str| nginx.ask(&format!("HEAD /{name}"), "").header("etag").unwrap().to_owned();
    let before = (etag("kultur.rss"), etag("pages.css"));
    let (film, old) = ("Ny film | Kultur | /n/99".to_owned(), page());
    let news: Vec<&str> = std::iter::once(&film).chain(&old).map(String::as_str).collect();
    origin.html("/nyheter/", &list(&news));
    flode.at("2026-03-02T10:30:00Z").once();
    assert_ne!(etag("kultur.rss"), before.0);
    assert_eq!(etag("pages.css"), before.1);

    // A renamed category is there under both names, and says which one is its own.
    let config = fs::read_to_string(flode.path("config.toml")).unwrap();
    flode.write("config.toml", &format!("{config}[categories]\naliases = {{ \"Kultur\" = \"Konst\" }}\n"));
    flode.at("2026-03-02T11:30:00Z").once();
    let (old, new) = (nginx.get("/kultur.atom"), nginx.get("/konst.atom"));
    assert_eq!((old.status, new.status), (200, 200));
    assert!(
        old.body == new.body
            && String::from_utf8_lossy(&old.body).contains("https://floden.example/konst.atom\" rel=\"self\"")
    );
}

#[test]
fn nginx_passes_on_what_flode_says() {
    let sockets = tempfile::tempdir().unwrap();
    let socket = sockets.path().join("flode.sock");
    let serve = format!("[serve]\nlisten = \"unix:{}\"\n[push]\nhub = \"own\"\n", socket.display());
    let (_origin, flode) = house(&serve);
    let proxy = block("proxy_pass", "/run/flode/flode.sock", &socket);
    let Some(nginx) = Nginx::start(&proxy) else { return };
    assert_eq!(nginx.get("/kultur.rss").status, 502, "flode does not run yet");
    flode.once();
    let mut daemon = flode.start(&["run"]);
    daemon.wait_for_log("next run at");

    let whole = nginx.get("/kultur.rss");
    let published = fs::read(flode.path("feeds/kultur.rss")).unwrap();
    assert!(whole.status == 200 && whole.body == published);
    assert_eq!(whole.header("content-type"), Some("application/rss+xml; charset=utf-8"));
    assert!(whole.header("last-modified").is_some() && whole.header("cache-control").is_some(), "{}", whole.head);
    assert!(whole.header("link").is_some_and(|link| link.contains("rel=\"hub\"")), "{}", whole.head);
    let etag = whole.header("etag").unwrap();
    assert!(etag.starts_with('"'), "strong: {etag}");

    let has = nginx.ask("GET /kultur.rss", &format!("If-None-Match: {etag}\r\n"));
    assert_eq!((has.status, has.header("etag"), has.body.len()), (304, Some(etag), 0));
    let head = nginx.ask("HEAD /kultur.rss", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(published.len().to_string().as_str()));
    let part = nginx.ask("GET /kultur.rss", "Range: bytes=10-19\r\n");
    assert_eq!((part.status, part.body.as_slice()), (206, &published[10..20]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 10-19/{}", published.len()).as_str()));
    for coding in ["gzip", "br", "zstd"] {
        let start = Instant::now();
        // It is compressed beside the first answers.
        let packed = loop {
            let answer = nginx.ask("GET /kultur.rss", &format!("Accept-Encoding: {coding}\r\n"));
            if answer.header("content-encoding").is_some() || start.elapsed() > PATIENCE {
                break answer;
            }
        };
        assert_eq!(packed.header("content-encoding"), Some(coding), "{}", packed.head);
        assert!(packed.header("vary").is_some() && packed.body.len() < published.len() / 2);
        let tag = packed.header("etag").unwrap();
        assert!(tag.starts_with('"') && tag != etag, "each form has its own: {tag}");
        let has = nginx.ask("GET /kultur.rss", &format!("Accept-Encoding: {coding}\r\nIf-None-Match: {tag}\r\n"));
        assert_eq!(has.status, 304);
    }
    let form = "hub.mode=subscribe&hub.topic=x&hub.callback=http://203.0.113.9/";
    let length = form.len();
    let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n");
    let mut stream = UnixStream::connect(&nginx.socket).unwrap();
    write!(stream, "POST /hub HTTP/1.1\r\nHost: floden.example\r\n{headers}Connection: close\r\n\r\n{form}").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 400 ") && said.ends_with("hub.topic is not an address\n"), "{said}");
    assert_eq!(nginx.get("/saknas.rss").status, 404);
    daemon.signal("TERM");
    daemon.end().code(0);
}
