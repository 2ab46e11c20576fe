//! A house for a test: a directory, a news site on loopback, the real program with the clock held still.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// No step of a test may take longer.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// A news site whose pages a test sets. It answers one request a connection, and stops with the test.
pub struct Origin {
    address: SocketAddr,
    pages: Arc<Mutex<BTreeMap<String, Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What the site answers at a path.
#[derive(Clone)]
struct Reply {
    status: &'static str,
    media_type: &'static str,
    etag: Option<String>,
    /// Further header lines, each ended.
    headers: String,
    body: String,
}

impl Origin {
    pub fn start() -> Self {
        Self::listen("127.0.0.1:0")
    }

    /// On every address of loopback, so that it can be many hosts.
    pub fn start_everywhere() -> Self {
        Self::listen("0.0.0.0:0")
    }

    fn listen(at: &str) -> Self {
        let listener = TcpListener::bind(at).unwrap();
        let address = listener.local_addr().unwrap();
        let pages: Arc<Mutex<BTreeMap<String, Reply>>> = Arc::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (shelf, log) = (Arc::clone(&pages), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shelf, &log);
            }
        });
        Self { address, pages, asked }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.address.port())
    }

    /// How many requests there were for a path.
    pub fn count(&self, path: &str) -> usize {
        let start = format!("GET {path} ");
        self.asked.lock().unwrap().iter().filter(|head| head.starts_with(&start)).count()
    }

    pub fn html(&self, path: &str, body: &str) {
        self.put(
            path,
            Reply {
                status: "200 OK",
                media_type: "text/html; charset=utf-8",
                etag: None,
                headers: String::new(),
                body: body.into(),
            },
        );
    }

    pub fn text(&self, path: &str, body: &str) {
        self.put(
            path,
            Reply {
                status: "200 OK",
                media_type: "text/plain; charset=utf-8",
                etag: None,
                headers: String::new(),
                body: body.into(),
            },
        );
    }

    pub fn html_with_etag(&self, path: &str, etag: &str, body: &str) {
        let etag = Some(etag.to_owned());
        self.put(
            path,
            Reply {
                status: "200 OK",
                media_type: "text/html; charset=utf-8",
                etag,
                headers: String::new(),
                body: body.into(),
            },
        );
    }

    pub fn fails(&self, path: &str, status: &'static str) {
        self.put(
            path,
            Reply {
                status,
                media_type: "text/html",
                etag: None,
                headers: String::new(),
                body: "<h1>Tekniskt fel</h1>".into(),
            },
        );
    }

    /// Any status, with a further header line.
    pub fn answers(&self, path: &str, status: &'static str, header: &str, body: &str) {
        let headers = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
        self.put(
            path,
            Reply { status, media_type: "text/html; charset=utf-8", etag: None, headers, body: body.into() },
        );
    }

    /// The heads of the requests for a path so far.
    pub fn asked(&self, path: &str) -> Vec<String> {
        let start = format!("GET {path} ");
        self.asked.lock().unwrap().iter().filter(|head| head.starts_with(&start)).cloned().collect()
    }

    fn put(&self, path: &str, reply: Reply) {
        self.pages.lock().unwrap().insert(path.to_owned(), reply);
    }
}

fn answer(mut stream: TcpStream, pages: &Mutex<BTreeMap<String, Reply>>, log: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(head.clone());
    let reply = pages.lock().unwrap().get(&path).cloned();
    let text = match reply {
        Some(Reply { etag: Some(etag), .. }) if head.contains(&format!("if-none-match: {etag}\r\n")) => {
            format!("HTTP/1.1 304 Not Modified\r\netag: {etag}\r\nconnection: close\r\n\r\n")
        }
        Some(Reply { status, media_type, etag, headers, body }) => {
            let etag = etag.map(|etag| format!("etag: {etag}\r\n")).unwrap_or_default();
            let length = body.len();
            format!(
                "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n{etag}{headers}connection: close\r\n\r\n{body}"
            )
        }
        None => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
    };
    let _ = stream.write_all(text.as_bytes());
}

/// The program in a directory of its own.
pub struct Flode {
    dir: tempfile::TempDir,
    now: String,
    env: Vec<(&'static str, String)>,
}

impl Flode {
    /// With this `config.toml`; `{origin}` stands for the site's address in it.
    pub fn new(config: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config.toml"), config).unwrap();
        Self { dir, now: "2026-03-02T09:30:00Z".to_owned(), env: Vec::new() }
    }

