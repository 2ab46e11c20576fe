//! The ledger, before the program starts.

use std::fs;

use super::house::{House, config, number, sql};
use crate::support::Flode;

/// What may have happened to the ledger while no flode ran, and what flode says of it.
struct Fault {
    name: &'static str,
    make: fn(&House),
    /// Of `flode once`.
    code: i32,
    /// In its words.
    says: &'static [&'static str],
}

const LOST: &[&str] = &["the store flode.db is gone: feeds/", "was published from one", "--new-ledger"];
const DAMAGED: &[&str] = &["the store flode.db is damaged: ", "backup"];
const FOREIGN: &[&str] = &["flode.db is no store of flode: it is the database of another program", "store.url"];

const FAULTS: &[Fault] = &[
    Fault { name: "deleted", make: |house| house.remove("flode.db"), code: 3, says: LOST },
    Fault {
        name: "deleted with all beside it",
        make: |house| ["flode.db", "flode.db.lock"].iter().for_each(|name| house.remove(name)),
        code: 3,
        says: LOST,
    },
    Fault { name: "empty", make: |house| house.cut(0), code: 3, says: LOST },
    Fault {
        name: "a database without tables",
        make: |house| {
            house.remove("flode.db");
            sql(&house.db(), "CREATE TABLE a (b); DROP TABLE a");
        },
        code: 3,
        says: LOST,
    },
    Fault {
        name: "its log alone",
        make: |house| fs::rename(house.db(), house.path("flode.db-wal")).unwrap(),
        code: 3,
        says: &["the store flode.db is gone, though its log flode.db-wal is there", "put the database back"],
    },
    Fault {
        name: "zeros",
        make: |house| house.overwrite(0, &vec![0; 1 << 20]),
        code: 3,
        says: &["the store flode.db is damaged: it begins with zeros", "backup"],
    },
    Fault { name: "first page zeros", make: |house| house.overwrite(0, &[0; 4096]), code: 3, says: DAMAGED },
    Fault {
        name: "a page in the middle zeros",
        make: |house| house.overwrite(4096 * 6, &[0; 4096]),
        code: 3,
        says: DAMAGED,
    },
    Fault {
        name: "noise in the middle",
        make: |house| house.overwrite(4096 * 5, &[0xA5; 8192]),
        code: 3,
        says: DAMAGED,
    },
    Fault {
        name: "noise in the header",
        make: |house| house.overwrite(16, &[0xA5; 40]),
        code: 3,
        says: &["flode.db", "hint: "],
    },
    Fault {
        name: "cut in the middle",
        make: |house| house.cut(4096 * 7),
        code: 3,
        says: &["the store flode.db is damaged: it has 28672 bytes of ", "backup"],
    },
    Fault {
        name: "cut in its header",
        make: |house| house.cut(50),
        code: 3,
        says: &["the store flode.db is damaged: it is cut off in its first bytes"],
    },
    Fault {
        name: "a text",
        make: |house| fs::write(house.db(), "Kära dagbok, detta är ingen databas. ".repeat(100)).unwrap(),
        code: 3,
        says: &["flode.db is no store of flode: it is no SQLite database", "store.url"],
    },
    Fault {
        name: "another program's database, marked",
        make: |house| {
            house.remove("flode.db");
            sql(&house.db(), "PRAGMA application_id = 252006674; CREATE TABLE item_key (a); CREATE TABLE sighting (b)");
        },
        code: 3,
        says: FOREIGN,
    },
    Fault {
        name: "another program's database, unmarked",
        make: |house| {
            house.remove("flode.db");
            sql(&house.db(), "CREATE TABLE bookmark (a); INSERT INTO bookmark VALUES (1)");
        },
        code: 3,
        says: FOREIGN,
    },
    Fault {
        name: "another program's database, with migrations of its own",
        make: |house| {
            house.remove("flode.db");
            sql(&house.db(), "CREATE TABLE _sqlx_migrations (version); CREATE TABLE item (b)");
        },
        code: 3,
        says: FOREIGN,
    },
    Fault {
        name: "a directory",
        make: |house| {
            house.remove("flode.db");
            fs::create_dir(house.db()).unwrap();
        },
        code: 3,
        says: &["flode.db is no store of flode: it is a directory"],
    },
    Fault {
        name: "a pipe",
        make: |house| {
            house.remove("flode.db");
            house.pipe("flode.db");
        },
        code: 3,
        says: &["flode.db is no store of flode: it is no plain file"],
    },
    Fault {
        name: "a link that leads nowhere",
        make: |house| {
            house.remove("flode.db");
            std::os::unix::fs::symlink("/nowhere/flode.db", house.db()).unwrap();
        },
        code: 3,
        says: &["flode.db is no store of flode: it is a link that leads nowhere"],
    },
    Fault {
        name: "newer",
        make: |house| {
            sql(&house.db(), "INSERT INTO _sqlx_migrations VALUES (9999, 'x', CURRENT_TIMESTAMP, 1, x'00', 1)");
        },
        code: 3,
        says: &["the store flode.db was written by a newer flode", "use the newer flode"],
    },
    Fault {
        name: "of other tables than its version has",
        make: |house| sql(&house.db(), "UPDATE _sqlx_migrations SET checksum = x'00'"),
        code: 3,
        says: DAMAGED,
    },
    Fault {
        name: "a lock that is a pipe",
        make: |house| {
            house.remove("flode.db.lock");
            house.pipe("flode.db.lock");
        },
        code: 3,
        says: &["flode.db.lock is no store of flode: it is no plain file"],
    },
    Fault {
        name: "a lock that is a directory",
        make: |house| {
            house.remove("flode.db.lock");
            fs::create_dir(house.path("flode.db.lock")).unwrap();
        },
        code: 3,
        says: &["flode.db.lock is no store of flode"],
    },
    Fault {
        name: "not closed, and its log gone",
        make: |house| fs::write(house.path("flode.db.lock"), "open\n").unwrap(),
        code: 0,
        says: &["warning the store flode.db was not closed, and its log is gone"],
    },
    Fault {
        name: "a log that is noise",
        make: |house| fs::write(house.path("flode.db-wal"), [0xA5; 9000]).unwrap(),
        code: 0,
        says: &[],
    },
    Fault {
        name: "an index of the log that is noise",
        make: |house| fs::write(house.path("flode.db-shm"), [0xA5; 32768]).unwrap(),
        code: 0,
        says: &[],
    },
    Fault {
        name: "of the first version, without a mark",
        make: |house| sql(&house.db(), "PRAGMA application_id = 0"),
        code: 0,
        says: &[],
    },
];

