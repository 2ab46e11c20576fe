//! What a house may begin with: nothing, or what an older program or a death long ago has left.

use std::fs;
use std::path::Path;

use flode::model::title_key;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection, SqlStr, SqliteConnection};

use super::chance::Chance;
use super::watcher::Memory;
use super::world::{CATEGORIES, World};

/// The tables of the first version.
const FIRST: &str = include_str!("../../../src/store/migrations/0001_ledger.sql");

/// Items that the ledger of the first version has.
const OLD: usize = 3;

#[derive(Debug, Clone, Copy)]
pub enum Birth {
    /// Nothing.
    Nothing,
    /// A database of no bytes, as one that was killed at once leaves.
    Empty,
    /// A database that counts its migrations and has none.
    Unmigrated,
    /// A ledger of the first version with items.
    Old,
    /// Files that a dead process had not finished.
    Litter,
}

impl Birth {
    pub fn any(chance: &mut Chance) -> Self {
        [Self::Nothing, Self::Empty, Self::Unmigrated, Self::Old, Self::Litter][chance.below(5)]
    }

    /// Prepares the directory; subscribers remember what was announced before.
    pub fn prepare(self, home: &Path, world: &World, remember: &mut [&mut Memory]) {
        let feeds = home.join("feeds");
        match self {
            Self::Nothing => {}
            Self::Empty => fs::write(home.join("flode.db"), "").unwrap(),
            Self::Unmigrated => database(home, async |_| ()),
            Self::Old => {
                database(home, async |connection| {
                    migrator().run(&mut *connection).await.unwrap();
                    fill(connection, world).await;
                });
                for number in 0..OLD {
                    for memory in remember.iter_mut() {
                        memory.expect(number, &id(number), published(number));
                    }
                }
            }
            Self::Litter => {
                fs::create_dir_all(&feeds).unwrap();
                for name in ["all.rss", "index.html"] {
                    // No process has this number: it is beyond the largest that Linux gives.
                    fs::write(feeds.join(format!(".{name}.4194305-7.tmp")), "<rss").unwrap();
                }
            }
        }
    }
}

fn migrator() -> Migrator {
    let sql = SqlStr::from_static(FIRST);
    Migrator::with_migrations(vec![Migration::new(1, "ledger".into(), MigrationType::Simple, sql, false)])
}

fn id(number: usize) -> String {
    format!("urn:uuid:00000000-0000-5000-8000-{number:012}")
}

fn published(number: usize) -> i64 {
    1_700_000_000 + i64::try_from(number).unwrap()
}

fn database(home: &Path, fill: impl AsyncFnOnce(&mut SqliteConnection)) {
    let path = home.join("flode.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        // Counts the migrations, of which there is none yet.
        Migrator::with_migrations(Vec::new()).run(&pool).await.unwrap();
        let mut connection = pool.acquire().await.unwrap().detach();
        fill(&mut connection).await;
        connection.close().await.unwrap();
        pool.close().await;
    });
}

/// The oldest items of the world, as the first version kept them.
async fn fill(connection: &mut SqliteConnection, world: &World) {
    let mut run = async |sql: &'static str, values: &[&str]| {
        let mut query = sqlx::query(sql);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query.execute(&mut *connection).await.unwrap();
    };
    run("INSERT INTO source (id) VALUES ('a')", &[]).await;
    for name in CATEGORIES {
        let key = name.to_lowercase();
        run("INSERT INTO category (key, name, slug) VALUES ($1, $2, $1)", &[&key, name]).await;
        run("INSERT INTO feed (slug, kind, title, changed) VALUES ($1, 'category', $2, 1700000000)", &[&key, name])
            .await;
        run("INSERT INTO feed_category (category, slug) VALUES ($1, $1)", &[&key]).await;
    }
    for news in &world.news[..OLD] {
        let number = (news.number + 1).to_string();
        let at = published(news.number).to_string();
        let link = world.link(news.number);
        run(
            "INSERT INTO item (nr, id, home, title, link, first_seen, published, updated) \
             VALUES (CAST($1 AS INTEGER), $2, 'a', $3, $4, CAST($5 AS INTEGER), CAST($5 AS INTEGER), CAST($5 AS INTEGER))",
            &[&number, &id(news.number), &news.title, &link, &at],
        )
        .await;
        let keys: Vec<String> = news.categories.iter().map(|&at| CATEGORIES[at].to_lowercase()).collect();
        for (place, key) in keys.iter().enumerate() {
            let title = title_key(&news.title);
            // The reports share their title.
            run(
                "INSERT INTO item_key (title, category, occurrence, item) VALUES ($1, $2, \
                 (SELECT count(*) FROM item_key WHERE title = $1 AND category = $2), CAST($3 AS INTEGER))",
                &[&title, key, &number],
            )
            .await;
            run(
                "INSERT INTO item_category (category, item, place) VALUES ($1, CAST($2 AS INTEGER), CAST($3 AS INTEGER))",
                &[key, &number, &place.to_string()],
            )
            .await;
        }
        let canonical = flode::model::canonical_link(&link.parse().unwrap());
        run(
            "INSERT INTO sighting (source, item, link, categories) VALUES ('a', CAST($1 AS INTEGER), $2, $3)",
            &[&number, &canonical, &serde_json::to_string(&keys).unwrap()],
        )
        .await;
    }
}
