//! The command line: the only place that prints.

mod check;
mod demo;
mod files;
mod house;
mod import;
mod log;
mod look;
mod once;
mod print;
mod publish;
mod release;
mod replay;
mod run;
mod show;
mod signals;
mod status;
mod told;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::Timestamp;

use crate::daemon::Clock;
use print::Failure;

/// Reads news-list pages that have no usable feed, on a schedule, and publishes one RSS and one Atom feed for each
/// category.
#[derive(Debug, Parser)]
#[command(
    name = "flode",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 all well, 1 a source or a feed failed, 2 the command or the configuration is wrong, 3 the \
                  store or the output directory cannot be used.\n\n\
                  New here? `flode demo` shows everything, offline. `flode try URL` shows what would be found on a page."
)]
struct Cli {
    /// The configuration
    #[arg(short, long, global = true, value_name = "FILE", default_value = "config.toml")]
    config: PathBuf,

    /// Answer in JSON, for programs; `run` and `demo` have nothing to answer
    #[arg(long, global = true)]
    json: bool,

    /// Pretend that it is this moment, as in 2026-03-01T08:00:00Z
    #[arg(long, global = true, value_name = "INSTANT", hide = true)]
    now: Option<Timestamp>,

    /// Let the time run this many times as fast, from --now on
    #[arg(long, global = true, value_name = "TIMES", hide = true)]
    speed: Option<u32>,

    /// Set the clock by the seconds in this file, which is read whenever the clock is
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    shift: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read every source on its schedule and serve the feeds, until stopped
    Run(run::Args),
    /// Read the sources once, publish what changed, and exit
    Once(once::Args),
    /// Show the whole program at work on a bundled news site, offline
    Demo(demo::Args),
    /// Show what would be found on a page, and keep nothing
    Try(look::Args),
    /// Read archived pages or text listings into the ledger
    Import(import::Args),
    /// Check the configuration, and show when each source is read next
    Check(check::Args),
    /// Show what another recipe would have done to the pages that are kept, and keep nothing
    Replay(replay::Args),
    /// Show the health of every source and feed
    Status(status::Args),
    /// Let out the new items that are held because a page was suspect
    Release(release::Args),
    /// Write all feeds anew
    Publish,
}

/// What the commands that fill a ledger are told of beginning one.
#[derive(Debug, clap::Args)]
struct Ledger {
    /// Begin a ledger where there is none, though feeds were published before
    #[arg(long)]
    new_ledger: bool,
}

impl Command {
    fn may_begin_anew(&self) -> bool {
        match self {
            Self::Run(run::Args { ledger }) => ledger.new_ledger,
            Self::Once(args) => args.ledger.new_ledger,
            Self::Import(args) => args.ledger.new_ledger,
            // Its directory is its own.
            Self::Demo(_) => true,
            _ => false,
        }
    }
}

/// What every command is given.
struct Setting {
    config: PathBuf,
    json: bool,
    clock: Clock,
    /// A ledger may be begun though feeds were published before.
    new_ledger: bool,
}

/// How a command ended; a failure is one of the command itself.
type Ended = Result<Exit, Failure>;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Well = 0,
    SourceFailed = 1,
    Usage = 2,
    Disk = 3,
}

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let clock = match (cli.now, cli.speed) {
        (start, Some(speed)) => Clock::running(start.unwrap_or_else(Timestamp::now), speed),
        (Some(now), None) => Clock::from_fn(move || now),
        (None, None) => Clock::system(),
    };
    let clock = match cli.shift {
        Some(file) => clock.shifted(move || std::fs::read_to_string(&file).ok()?.trim().parse().ok()),
        None => clock,
    };
    let new_ledger = cli.command.may_begin_anew();
    let setting = Setting { config: cli.config, json: cli.json, clock, new_ledger };
    log::start();
    let ended = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(perform(&cli.command, &setting)),
        Err(error) => Err(Failure::new(format!("the program could not be started: {error}"))),
    };
    let exit = ended.unwrap_or_else(|failure| {
        print::failure(&failure, setting.json);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

async fn perform(command: &Command, setting: &Setting) -> Ended {
    signals::outlive_quotas();
    match command {
        Command::Run(_) => run::perform(setting).await,
        Command::Once(args) => once::perform(setting, args).await,
        Command::Demo(args) => demo::perform(setting, args).await,
        Command::Try(args) => look::perform(setting, args).await,
        Command::Import(args) => import::perform(setting, args).await,
        Command::Check(args) => check::perform(setting, args).await,
        Command::Replay(args) => replay::perform(setting, args).await,
        Command::Status(args) => status::perform(setting, args).await,
        Command::Release(args) => Box::pin(release::perform(setting, args)).await,
        Command::Publish => publish::perform(setting).await,
    }
}
