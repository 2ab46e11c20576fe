//! Where the server listens: addresses, Unix sockets, sockets of systemd.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;

use flode::serve::{Listen, Options, ServeError, Server, Shelf};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::{FAR, Running, read_to_end, status};
use crate::support::Flode;

#[tokio::test]
async fn an_address_in_use_is_named() {
    let server = Running::start(Options::default()).await;
    let taken = Options { listen: vec![Listen::Tcp(server.address)], ..Options::default() };
    let error: ServeError = Server::bind(&taken, Shelf::default()).await.unwrap_err();
    assert!(error.to_string().contains(&server.address.to_string()), "{error}");
    assert_eq!(error.hint().as_deref(), Some("is another flode running? choose another `serve.listen`"));
}

async fn over_unix(path: &std::path::Path) -> String {
    let mut stream = tokio::net::UnixStream::connect(path).await.unwrap();
    stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    read_to_end(&mut stream).await
}

#[tokio::test]
async fn a_server_listens_in_several_places() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("flode.sock");
    let loopback = Listen::Tcp("127.0.0.1:0".parse().unwrap());
    let listen = vec![loopback.clone(), loopback, Listen::Unix(path.clone())];
    let server = Server::bind(&Options { listen, ..Options::default() }, Shelf::default()).await.unwrap();
    let addresses = server.addresses();
    assert_eq!(addresses.len(), 3, "{addresses:?}");
    assert!(addresses[0] != addresses[1] && addresses[0].starts_with("http://127.0.0.1:"), "{addresses:?}");
    assert_eq!(addresses[2], format!("unix:{}", path.display()));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(server.run(async move { drop(stopped.await) }));
    for address in &addresses[..2] {
        let url = format!("{address}health");
        assert_eq!(reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap().status(), 200);
    }
    assert_eq!(status(&over_unix(&path).await), "404");
    stop.send(()).unwrap();
    timeout(FAR, task).await.unwrap().unwrap();
    assert!(!path.exists(), "removed at the end");
}

#[tokio::test]
async fn a_socket_in_use_and_a_file_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("flode.sock");
    let options = Options { listen: vec![Listen::Unix(path.clone())], ..Options::default() };
    let running = Running::listening(options.clone()).await;
    let error = Server::bind(&options, Shelf::default()).await.unwrap_err();
    assert!(error.to_string().contains("flode.sock") && error.hint().unwrap().contains("another flode"), "{error}");
    assert_eq!(status(&over_unix(&path).await), "200", "the first goes on");
    let _ = running.stop.send(());
    timeout(FAR, running.task).await.unwrap().unwrap();
    std::fs::write(&path, "text").unwrap();
    let error = Server::bind(&options, Shelf::default()).await.unwrap_err();
    assert!(error.to_string().contains("not a socket"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
}

const CONFIG: &str = "[site]\ntitle = \"Nyheter\"\nlink = \"https://www.malaro.example/\"\n[[source]]\nid = \"nyheter\"\nurl = \
                      \"http://127.0.0.1:9/\"\nschedule = \"0 0 1 1 *\"\n[serve]\n";

#[test]
fn the_program_takes_the_sockets_that_systemd_hands_over() {
    let flode = Flode::new(&format!("{CONFIG}listen = \"systemd\"\n"));
    let refused = flode.run(&["run"]).code(2);
    assert!(
        refused.stderr().contains("there are none") && refused.stderr().contains("socket unit"),
        "{}",
        refused.stderr()
    );

    // What systemd does: the socket is number 3, and the variables name the process that it is for.
    let hand_over = "import os, socket, sys\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(8)\nif s.fileno() != 3: \
                     os.dup2(s.fileno(), 3)\nos.set_inheritable(3, True)\nos.environ.update(LISTEN_FDS='1', \
                     LISTEN_PID=str(os.getpid()))\nos.execv(sys.argv[1], sys.argv[1:])";
    let python = std::env::var("FLODE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut daemon = flode.start_with(&python, &["-c", hand_over, env!("CARGO_BIN_EXE_flode"), "run"]);
    let line = daemon.wait_for_log("feeds at http://127.0.0.1:");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    write!(stream, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), "200");
    daemon.signal("TERM");
    daemon.end().code(0);
}

#[test]
fn the_program_leaves_no_socket_behind_and_clears_away_an_old_one() {
    let flode = Flode::new(&format!("{CONFIG}listen = \"unix:flode.sock\"\nsocket_mode = \"600\"\n"));
    let path = flode.path("flode.sock");
    let mut killed = flode.start(&["run"]);
    killed.wait_for_log("feeds at unix:");
    killed.signal("KILL");
    killed.end();
    assert!(path.exists());
    let mut daemon = flode.start(&["run"]);
    daemon.wait_for_log("feeds at unix:");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), "200");
    daemon.signal("TERM");
    daemon.end().code(0);
    assert!(!path.exists());
}
