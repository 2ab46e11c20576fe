//! A house that has published, what may happen to it, and what must hold then.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::{ConnectOptions, Connection, Executor};

use crate::support::{Flode, Origin, RECIPE, list};

/// A program that has published two items, and a copy of its ledger from then.
pub struct House {
    pub origin: Origin,
    pub flode: Flode,
    feeds: BTreeMap<String, Vec<u8>>,
}

impl House {
    pub fn new() -> Self {
        Self::with("")
    }

    /// With more lines of configuration before the source.
    pub fn with(more: &str) -> Self {
        let origin = Origin::start();
        origin.html("/nyheter/", &list(&["Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
        let flode = Flode::new(&config(&origin.url("/nyheter/"), more));
        flode.once();
        fs::create_dir(flode.path("backup")).unwrap();
        if flode.path("flode.db").exists() {
            fs::copy(flode.path("flode.db"), flode.path("backup/flode.db")).unwrap();
        }
        let feeds = flode.published();
        assert!(feeds.contains_key("kultur.rss") && feeds.contains_key("index.html"), "{:?}", feeds.keys());
        Self { origin, flode, feeds }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.flode.path(name)
    }

    pub fn db(&self) -> PathBuf {
        self.path("flode.db")
    }

    /// What stands at the ledger's path, if it is a plain file.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let data = fs::symlink_metadata(self.db()).ok()?;
        data.is_file().then(|| fs::read(self.db()).unwrap())
    }

    /// Puts bytes over those of the ledger, from a place on.
    pub fn overwrite(&self, at: usize, bytes: &[u8]) {
        let mut all = fs::read(self.db()).unwrap();
        let end = (at + bytes.len()).min(all.len());
        all[at..end].copy_from_slice(&bytes[..end - at]);
        fs::write(self.db(), all).unwrap();
    }

    pub fn cut(&self, length: u64) {
        fs::File::options().write(true).open(self.db()).unwrap().set_len(length).unwrap();
    }

    /// Takes away whatever stands at the ledger's path and beside it, and puts the copy there.
    pub fn restore(&self) {
        self.remove("flode.db");
        for ending in ["-wal", "-shm", "-journal", ".lock"] {
            self.remove(&format!("flode.db{ending}"));
        }
        fs::copy(self.path("backup/flode.db"), self.db()).unwrap();
    }

    /// Removes a file or a directory, whatever it is, if it is there.
    pub fn remove(&self, name: &str) {
        let path = self.path(name);
        match fs::symlink_metadata(&path) {
            Ok(data) if data.is_dir() => fs::remove_dir_all(path).unwrap(),
            Ok(_) => fs::remove_file(path).unwrap(),
            Err(_) => {}
        }
    }

    pub fn pipe(&self, name: &str) {
        assert!(Command::new("mkfifo").arg(self.path(name)).status().unwrap().success());
    }

    /// What has been published stands there byte by byte, and nothing else.
    #[track_caller]
    pub fn feeds_are_whole(&self, case: &str) {
        let now = self.flode.published();
        assert_eq!(now.keys().collect::<Vec<_>>(), self.feeds.keys().collect::<Vec<_>>(), "{case}");
        assert!(now == self.feeds, "{case}: a feed has other bytes");
    }
}

pub fn config(url: &str, more: &str) -> String {
    format!(
        "[site]\ntitle = \"Nyheter\"\nlink = \"https://www.malaro.example/\"\nlanguage = \"sv\"\n{more}\n[[source]]\nid = \
         \"nyheter\"\nurl = \"{url}\"\n{RECIPE}"
    )
}

/// Runs statements on a database by themselves, as another program would.
pub fn sql(path: &Path, statements: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(statements.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// A number that a database answers with.
pub fn number(path: &Path, query: &str) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
        let mut connection = options.connect().await.unwrap();
        let number =
            sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned())).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        number
    })
}

pub fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Whether a test needs root and has it. In CI it must.
pub fn root(need: &str) -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    assert!(root || std::env::var_os("CI").is_none(), "root is needed to {need}");
    root
}