#[test]
fn each_fault_of_the_store_is_named_and_the_feeds_stay() {
    for Fault { name, make, code, says } in FAULTS {
        let house = House::new();
        make(&house);
        let made = house.bytes();
        let ran = house.flode.run(&["once"]);
        let said = ran.stderr();
        let ran = ran.code(*code);
        for words in *says {
            assert!(said.contains(words), "{name}: no `{words}` in:\n{said}");
        }
        house.feeds_are_whole(name);
        if *code != 0 {
            assert!(said.contains("hint: "), "{name}: {said}");
            assert_eq!(house.origin.asked("/nyheter/").len(), 1, "{name}: nothing is read");
            assert!(house.bytes() == made, "{name}: what stands there is not touched");
            house.restore();
            house.flode.once();
            house.feeds_are_whole(name);
        }
        assert_eq!(number(&house.db(), "PRAGMA application_id"), 0x666c_6f64, "{name}: {}", ran.stdout());
        assert_eq!(number(&house.db(), "SELECT count(*) FROM item"), 2, "{name}");
    }
}

#[test]
fn to_look_at_a_store_that_is_none_harms_nothing() {
    for Fault { name, make, .. } in FAULTS {
        let house = House::new();
        make(&house);
        for command in [&["status"][..], &["status", "--show", "nyheter"], &["check"], &["replay", "nyheter"]] {
            let ran = house.flode.run(command);
            let said = ran.stderr();
            // What only looks says so when it cannot, and never hangs; damage is found where it is read. That there is
            // nothing to look at yet is no fault of the disk.
            let too_early = ran.code_is(2) && said.contains("there is no store at");
            let named = (ran.code_is(3) || too_early) && said.contains("hint: ");
            assert!(ran.code_is(0) || named, "{name} {command:?}: {said}");
        }
        house.feeds_are_whole(name);
    }
}