    /// With one source `nyheter` at the address, and more lines of configuration after it.
    pub fn reading(url: &str, more: &str) -> Self {
        Self::new(&format!(
            "[site]\ntitle = \"Region Mälarö: nyheter\"\nlink = \"https://www.malaro.example/nyheter/\"\nlanguage = \"sv\"\n\
             time_zone = \"Europe/Stockholm\"\nbase_url = \"https://floden.example/\"\n\
             [[source]]\nid = \"nyheter\"\nurl = \"{url}\"\n{more}"
        ))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The moment of all further commands.
    pub fn at(&mut self, now: &str) -> &mut Self {
        now.clone_into(&mut self.now);
        self
    }

    /// Sets an environment variable for all further commands.
    pub fn env(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.env.push((name, value.to_owned()));
        self
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flode"));
        command.current_dir(self.dir.path()).args(args).env("NO_COLOR", "1").stdin(Stdio::null());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command with the clock held still.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran(self.command(args).args(["--now", &self.now]).output().unwrap())
    }

    /// Runs a command by way of another one, which is given the program and its arguments.
    pub fn run_by_way_of(&self, way: &[&str], args: &[&str]) -> Ran {
        let mut command = Command::new(way[0]);
        command.current_dir(self.dir.path()).args(&way[1..]).arg(env!("CARGO_BIN_EXE_flode")).args(args);
        Ran(command.args(["--now", &self.now]).env("NO_COLOR", "1").stdin(Stdio::null()).output().unwrap())
    }

    /// The same, without a log to read.
    pub fn start_silently(&self, args: &[&str]) -> Running {
        let mut command = self.command(args);
        Running(Some(command.env("FLODE_LOG", "error").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()))
    }

    /// A command with the clock held still and no more than so many open files.
    pub fn run_with_files(&self, files: u32, args: &[&str]) -> Ran {
        Ran(self.limited(files, args).args(["--now", &self.now]).output().unwrap())
    }

    /// Starts a command with no more than so many open files.
    pub fn start_with_files(&self, files: u32, args: &[&str]) -> Running {
        let child = self.limited(files, args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        Running(Some(child))
    }

    fn limited(&self, files: u32, args: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
        command.current_dir(self.dir.path()).arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_flode")).args(args);
        command.env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Starts a command by the clock of the machine.
    pub fn start(&self, args: &[&str]) -> Running {
        let child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Running(Some(child))
    }

    /// Starts another program in its directory, which becomes it.
    pub fn start_with(&self, program: &str, args: &[&str]) -> Running {
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).args(args).env("NO_COLOR", "1").stdin(Stdio::null());
        Running(Some(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()))
    }

    /// `once`, all well, as JSON.
    #[track_caller]
    pub fn once(&self) -> serde_json::Value {
        self.run(&["once", "--json"]).code(0).json()
    }

    /// The names of the published files; those of the operator's own feed are not for subscribers.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("feeds")).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.starts_with("_flode."));
        names.sort();
        names
    }

    /// The bytes of every published file.
    pub fn published(&self) -> BTreeMap<String, Vec<u8>> {
        self.files().into_iter().map(|name| (name.clone(), fs::read(self.path("feeds").join(name)).unwrap())).collect()
    }

    /// A published feed, read by a parser that is not the one that wrote it.
    #[track_caller]
    pub fn feed(&self, name: &str) -> feed_rs::model::Feed {
        read_feed(&self.path("feeds").join(name))
    }

    /// The titles of a feed, in its order.
    #[track_caller]
    pub fn titles(&self, name: &str) -> Vec<String> {
        self.feed(name).entries.into_iter().map(|entry| entry.title.unwrap().content).collect()
    }
}

#[track_caller]
pub fn read_feed(path: &Path) -> feed_rs::model::Feed {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    feed_rs::parser::parse(bytes.as_slice()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A command that has ended.
pub struct Ran(Output);

impl Ran {
    #[track_caller]
    pub fn code(self, want: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(want), "{}\n{}", self.stdout(), self.stderr());
        self
    }

    pub fn code_is(&self, want: i32) -> bool {
        self.0.status.code() == Some(want)
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout()))
    }
}

/// A command that runs; killed at the end of the test, whatever happens.
pub struct Running(Option<Child>);

impl Running {
    /// Reads its standard output until a line has the words; the line.
    #[track_caller]
    pub fn wait_for_line(&mut self, words: &str) -> String {
        let stdout = self.0.as_mut().unwrap().stdout.as_mut().unwrap();
        wait_for_line(stdout, words)
    }

