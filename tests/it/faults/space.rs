//! Disks that are full, read-only or not ours, for real.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::house::{House, mode, root};
use crate::support::list;

/// A small disk of its own; gone at the end of the test, whatever happens.
pub struct Disk(PathBuf);

impl Disk {
    /// Laid over a directory, with what is in it. `size` as in `256k`.
    pub fn over(directory: &Path, size: &str) -> Self {
        let kept: Vec<_> =
            fs::read_dir(directory).unwrap().flatten().map(|e| (e.file_name(), fs::read(e.path()).unwrap())).collect();
        let size = format!("size={size}");
        assert!(
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(directory).status().unwrap().success()
        );
        let disk = Self(directory.to_owned());
        for (name, bytes) in kept {
            fs::write(directory.join(name), bytes).unwrap();
        }
        disk
    }

    /// Leaves no room at all.
    pub fn fill(&self) {
        use std::io::Write;
        let mut filler = fs::File::create(self.0.join("filler")).unwrap();
        while filler.write(&[1; 4096]).is_ok_and(|written| written > 0) {}
    }

    pub fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }

    pub fn read_only(&self, yes: bool) {
        let options = if yes { "remount,ro" } else { "remount,rw" };
        assert!(Command::new("mount").args(["-o", options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

const NEWS: &[&str] = &["Ny skola | Kultur | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"];

fn has_news(house: &House) -> bool {
    house.flode.titles("kultur.rss").contains(&"Ny skola".to_owned())
}

#[test]
fn a_full_output_directory_keeps_the_old_files_and_is_made_good() {
    if !root("mount a small disk") {
        return;
    }
    let house = House::new();
    let disk = Disk::over(&house.path("feeds"), "256k");
    disk.fill();
    let before = house.flode.files();
    house.origin.html("/nyheter/", &list(NEWS));
    for _ in 0..3 {
        let said = house.flode.run(&["once"]).code(1).stderr();
        assert!(said.contains("kultur: cannot write feeds/kultur.rss: No space left"), "{said}");
        assert!(said.contains("hint: free some space"), "{said}");
        assert_eq!(house.flode.files(), before, "no litter");
    }
    disk.free();
    house.feeds_are_whole("full");
    house.flode.once();
    assert!(has_news(&house), "the page has not changed since, but the feeds are still due");
    let names = house.flode.files();
    assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
}

#[test]
fn a_full_disk_under_the_ledger_publishes_nothing_and_is_made_good() {
    if !root("mount a small disk") {
        return;
    }
    let house = House::with("[store]\nurl = \"sqlite:data/flode.db\"");
    let disk = Disk::over(&house.path("data"), "512k");
    disk.fill();
    house.origin.html("/nyheter/", &list(NEWS));
    for command in ["once", "publish", "run"] {
        let said = house.flode.run(&[command]).code(3).stderr();
        assert!(said.contains("the store") && said.contains("hint: free some space"), "{command}: {said}");
    }
    house.feeds_are_whole("a full disk under the ledger");
    disk.free();
    house.flode.once();
    assert!(has_news(&house));
}

#[test]
fn a_quota_on_the_ledger_is_named() {
    let house = House::new();
    house.origin.html("/nyheter/", &list(NEWS));
    let limited = ["bash", "-c", "ulimit -f 8; exec \"$0\" \"$@\""];
    let said = house.flode.run_by_way_of(&limited, &["once"]).code(3).stderr();
    assert!(said.contains("the store") && said.contains("hint: "), "{said}");
    house.feeds_are_whole("a quota");
    house.flode.once();
    assert!(has_news(&house));
}

#[test]
fn read_only_disks_are_named() {
    if !root("mount a small disk") {
        return;
    }
    for (place, words) in
        [("feeds", "cannot write to feeds: Read-only file system"), ("data", "the store data/flode.db")]
    {
        let house = House::with("[store]\nurl = \"sqlite:data/flode.db\"");
        let disk = Disk::over(&house.path(place), "512k");
        disk.read_only(true);
        house.origin.html("/nyheter/", &list(NEWS));
        let said = house.flode.run(&["once"]).code(3).stderr();
        assert!(said.contains(words) && said.contains("hint: "), "{place}: {said}");
        house.feeds_are_whole(place);
        disk.read_only(false);
        house.flode.once();
        assert!(has_news(&house), "{place}");
    }
}

/// Rights that are missing: what, with which mode, the exit code, what is said.
const RIGHTS: &[(&str, u32, i32, &str)] = &[
    ("feeds", 0o555, 3, "cannot write to feeds: Permission denied"),
    ("feeds", 0o000, 3, "cannot write to feeds: Permission denied"),
    ("feeds/kultur.rss", 0o000, 0, ""),
    ("data", 0o555, 3, "the store data"),
    ("data", 0o000, 3, "the store data/flode.db could not be opened: Permission denied"),
    ("data/flode.db", 0o444, 3, "the store data/flode.db could not be opened: Permission denied"),
    ("data/flode.db", 0o000, 3, "the store data/flode.db could not be opened: Permission denied"),
    ("data/flode.db.lock", 0o000, 3, "the store data/flode.db.lock could not be opened: Permission denied"),
];

#[test]
fn missing_rights_are_named() {
    if !root("become a user without rights") {
        return;
    }
    for (place, bits, code, words) in RIGHTS {
        let house = House::with("[store]\nurl = \"sqlite:data/flode.db\"");
        if *place == "data" && *bits == 0o555 {
            // Without its lock, the store needs its directory to be begun at.
            house.remove("data/flode.db.lock");
        }
        assert!(Command::new("chown").args(["-R", "65534:65534"]).arg(house.path(".")).status().unwrap().success());
        mode(&house.path(place), *bits);
        house.origin.html("/nyheter/", &list(NEWS));
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        let said = house.flode.run_by_way_of(&nobody, &["once"]).code(*code).stderr();
        assert!(
            said.contains(words) && (*code == 0 || said.contains("hint: let the user that runs flode")),
            "{place} {bits:o}: {said}"
        );
        mode(&house.path(place), if house.path(place).is_dir() { 0o755 } else { 0o644 });
        if *code != 0 {
            house.feeds_are_whole(place);
        }
        house.flode.run_by_way_of(&nobody, &["once"]).code(0);
        assert!(has_news(&house), "{place} {bits:o}");
    }
}
