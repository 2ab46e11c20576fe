//! Exactly once, however often the program is killed.
//!
//! The real program reads a site that changes, is killed at any moment and started again, while two subscribers read all that
//! it publishes. At every instant each file is whole, no item is lost, none has two ids, and no date moves; in the end
//! every item that was there to be read stands in the right feeds, once.
//!
//! `FLODE_CRASH_SEED` repeats a house that failed, `FLODE_CRASH_ROUNDS` says how often the program is killed.

mod birth;
mod chance;
mod life;
mod site;
mod watcher;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};

use crate::support::RECIPE;
use birth::Birth;
use chance::Chance;
use life::{CERTIFICATE, Ended, Life, Moment, litter};
use site::Site;
use watcher::{Items, Watcher, read};
use world::{CATEGORIES, SOURCES, World};

/// Kills in one house.
const KILLS: usize = 20;

/// Kills until all is held against the world.
const ROUNDS: usize = 4;

/// A minute passes in 30 milliseconds: the sources are read every minute.
const PACE: &str = "2000";

#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    ended: usize,
    looks: usize,
    versions: usize,
    items: usize,
    moments: BTreeMap<String, usize>,
}

#[test]
fn every_item_once_however_often_it_is_killed() {
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().expect(name));
    let rounds = usize::try_from(number("FLODE_CRASH_ROUNDS").unwrap_or(200)).unwrap();
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("FLODE_CRASH_SEED").unwrap_or(clock.as_secs() * 1000);
    let (began, mut figures) = (Instant::now(), Figures::default());
    while figures.kills < rounds {
        let seed = seed + u64::try_from(figures.kills).unwrap();
        let kills = KILLS.min(rounds - figures.kills);
        if let Err(wrong) = House::build(seed).stand(kills, &mut figures) {
            panic!("FLODE_CRASH_SEED={seed} FLODE_CRASH_ROUNDS={kills}: {wrong}");
        }
    }
    println!("{} s, {figures:?}", began.elapsed().as_secs());
}

struct House {
    dir: tempfile::TempDir,
    site: Arc<Site>,
    watcher: Watcher,
    chance: Chance,
    now: Timestamp,
    /// Kept of a house that failed.
    told: String,
}

impl House {
    fn build(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let dir = tempfile::tempdir().unwrap();
        let site = Arc::new(Site::open(World::new(Chance::new(chance.next()))));
        fs::write(dir.path().join("config.toml"), config(&site)).unwrap();
        let certificate = rcgen::generate_simple_self_signed(vec!["malaro.example".to_owned()]).unwrap();
        fs::write(dir.path().join(CERTIFICATE), certificate.cert.pem()).unwrap();
        let birth = Birth::any(&mut chance);
        let watcher = Watcher::start(dir.path().join("feeds"), Arc::clone(&site));
        {
            let (mut files, mut server) = (watcher.files.lock().unwrap(), watcher.server.lock().unwrap());
            birth.prepare(dir.path(), &site.world.lock().unwrap(), &mut [&mut files, &mut server]);
        }
        let now = "2026-03-02T09:30:00Z".parse().unwrap();
        Self { dir, site, watcher, chance, now, told: format!("it began with {birth:?}\n") }
    }

    fn home(&self) -> &Path {
        self.dir.path()
    }

    /// Kills the program so often, and holds what is left against the world.
    fn stand(mut self, kills: usize, figures: &mut Figures) -> Result<(), String> {
        // What is lost on the way may be mended by the next change of the site, so it is looked for often.
        let checked = (1..=kills).try_for_each(|kill| {
            self.round(figures)?;
            if kill % ROUNDS == 0 || kill == kills { self.settle() } else { Ok(()) }
        });
        figures.items += self.site.world.lock().unwrap().news.len();
        let read = [&self.watcher.files, &self.watcher.server].map(|memory| memory.lock().unwrap().versions);
        figures.versions += read.iter().sum::<usize>();
        figures.looks += self.watcher.looks.load(SeqCst);
        checked.map_err(|wrong| format!("{wrong}\n{}", self.told))
    }

    fn round(&mut self, figures: &mut Figures) -> Result<(), String> {
        let moment = Moment::any(&mut self.chance);
        let command = ["run", "run", "run", "once", "publish"][self.chance.below(5)];
        let other = ["once", "publish", "run"][self.chance.below(3)];
        let rival = self.chance.percent(20).then(|| self.begin(other));
        let life = self.begin(command);
        let began = Instant::now();
        let ended = life.until(moment, self.dir.path(), &self.site, &mut self.chance);
        *self.watcher.address.lock().unwrap() = None;
        let mut lives = vec![ended];
        lives.extend(rival.map(Life::kill));
        figures.kills += 1;
        figures.ended += usize::from(lives[0].code.is_some());
        *figures
            .moments
            .entry(format!("{command} {}", format!("{moment:?}").split('(').next().unwrap()))
            .or_default() += 1;
        self.told.push_str(&format!("{command} until {moment:?}\n"));
        self.check_lives(&lives)?;
        // What `once` does is whole when it has ended well.
        let whole = lives.len() == 1 && command == "once" && lives[0].code == Some(0);
        self.watch_once_more();
        let announced = self.watcher.files.lock().unwrap().ids.keys().copied().collect();
        self.site.world.lock().unwrap().new_reader(whole, announced);
        self.pass_time(began.elapsed());
        self.check_watcher()
    }

