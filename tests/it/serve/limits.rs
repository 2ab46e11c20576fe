//! No client holds what others need.

use std::time::Duration;

use flode::serve::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{FAR, RSS, Running, body, file, read_rss, read_to_end, status};

#[tokio::test]
async fn a_header_has_a_largest_size() {
    let server = Running::start(Options::default()).await;
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n", "c".repeat(20_000));
    assert_eq!(status(&server.ask(&huge).await), "431");
    let many = "X: y\r\n".repeat(200);
    assert_eq!(status(&server.get("/", &many).await), "431");
    assert_eq!(status(&server.get("/", "").await), "200");
}

#[tokio::test]
async fn slow_clients_are_dropped_and_stop_no_other() {
    let options = Options { header_timeout: Duration::from_millis(300), max_connections: 21, ..Options::default() };
    let server = Running::start(options).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHos").await.unwrap();
        slow.push(stream);
    }
    assert_eq!(status(&server.get("/kultur.rss", "").await), "200");
    for mut stream in slow {
        read_to_end(&mut stream).await; // ends because the server closed it
    }
    // The same limit holds between two requests.
    let mut idle = server.connect().await;
    idle.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut idle).await.ends_with(RSS));
}

#[tokio::test]
async fn who_rests_gives_place_to_who_asks() {
    let server = Running::start(Options { max_connections: 1, ..Options::default() }).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_rss(&mut first).await;

    let mut second = server.connect().await;
    second.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(status(&read_rss(&mut second).await), "200");
    assert_eq!(read_to_end(&mut first).await, "");
}

#[tokio::test]
async fn a_client_has_no_more_than_its_share() {
    let server = Running::start(Options { max_connections_per_client: 3, ..Options::default() }).await;
    let mut all = Vec::new();
    for _ in 0..10 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        read_rss(&mut stream).await;
        all.push(stream);
    }
    for stream in &mut all[..7] {
        assert_eq!(read_to_end(stream).await, "");
    }
    for stream in &mut all[7..] {
        stream.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        read_rss(stream).await;
    }
}

#[tokio::test]
async fn an_answer_under_way_is_not_cut_for_others() {
    let server = Running::start(Options { max_connections: 2, ..Options::default() }).await;
    let large = "x".repeat(32 << 20); // more than the system buffers
    server.shelf.put(vec![file("large.rss", &large)]);
    let mut reading = server.connect().await;
    reading.write_all(b"GET /large.rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert_eq!(reading.read_u8().await.unwrap(), b'H');
    for _ in 0..20 {
        assert_eq!(status(&server.get("/kultur.rss", "").await), "200");
    }
    assert_eq!(body(&read_to_end(&mut reading).await).len(), large.len());
}

#[tokio::test]
async fn a_connection_has_a_largest_age() {
    let server = Running::start(Options { max_connection_age: Duration::from_millis(300), ..Options::default() }).await;
    let mut busy = server.connect().await;
    let mut answers = 0;
    let closed = async {
        // Ends with the write or read that fails.
        while busy.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await.is_ok() {
            let mut some = [0; 1024];
            match busy.read(&mut some).await {
                Ok(1..) => answers += 1,
                _ => return,
            }
        }
    };
    timeout(FAR, closed).await.expect("held for ever");
    assert!(answers > 0);
}

#[tokio::test]
async fn a_client_that_reads_a_drop_at_a_time_is_cut() {
    let options = Options { answer_timeout: Duration::from_millis(500), ..Options::default() };
    let server = Running::start(options).await;
    server.shelf.put(vec![file("large.rss", &"x".repeat(64 << 20))]);
    let mut slow = server.connect().await;
    slow.write_all(b"GET /large.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut taken = 0;
    let mut some = vec![0; 64 << 10];
    let drops = async {
        let mut pause = tokio::time::interval(Duration::from_millis(5));
        while let Ok(n @ 1..) = slow.read(&mut some).await {
            taken += n;
            pause.tick().await;
        }
    };
    timeout(FAR, drops).await.expect("held for ever");
    assert!(taken < 64 << 20, "all {taken} bytes were read");
}

#[tokio::test]
async fn two_hundred_slow_clients_do_not_stop_a_fast_one() {
    let server = Running::start(Options { max_connections_per_client: 512, ..Options::default() }).await;
    let mut slow = Vec::new();
    for n in 0..200 {
        let mut stream = server.connect().await;
        let part: &[u8] = if n % 2 == 0 { b"GET /kultur.rss HTTP/1.1\r\nHos" } else { b"PRI * HTTP/2.0\r\n\r\nSM" };
        stream.write_all(part).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..60 {
        assert_eq!(status(&server.get("/kultur.rss", "").await), "200");
    }
    // None of them had to go to make room.
    for stream in &mut slow {
        assert!(timeout(Duration::ZERO, stream.read_u8()).await.is_err());
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_place() {
    let options = Options { max_connections: 1, write_timeout: Duration::from_millis(200), ..Options::default() };
    let server = Running::start(options).await;
    server.shelf.put(vec![file("large.rss", &"x".repeat(32 << 20))]); // more than the system buffers
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /large.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(status(&server.get("/kultur.rss", "").await), "200");
    drop(deaf);
}

#[tokio::test]
async fn stopping_ends_idle_connections_and_lets_answers_out() {
    let Running { address, shelf, stop, task } =
        Running::start(Options { drain: Duration::from_hours(1), ..Options::default() }).await;
    let large = "x".repeat(32 << 20);
    shelf.put(vec![file("large.rss", &large)]);
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /kultur.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_rss(&mut idle).await;
    let mut reading = TcpStream::connect(address).await.unwrap();
    reading.write_all(b"GET /large.rss HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(reading.read_u8().await.unwrap(), b'H');

    stop.send(()).unwrap();
    assert_eq!(read_to_end(&mut idle).await, "");
    assert!(TcpStream::connect(address).await.is_err(), "takes no new connections");
    assert_eq!(body(&read_to_end(&mut reading).await).len(), large.len());
    timeout(FAR, task).await.expect("the server ends with its last connection").unwrap();
}

#[tokio::test]
async fn stopping_waits_no_longer_than_it_may() {
    let options = Options { drain: Duration::from_millis(100), ..Options::default() };
    let server = Running::start(options).await;
    let mut half = server.connect().await;
    half.write_all(b"GET /kultur.rss HTTP/1.1\r\nHos").await.unwrap();
    assert_eq!(status(&server.get("/kultur.rss", "").await), "200"); // the half request has been accepted
    server.stop.send(()).unwrap();
    timeout(FAR, server.task).await.expect("bounded by `drain`").unwrap();
    assert_eq!(read_to_end(&mut half).await, "");
}
