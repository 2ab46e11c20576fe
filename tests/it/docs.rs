//! What the documents say is what the program does.

use std::fs;
use std::path::Path;
use std::process::Command;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The part of the README between two marks.
fn part(readme: &str, name: &str) -> String {
    let (_, rest) = readme.split_once(&format!("<!-- {name} -->\n")).unwrap_or_else(|| panic!("README has no {name}"));
    rest.split_once("<!-- end -->").unwrap().0.to_owned()
}

/// Compares a part of the README with what it should be; `FLODE_BLESS` writes it.
fn check_part(name: &str, want: &str) {
    let readme = read("README.md");
    let have = part(&readme, name);
    if have != want && std::env::var_os("FLODE_BLESS").is_some() {
        let mark = format!("<!-- {name} -->\n");
        let text = readme.replacen(&format!("{mark}{have}"), &format!("{mark}{want}"), 1);
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), text).unwrap();
        return;
    }
    assert_eq!(have, want, "README.md, {name}: FLODE_BLESS=1 writes it");
}

fn help(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_flode")).args(args).env("COLUMNS", "100").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_table_of_the_configuration_is_true() {
    check_part("reference", &format!("\n{}\n", flode::config::reference()));
}

#[test]
fn the_list_of_commands_is_true() {
    let text = help(&["--help"]);
    let commands = text.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let commands: Vec<&str> = commands.lines().filter(|line| !line.trim_start().starts_with("help ")).collect();
    check_part("commands", &format!("\n```\n{}\n```\n\n", commands.join("\n")));
}

#[test]
fn every_command_has_help_that_names_what_it_takes() {
    for (command, words) in [
        ("run", vec!["--config", "--json"]),
        ("once", vec!["[SOURCE]..."]),
        ("demo", vec!["--dir", "--listen", "--seconds"]),
        ("try", vec!["<URL|FILE|SOURCE>", "--source"]),
        ("import", vec!["<FILE>...", "--source", "--seen"]),
        ("check", vec![]),
        ("replay", vec!["<SOURCE>", "--recipe"]),
        ("status", vec!["--show", "--page"]),
        ("publish", vec![]),
    ] {
        let text = help(&[command, "--help"]);
        for word in words {
            assert!(text.contains(word), "`flode {command} --help` does not name {word}:\n{text}");
        }
    }
}

#[test]
fn the_readme_has_the_two_commands_and_they_are_the_ones_ci_runs() {
    let readme = read("README.md");
    assert!(readme.contains("cargo run --release -- demo"), "the main job");
    assert!(readme.contains("\ncargo test\n"), "the tests");
    assert!(read(".ci/run").contains("\ncargo test\n"));
}

#[test]
fn every_file_that_the_documents_name_is_there() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(document);
        let names = text.split('`').skip(1).step_by(2).filter(|name| {
            let path = ["src/", "tests/", ".ci/", "benches/"].iter().any(|folder| name.starts_with(folder));
            path && !name.contains(['*', ' ', '<', '…'])
        });
        for name in names {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(name).exists(), "{document} names {name}");
        }
    }
}

#[test]
fn the_recipe_of_the_readme_finds_what_it_says() {
    let readme = read("README.md");
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let site = "[site]\ntitle = \"t\"\nlink = \"https://www.example.se/\"\n";
    let config = flode::config::parse(&format!("{site}{example}"), Path::new("config.toml"), &|_| None);
    let config = config.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(config.sources.len(), 1);
}
