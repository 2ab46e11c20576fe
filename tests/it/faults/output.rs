//! The output directory: what others do in it, and what flode makes good.

use std::fs;
use std::os::unix::fs::symlink;

use super::house::House;
use crate::support::list;

/// What may have happened to the output directory while no flode ran.
struct Fault {
    name: &'static str,
    make: fn(&House),
    /// Of `flode once` on a page that has not changed.
    once: Seen,
    /// What has to be undone by hand; nothing, where flode mends it.
    undo: fn(&House),
}

/// Whether and how a fault is found by a pass that has nothing new.
enum Seen {
    /// It is made good.
    Mended,
    /// It is not looked for: `flode publish`, and the start of `flode run`, make it good.
    Later,
    /// It is named, with this exit code and these words.
    Named(i32, &'static str),
}

use Seen::{Later, Mended, Named};

const FAULTS: &[Fault] = &[
    Fault { name: "deleted", make: |house| house.remove("feeds"), once: Mended, undo: |_| {} },
    Fault { name: "a feed deleted", make: |house| house.remove("feeds/kultur.rss"), once: Mended, undo: |_| {} },
    Fault { name: "the page deleted", make: |house| house.remove("feeds/index.html"), once: Mended, undo: |_| {} },
    Fault {
        name: "a feed edited",
        make: |house| fs::write(house.path("feeds/kultur.rss"), "<rss/>").unwrap(),
        once: Later,
        undo: |_| {},
    },
    Fault {
        name: "a feed emptied",
        make: |house| fs::write(house.path("feeds/kultur.atom"), "").unwrap(),
        once: Later,
        undo: |_| {},
    },
    Fault {
        name: "a feed zeroed at its length",
        make: |house| {
            let length = fs::metadata(house.path("feeds/all.rss")).unwrap().len();
            fs::write(house.path("feeds/all.rss"), vec![0; usize::try_from(length).unwrap()]).unwrap();
        },
        once: Later,
        undo: |_| {},
    },
    Fault {
        name: "a link in place of a feed",
        make: |house| {
            house.remove("feeds/kultur.rss");
            fs::write(house.path("victim"), "untouched").unwrap();
            symlink(house.path("victim"), house.path("feeds/kultur.rss")).unwrap();
        },
        once: Later,
        undo: |house| assert_eq!(fs::read_to_string(house.path("victim")).unwrap(), "untouched"),
    },
    Fault {
        name: "a link that leads nowhere in place of a feed",
        make: |house| {
            house.remove("feeds/kultur.rss");
            symlink("/nowhere/kultur.rss", house.path("feeds/kultur.rss")).unwrap();
        },
        once: Mended,
        undo: |_| {},
    },
    Fault {
        name: "a pipe in place of a feed",
        make: |house| {
            house.remove("feeds/kultur.rss");
            house.pipe("feeds/kultur.rss");
        },
        once: Mended,
        undo: |_| {},
    },
    Fault {
        name: "a directory in place of a feed",
        make: |house| {
            house.remove("feeds/kultur.rss");
            fs::create_dir_all(house.path("feeds/kultur.rss/mine")).unwrap();
        },
        once: Named(1, "kultur: cannot replace feeds/kultur.rss: it is a directory"),
        undo: |house| house.remove("feeds/kultur.rss"),
    },
    Fault {
        name: "a directory in place of the page",
        make: |house| {
            house.remove("feeds/index.html");
            fs::create_dir(house.path("feeds/index.html")).unwrap();
        },
        once: Named(1, "index: cannot replace feeds/index.html: it is a directory"),
        undo: |house| house.remove("feeds/index.html"),
    },
    Fault {
        name: "a file in place of the directory",
        make: |house| {
            house.remove("feeds");
            fs::write(house.path("feeds"), "").unwrap();
        },
        once: Named(3, "cannot create feeds: "),
        undo: |house| house.remove("feeds"),
    },
    Fault {
        name: "a link that leads nowhere in place of the directory",
        make: |house| {
            house.remove("feeds");
            symlink("/nowhere/feeds", house.path("feeds")).unwrap();
        },
        once: Named(3, "cannot create feeds: "),
        undo: |house| house.remove("feeds"),
    },
];

#[test]
fn each_fault_of_the_output_directory_is_mended_or_named() {
    for Fault { name, make, once, undo } in FAULTS {
        let house = House::new();
        make(&house);
        match once {
            Mended => {
                house.flode.once();
            }
            Later => {
                house.flode.run(&["publish"]).code(0);
                undo(&house);
            }
            Named(code, words) => {
                let said = house.flode.run(&["once"]).code(*code).stderr();
                assert!(said.contains(words) && said.contains("hint: "), "{name}: {said}");
                undo(&house);
                house.flode.once();
            }
        }
        house.feeds_are_whole(name);
    }
}

#[test]
fn the_daemon_makes_good_at_its_start_what_was_edited() {
    let house = House::with("[serve]\nlisten = \"127.0.0.1:0\"");
    fs::write(house.path("feeds/kultur.rss"), "<rss/>").unwrap();
    let mut daemon = house.flode.start(&["run"]);
    daemon.wait_for_log("feeds at http://");
    house.feeds_are_whole("edited before the start");
}

#[test]
fn what_flode_has_not_written_is_not_touched() {
    let house = House::new();
    let own = house.flode.files().len();
    let foreign = ["notes.txt", ".htaccess", "old.rss", "kultur.rss.bak", ".kultur.rss.swp", "style.css"];
    for name in foreign {
        fs::write(house.path("feeds").join(name), name).unwrap();
    }
    house
        .origin
        .html("/nyheter/", &list(&["Ny film | Kultur | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    house.flode.once();
    house.flode.run(&["publish"]).code(0);
    for name in foreign {
        assert_eq!(fs::read_to_string(house.path("feeds").join(name)).unwrap(), name);
    }
    assert_eq!(house.flode.files().len(), own + foreign.len());
}
