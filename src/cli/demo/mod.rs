//! `flode demo`: the whole program on a bundled news site, offline.
//!
//! The site is served on loopback and read as any other: the same configuration, pipeline, daemon and server. Only the
//! site itself is ours, and what the terminal says.

mod loopback;
mod site;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpListener;

use super::house::{House, quoted};
use super::print::{self, Failure};
use super::{Ended, Exit, Setting, run, signals};
use crate::config;
use crate::daemon::Event;
use crate::model::SITE_SLUG;
use crate::pipeline::{Outcome, Read};
use loopback::serve_site;
use site::Site;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to write the feeds and the store; a new directory below the system's temporary one, if left out
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Where to serve the feeds; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// Seconds between two new items of the site
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    pace: u64,

    /// End by itself after so many seconds
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
}

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    let stop = signals::stop_after(args.seconds.map(Duration::from_secs))?;
    let dir = directory(args.dir.as_deref())?;
    let site = start_site(setting, Duration::from_secs(args.pace)).await?;
    let address = format!("http://{site}/nyheter/");
    // The address goes into the documents, so it is taken before they are written.
    let listen = free_address(args.listen).await?;
    let config = config::parse(&config_text(&address, listen, &dir), Path::new("(demo)"), &|_| None)
        .map_err(|mistakes| Failure::new(&mistakes))?;
    let house = House::build(config, setting).await?;
    let server = run::open_shop(&house).await?;
    introduce(&address, &dir, server.local_addr().unwrap_or(listen), args.pace);
    run::keep(house, [Some(server), None], setting.clock.clone(), stop, tell).await;
    print::line(&format!("\nended; the feeds are still in {}", dir.join("feeds").display()));
    Ok(Exit::Well)
}

/// The directory asked for, or a new one.
fn directory(wanted: Option<&Path>) -> Result<PathBuf, Failure> {
    let dir = wanted
        .map_or_else(|| std::env::temp_dir().join(format!("flode-demo-{}", std::process::id())), Path::to_path_buf);
    std::fs::create_dir_all(&dir)
        .map_err(|error| Failure::new(format!("{} could not be created: {error}", dir.display())))?;
    dir.canonicalize().map_err(|error| Failure::new(format!("{} cannot be used: {error}", dir.display())))
}

/// Serves the news site on loopback for as long as the program runs.
async fn start_site(setting: &Setting, pace: Duration) -> Result<SocketAddr, Failure> {
    let site = Site::new(setting.clock.now())
        .map_err(|error| Failure::new(format!("the bundled news are damaged: {error}")))?;
    let unheard = |error| Failure::new(format!("the news site could not be served: {error}"));
    let site = site.with_pace(pace);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(unheard)?;
    let address = listener.local_addr().map_err(unheard)?;
    let clock = setting.clock.clone();
    tokio::spawn(serve_site(listener, site, move || clock.now()));
    Ok(address)
}

async fn free_address(wanted: SocketAddr) -> Result<SocketAddr, Failure> {
    let taken = |error| {
        Failure::new(format!("{wanted} cannot be listened on: {error}"))
            .hint(Some("choose another address with --listen"))
    };
    TcpListener::bind(wanted).await.and_then(|listener| listener.local_addr()).map_err(taken)
}

fn config_text(site: &str, listen: SocketAddr, dir: &Path) -> String {
    let store = quoted(&format!("sqlite:{}", dir.join("flode.db").display()));
    let feeds = quoted(&dir.join("feeds").display().to_string());
    format!(
        "[site]\ntitle = \"Region Mälarö: nyheter\"\nlink = \"{site}\"\nbase_url = \"http://{listen}/\"\n\
         language = \"sv\"\ntime_zone = \"Europe/Stockholm\"\n[store]\nurl = {store}\n[publish]\nto = {feeds}\n\
         [fetch]\nmin_interval = \"0s\"\n[serve]\nlisten = \"{listen}\"\n[[feed]]\nslug = \"resor\"\ntitle = \"Resor och byggen\"\n\
         categories = [\"Kollektivtrafik\", \"Projekt inom buss\"]\n\
         [[source]]\nid = \"nyheter\"\nurl = \"{site}?skip=0&take=20\"\nschedule = \"* * * * *\"\n"
    )
}

fn introduce(site: &str, dir: &Path, server: SocketAddr, pace: u64) {
    print::line(&format!("the news site   {site}"));
    print::line(&format!("its feeds       http://{server}/"));
    print::line(&format!("all of them     http://{server}/{SITE_SLUG}.atom"));
    print::line(&format!("as files        {}", dir.join("feeds").display()));
    print::line(&format!("\nThe site gets a new item every {pace} seconds; it is read every minute. Ctrl-C ends.\n"));
}

/// What a person wants to follow.
fn tell(event: &Event) {
    match event {
        Event::Ran(run, _) => {
            let what = match &run.outcome {
                Outcome::Waiting(until) => format!("waiting until {}", clock_time(*until)),
                Outcome::Unchanged(gate, _) => format!("unchanged ({gate})"),
                Outcome::Read(Read { found, pages, applied, .. }) => format!(
                    "{found} items on {pages} {}: {} new, {} edited, {} to other categories",
                    if *pages == 1 { "page" } else { "pages" },
                    applied.new,
                    applied.edited,
                    applied.moved
                ),
                Outcome::Failed(trouble) => format!("failed: {trouble}"),
            };
            print::line(&format!("{}  {:<10} {what}", clock_time(run.started), run.source.as_str()));
        }
        Event::Published(Ok(published)) if published.written() > 0 => {
            print::line(&format!("          published  {} feeds, {} files", published.feeds, published.written()));
        }
        Event::Published(Err(failure)) => print::error(&failure.to_string(), failure.hint().as_deref()),
        Event::Next(_, Some(at)) => print::line(&format!("          next       {}", clock_time(*at))),
        Event::Published(Ok(_))
        | Event::Next(..)
        | Event::Released(..)
        | Event::Told(_)
        | Event::Pushed(_)
        | Event::Uncounted(_) => {}
        Event::Lost(Some(source), why) => print::error(&format!("{source}: it is no longer read: {why}"), None),
        Event::Lost(None, why) => print::error(why, None),
    }
}

fn clock_time(at: jiff::Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string()
}