#[test]
fn a_new_ledger_is_begun_when_the_operator_says_so() {
    let house = House::new();
    house.remove("flode.db");
    for command in [&["once"][..], &["publish"], &["run"], &["import", "--source", "nyheter", "config.toml"]] {
        let said = house.flode.run(command).code(3).stderr();
        assert!(said.contains("--new-ledger"), "{command:?}: {said}");
        assert!(!house.db().exists());
    }
    house.flode.run(&["once", "--new-ledger"]).code(0);
    let ids = house.flode.feed("all.atom").entries.len();
    assert_eq!((ids, number(&house.db(), "SELECT count(*) FROM item")), (2, 2));
    house.flode.run(&["once"]).code(0);
}

#[test]
fn whoever_deletes_both_begins_anew_without_a_word() {
    let house = House::new();
    for name in ["flode.db", "feeds"] {
        house.remove(name);
    }
    house.flode.once();
    house.feeds_are_whole("begun anew from the same page");
}

#[test]
fn the_directory_of_the_store_may_be_gone() {
    let house = House::with("[store]\nurl = \"sqlite:data/flode.db\"");
    house.remove("data");
    let said = house.flode.run(&["once"]).code(3).stderr();
    assert!(said.contains("the store data/flode.db is gone: feeds/"), "{said}");
    assert!(!house.path("data").exists(), "nothing is begun");
    fs::write(house.path("data"), "a file").unwrap();
    let said = house.flode.run(&["once"]).code(3).stderr();
    assert!(said.contains("the store data/flode.db could not be opened: ") && said.contains("hint: "), "{said}");
    house.feeds_are_whole("without a ledger");
}

#[test]
fn a_second_program_and_a_shell_that_holds_the_store_are_named() {
    let house = House::new();
    let lock = fs::File::options().write(true).open(house.path("flode.db.lock")).unwrap();
    lock.try_lock().unwrap();
    let said = house.flode.run(&["once"]).code(3).stderr();
    assert!(said.contains("is in use by another flode") && said.contains("hint: "), "{said}");
    drop(lock);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shell = runtime.block_on(async {
        use sqlx::{ConnectOptions, Executor};
        let mut shell = sqlx::sqlite::SqliteConnectOptions::new().filename(house.db()).connect().await.unwrap();
        shell.execute("BEGIN IMMEDIATE").await.unwrap();
        shell
    });
    let said = house.flode.run(&["once"]).code(3).stderr();
    assert!(said.contains("locked") && said.contains("another program has held the store for long"), "{said}");
    drop(shell);
    drop(runtime);
    house.feeds_are_whole("held by a shell");
    house.flode.once();
}

#[test]
fn a_page_that_another_program_wrote_is_not_replaced_at_the_first_start() {
    let house = House::new();
    let flode = Flode::new(&config(&house.origin.url("/nyheter/"), ""));
    fs::create_dir(flode.path("feeds")).unwrap();
    flode.write("feeds/index.html", "<h1>Our own start page</h1>");
    let said = flode.run(&["once"]).code(3).stderr();
    assert!(said.contains("feeds/index.html would be replaced") && said.contains("hint: move it away"), "{said}");
    assert!(!flode.path("flode.db").exists());
    fs::rename(flode.path("feeds/index.html"), flode.path("feeds/start.html")).unwrap();
    flode.once();
    assert_eq!(fs::read_to_string(flode.path("feeds/start.html")).unwrap(), "<h1>Our own start page</h1>");
}