    /// The same of its standard error.
    #[track_caller]
    pub fn wait_for_log(&mut self, words: &str) -> String {
        let stderr = self.0.as_mut().unwrap().stderr.as_mut().unwrap();
        wait_for_line(stderr, words)
    }

    /// The standard error up to a line that has the words.
    #[track_caller]
    pub fn log_until(&mut self, words: &str) -> String {
        let stderr = self.0.as_mut().unwrap().stderr.as_mut().unwrap();
        lines_until(stderr, words)
    }

    /// Reads its standard error until it says enough; all that it said.
    #[track_caller]
    pub fn log_until_enough(&mut self, is_enough: impl Fn(&str) -> bool) -> String {
        let mut log = String::new();
        for line in BufReader::new(self.0.as_mut().unwrap().stderr.as_mut().unwrap()).lines().map_while(Result::ok) {
            log.push_str(&(line + "\n"));
            if is_enough(&log) {
                return log;
            }
        }
        panic!("the program ended before it had said enough:\n{log}");
    }

    pub fn signal(&self, name: &str) {
        let id = self.0.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.0.as_ref().unwrap().id()
    }

    /// It is killed after so long, so that whoever waits for a word of it waits no longer.
    pub fn at_most(self, time: Duration) -> Self {
        let id = self.id().to_string();
        thread::spawn(move || {
            thread::sleep(time);
            // By then the test has failed, or has ended with its process.
            let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            if name.trim() == "flode" {
                let _ = Command::new("kill").args(["-9", &id]).status();
            }
        });
        self
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(mut self) -> Ran {
        let mut child = self.0.take().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > deadline {
                let _ = child.kill();
                panic!("the program does not end");
            }
            thread::yield_now();
        }
        Ran(child.wait_with_output().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[track_caller]
fn wait_for_line(from: &mut impl Read, words: &str) -> String {
    lines_until(from, words).lines().last().unwrap_or_default().to_owned()
}

/// All lines up to the one that has the words.
#[track_caller]
fn lines_until(from: &mut impl Read, words: &str) -> String {
    let mut line = Vec::new();
    let mut seen = String::new();
    let mut byte = [0];
    // Ends with the program's output, and the program with the test.
    while from.read(&mut byte).is_ok_and(|n| n == 1) {
        if byte[0] != b'\n' {
            line.push(byte[0]);
            continue;
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        seen.push_str(&text);
        if text.contains(words) {
            return seen;
        }
        seen.push('\n');
        line.clear();
    }
    panic!("no line with `{words}` in:\n{seen}");
}

/// A news list as `html` recipes of the tests find it: `title | categories | link | date | summary`, the last four
/// optional.
pub fn list(items: &[&str]) -> String {
    let mut html = String::from("<!DOCTYPE html><html lang=\"sv\"><title>Nyheter</title><main><ul class=\"news\">");
    for item in items {
        let mut parts = item.split('|').map(str::trim);
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (title, categories, link, date, summary) = (part(), part(), part(), part(), part());
        let title = if link.is_empty() { title } else { format!("<a href=\"{link}\">{title}</a>") };
        let tags: String = categories
            .split(',')
            .filter(|c| !c.trim().is_empty())
            .fold(String::new(), |all, c| all + "<li>" + c.trim() + "</li>");
        html.push_str(&format!(
            "<li class=\"item\"><h2>{title}</h2><time>{date}</time><p>{summary}</p><ul class=\"tags\">{tags}</ul></li>"
        ));
    }
    html + "</ul></main></html>"
}

/// The recipe for [`list`].
pub const RECIPE: &str = "[source.recipe]\nlist = \"ul.news\"\nitem = \"li.item\"\ntitle = \"h2\"\nlink = \"h2 a@href\"\n\
                          summary = \"p\"\ndate = \"time\"\ncategories = \"ul.tags li\"\n";
