//! One life of the program, and its violent end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::chance::Chance;
use super::site::Site;

/// A life ends by then, whatever it was to wait for.
const LONGEST: Duration = Duration::from_millis(300);

/// How often the moment is looked for.
const TICK: Duration = Duration::from_micros(100);

/// The certificate that it trusts, in its home.
pub const CERTIFICATE: &str = "ca.pem";

/// When the program is killed.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// So long after its birth.
    After(Duration),
    /// A temporary file stands in the output directory.
    Temp,
    /// The log of the database has grown.
    Wal,
    /// The first byte of a request has come.
    Request,
    /// The database is there.
    Store,
}

impl Moment {
    pub fn any(chance: &mut Chance) -> Self {
        match chance.below(10) {
            0 => Self::After(chance.time(Duration::from_millis(8))),
            1..4 => Self::After(chance.time(LONGEST)),
            4..6 => Self::Temp,
            6..8 => Self::Wal,
            8 => Self::Request,
            _ => Self::Store,
        }
    }

    /// Whether it has come; `before` is what [`state`] was at birth.
    fn has_come(self, before: &State, age: Duration, home: &Path, site: &Site) -> bool {
        match self {
            Self::After(time) => age >= time,
            Self::Temp => litter(&home.join("feeds")) > before.litter,
            Self::Wal => size(&home.join("flode.db-wal")) > before.wal,
            Self::Request => site.asked.load(SeqCst) > before.asked,
            Self::Store => size(&home.join("flode.db")) > before.store,
        }
    }
}

struct State {
    litter: usize,
    wal: u64,
    store: u64,
    asked: usize,
}

fn state(home: &Path, site: &Site) -> State {
    State {
        litter: litter(&home.join("feeds")),
        wal: size(&home.join("flode.db-wal")),
        store: size(&home.join("flode.db")),
        asked: site.asked.load(SeqCst),
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

/// Temporary files.
pub fn litter(directory: &Path) -> usize {
    let names = fs::read_dir(directory).into_iter().flatten().flatten();
    names.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count()
}

/// How a life ended.
pub struct Ended {
    /// The exit code; `None`: it was killed.
    pub code: Option<i32>,
    pub log: String,
}

pub struct Life {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: thread::JoinHandle<()>,
}

impl Life {
    /// Starts the program; where its server is goes to `address`.
    pub fn begin(home: &Path, args: &[&str], address: Arc<Mutex<Option<String>>>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flode"));
        command.current_dir(home).args(args).env("NO_COLOR", "1").env_remove("FLODE_LOG").stdin(Stdio::null());
        // One certificate to trust in place of the hundreds of the machine: half of the time of a start.
        command.env("SSL_CERT_FILE", home.join(CERTIFICATE)).env_remove("SSL_CERT_DIR");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log: Arc<Mutex<String>> = Arc::default();
        let (stderr, told) = (child.stderr.take().unwrap(), Arc::clone(&log));
        let reader = thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, at)) = line.split_once("feeds at http://") {
                    *address.lock().unwrap() = Some(at.trim_end_matches('/').to_owned());
                }
                told.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Self { child, log, reader }
    }

    /// Kills it, and waits until nothing is left of it.
    pub fn kill(mut self) -> Ended {
        let ended = self.child.try_wait().unwrap();
        let _ = self.child.kill();
        let status = self.child.wait().unwrap();
        let _ = self.reader.join();
        let code = ended.and(status.code());
        Ended { code, log: self.log.lock().unwrap().clone() }
    }

    /// Kills it at the moment, or a little later.
    pub fn until(mut self, moment: Moment, home: &Path, site: &Site, chance: &mut Chance) -> Ended {
        let born = Instant::now();
        // An event of the birth, or one of the work that comes after it.
        let deaf = if chance.percent(30) { Duration::ZERO } else { chance.time(LONGEST / 2) };
        let mut before = state(home, site);
        while born.elapsed() < deaf && !matches!(moment, Moment::After(_)) {
            before = state(home, site);
            thread::sleep(TICK);
        }
        // Half of the time at once.
        let later = if chance.percent(50) { Duration::ZERO } else { chance.time(Duration::from_millis(6)) };
        while born.elapsed() < LONGEST && !moment.has_come(&before, born.elapsed(), home, site) {
            if self.child.try_wait().unwrap().is_some() {
                return self.kill();
            }
            thread::sleep(TICK);
        }
        thread::sleep(later);
        self.kill()
    }

    /// Lets it end by itself.
    pub fn whole(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let _ = self.reader.join();
        Ended { code: status.code(), log: self.log.lock().unwrap().clone() }
    }
}
