//! The [`World`] over HTTP, on loopback.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

use super::world::{SOURCES, World};

pub struct Site {
    pub address: SocketAddr,
    pub world: Arc<Mutex<World>>,
    /// Requests of which the first byte has come.
    pub asked: Arc<AtomicUsize>,
}

impl Site {
    pub fn open(mut world: World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        world.address = format!("http://{address}/");
        let (world, asked) = (Arc::new(Mutex::new(world)), Arc::<AtomicUsize>::default());
        let (own, count) = (Arc::downgrade(&world), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(world) = own.upgrade() else { return };
                answer(stream, &world, &count);
            }
        });
        Self { address, world, asked }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Wakes the thread, which finds the world gone; should it not be woken, it ends with the test.
        self.world = Arc::new(Mutex::new(World::new(super::chance::Chance::new(0))));
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(mut stream: TcpStream, world: &Mutex<World>, asked: &AtomicUsize) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        if head.is_empty() {
            asked.fetch_add(1, SeqCst);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let source = SOURCES.into_iter().find(|source| head.starts_with(&format!("GET /{source}/ ")));
    let answer = match source {
        Some(source) => {
            let page = world.lock().unwrap().page(source);
            let length = page.len();
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
            )
        }
        None => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
    };
    // The reader may have been killed.
    let _ = stream.write_all(answer.as_bytes());
}
