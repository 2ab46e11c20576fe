//! What is on the disk when: read from the system calls of the real program.

use std::collections::BTreeMap;
use std::process::Command;

use super::house::House;
use crate::support::list;

/// A system call that has ended well, with the lines of the trace where it began and ended.
#[derive(Debug)]
struct Call {
    name: String,
    arguments: String,
    began: usize,
    ended: usize,
}

impl Call {
    /// Whether it waits until a file is on the disk; its path is in the arguments, as `9</tmp/feeds>`.
    fn is_sync_of(&self, ending: &str) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync") && self.arguments.trim_end_matches('>').ends_with(ending)
    }

    fn is_write_to(&self, ending: &str) -> bool {
        self.name.contains("write") && self.arguments.contains(&format!("{ending}>"))
    }
}

/// Reads a trace of several threads: a call that another one interrupts stands on two lines.
fn calls(trace: &str) -> Vec<Call> {
    let mut open: BTreeMap<&str, (&str, &str, usize)> = BTreeMap::new();
    let mut calls = Vec::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        let call = if rest.starts_with("<... ") {
            open.remove(thread)
        } else if let Some((name, arguments)) = rest.split_once('(') {
            let arguments = arguments.rsplit_once(')').map_or(arguments, |(arguments, _)| arguments);
            Some((name, arguments.trim_end_matches(" <unfinished ...>"), at))
        } else {
            None
        };
        match call {
            Some(call) if rest.ends_with("<unfinished ...>") => drop(open.insert(thread, call)),
            Some((name, arguments, began)) if !rest.contains(" = -1") => {
                calls.push(Call { name: name.to_owned(), arguments: arguments.to_owned(), began, ended: at });
            }
            _ => {}
        }
    }
    calls
}

#[test]
fn the_ledger_is_on_the_disk_before_a_feed_and_a_feed_before_its_mark_is_cleared() {
    let strace = Command::new("strace").arg("-V").output().is_ok_and(|out| out.status.success());
    if !strace {
        assert!(std::env::var_os("CI").is_none(), "strace is needed to see the order of system calls");
        return;
    }
    let house = House::new();
    house
        .origin
        .html("/nyheter/", &list(&["Ny skola | Skola | /n/3", "Ny bro | Trafik | /n/1", "Ny bok | Kultur | /n/2"]));
    let filter = "trace=?rename,?renameat,renameat2,fsync,fdatasync,pwrite64,write";
    house.flode.run_by_way_of(&["strace", "-f", "-y", "-s", "0", "-o", "trace", "-e", filter], &["once"]).code(0);
    let trace = std::fs::read_to_string(house.path("trace")).unwrap();
    let calls = calls(&trace);
    let renames: Vec<&Call> = calls.iter().filter(|call| call.name.starts_with("rename")).collect();
    assert!(renames.len() >= 5, "the feeds of all and of the new category, and the page:\n{trace}");
    let first = renames[0].began;
    let kept = calls.iter().rev().find(|call| call.is_write_to("flode.db-wal") && call.ended < first).expect("a write");
    let durable =
        calls.iter().any(|call| call.is_sync_of("flode.db-wal") && kept.ended < call.began && call.ended < first);
    assert!(durable, "the ledger is durable before the first feed:\n{trace}");
    for rename in &renames {
        let temp = rename.arguments.split('"').nth(1).expect("a name");
        let temp = temp.rsplit('/').next().expect("a name");
        assert!(temp.starts_with('.'), "{rename:?}");
        let synced = calls.iter().any(|call| call.is_sync_of(temp) && call.ended < rename.began);
        assert!(synced, "{temp} is durable before it has its name:\n{trace}");
        let next = calls.iter().find(|call| call.is_write_to("flode.db-wal") && call.began > rename.ended);
        let until = next.map_or(usize::MAX, |call| call.began);
        let listed =
            calls.iter().any(|call| call.is_sync_of("/feeds") && rename.ended < call.began && call.ended < until);
        assert!(listed, "the directory is durable before the mark of {temp} is cleared:\n{trace}");
    }
    // The mark of each of the three feeds is cleared, durably, before the program ends.
    let last = calls.iter().rev().find(|call| call.is_write_to("flode.db-wal")).expect("a mark");
    assert!(last.began > first && calls.iter().any(|call| call.is_sync_of("flode.db-wal") && call.began > last.ended));
}