    /// The program may be killed, or refused because another is at work; it never fails.
    fn check_lives(&mut self, lives: &[Ended]) -> Result<(), String> {
        for life in lives {
            self.told.push_str(&life.log);
            let in_use = life.log.contains("is in use by another flode");
            let expected = matches!(life.code, None | Some(0)) || in_use;
            if !expected || !in_use && (life.log.contains(" error ") || life.log.contains("panicked")) {
                return Err(format!("a life ended with {:?}", life.code));
            }
        }
        Ok(())
    }

    fn check_watcher(&self) -> Result<(), String> {
        let wrong = self.watcher.wrong();
        // A life leaves what it had in hand: the forms of one feed, a probe; two lives at most have not been swept after.
        let left = litter(&self.home().join("feeds"));
        match (wrong.is_empty(), left <= 8) {
            (true, true) => Ok(()),
            (true, false) => Err(format!("{left} temporary files")),
            _ => Err(wrong.join("\n")),
        }
    }

    fn begin(&self, command: &str) -> Life {
        let now = self.now.to_string();
        let paced = ["--now", &now, "--speed", PACE];
        let args = if command == "run" { &paced[..] } else { &paced[..2] };
        Life::begin(self.home(), &[&[command], args].concat(), Arc::clone(&self.watcher.address))
    }

    /// The clock goes on, stands still for the dead, and is sometimes set.
    fn pass_time(&mut self, life: Duration) {
        let set = match self.chance.below(20) {
            0 => SignedDuration::from_hours(-1),
            1 => SignedDuration::from_secs(-2),
            2 => SignedDuration::from_hours(8),
            _ => SignedDuration::from_secs(60),
        };
        let passed = SignedDuration::try_from(life * PACE.parse().unwrap()).unwrap();
        self.now = self.now + passed + set;
    }

    /// One pass that nothing disturbs; then everything is as if the program had never died.
    fn settle(&mut self) -> Result<(), String> {
        self.site.world.lock().unwrap().still = true;
        self.now += SignedDuration::from_hours(2);
        let ended = self.begin("once").whole();
        self.told.push_str(&ended.log);
        if ended.code != Some(0) {
            return Err(format!("the last pass ended with {:?}", ended.code));
        }
        self.watch_once_more();
        self.check_watcher()?;
        self.check_feeds()?;
        let published = self.begin("publish").whole();
        let left = litter(&self.home().join("feeds"));
        if published.code != Some(0) || left > 0 {
            return Err(format!("publishing ended with {:?}, and left {left} temporary files", published.code));
        }
        let mut world = self.site.world.lock().unwrap();
        world.still = false;
        world.new_reader(true, self.watcher.files.lock().unwrap().ids.keys().copied().collect());
        Ok(())
    }

    fn watch_once_more(&self) {
        let looks = self.watcher.looks.load(SeqCst);
        while self.watcher.looks.load(SeqCst) < looks + 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn feed(&self, name: &str) -> Result<Items, String> {
        let bytes = fs::read(self.home().join("feeds").join(name)).map_err(|error| format!("{name}: {error}"))?;
        read(&bytes).map_err(|wrong| format!("{name} {wrong}"))
    }

    /// Each item in exactly its feeds, once, and the two forms of each feed alike.
    fn check_feeds(&self) -> Result<(), String> {
        let world = self.site.world.lock().unwrap();
        let feeds: Vec<(String, Option<usize>)> = std::iter::once(("all".to_owned(), None))
            .chain(CATEGORIES.iter().enumerate().map(|(at, name)| (name.to_lowercase(), Some(at))))
            .collect();
        let memory = self.watcher.files.lock().unwrap();
        for (slug, category) in &feeds {
            let belongs = |at: &usize| category.is_none_or(|category| world.news[*at].categories.contains(&category));
            let certain = (0..world.news.len()).filter(|at| world.is_certain(&world.news[*at]));
            let expected: BTreeSet<usize> = certain.filter(belongs).collect();
            if expected.is_empty() && !self.home().join("feeds").join(format!("{slug}.rss")).exists() {
                continue;
            }
            let (rss, atom) = (self.feed(&format!("{slug}.rss"))?, self.feed(&format!("{slug}.atom"))?);
            let facts = |items: &Items| -> Vec<(String, String, i64)> {
                items.iter().map(|(id, seen)| (id.clone(), seen.title.clone(), seen.published)).collect()
            };
            if facts(&rss) != facts(&atom) {
                return Err(format!("{slug}.rss and {slug}.atom differ"));
            }
            let numbers: Vec<usize> = rss.values().map(|seen| seen.number).collect();
            let found: BTreeSet<usize> = numbers.iter().copied().collect();
            if found != expected || numbers.len() != found.len() {
                return Err(format!("{slug} has {numbers:?}, expected {expected:?}"));
            }
            if let Some(seen) = rss.values().find(|seen| world.news[seen.number].title != seen.title) {
                return Err(format!("{slug}: number {} is still called {}", seen.number, seen.title));
            }
        }
        match memory.ids.iter().find(|(_, ids)| ids.len() > 1) {
            Some((number, ids)) => Err(format!("number {number} has the ids {ids:?}")),
            None => Ok(()),
        }
    }
}

fn config(site: &Site) -> String {
    let mut config = String::from(
        "[site]\ntitle = \"Nyheter\"\nlink = \"https://www.malaro.example/\"\nlanguage = \"sv\"\n\
         [serve]\nlisten = \"127.0.0.1:0\"\ndrain = \"0s\"\n[publish]\nitems = 1000\n[fetch]\nmin_interval = \"0s\"\n",
    );
    for source in SOURCES {
        config.push_str(&format!(
            "[[source]]\nid = \"{source}\"\nurl = \"http://{}/{source}/\"\nschedule = \"* * * * *\"\n{RECIPE}",
            site.address
        ));
    }
    config
}
