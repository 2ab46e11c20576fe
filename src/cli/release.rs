//! `flode release`: the operator lets held items out.

use std::time::Duration;

use serde_json::json;

use super::house::{House, find, jobs, read_config, store_failure};
use super::once::{publishing_json, publishing_line};
use super::print::{self, Failure};
use super::{Ended, Exit, Setting};
use crate::daemon::Job;
use crate::store::{Store, StoreError};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source whose page is right as it is
    source: String,
}

/// How long a running flode is given to hear the word.
const PATIENCE: u32 = 100;

/// Between two looks whether it has.
const LOOK: Duration = Duration::from_millis(100);

pub(super) async fn perform(setting: &Setting, args: &Args) -> Ended {
    let config = read_config(&setting.config)?;
    let job = find(&jobs(&config), &args.source)?.clone();
    let store = Store::open_to_look(&config.store).await.map_err(store_failure)?;
    let hold = store.hold(&job.plan.source.id).await.map_err(store_failure)?;
    let memory = store.memory(&job.plan.source.id).await.map_err(store_failure)?;
    store.close().await;
    let remark = memory.failures == 0 && memory.trouble.is_some();
    let doubtful = remark || matches!(memory.outcome.as_str(), "suspect" | "broken");
    if hold.is_none() && !doubtful {
        let message = format!("nothing of {} is held; its last run: {}", args.source, memory.outcome);
        if setting.json {
            print::json(&json!({ "source": args.source, "released": 0, "by": null }));
        } else {
            print::line(&message);
        }
        return Ok(Exit::Well);
    }
    let store = Store::open_to_ask(&config.store).await.map_err(store_failure)?;
    store.ask_to_release(&job.plan.source.id, setting.clock.now()).await.map_err(store_failure)?;
    store.close().await;
    match Store::open(&config.store).await {
        Ok(store) => {
            store.close().await;
            drop(store);
            here(setting, &job).await
        }
        Err(StoreError::InUse { .. }) => there(setting, &config.store, &job).await,
        Err(error) => Err(store_failure(error)),
    }
}

/// No other flode is running: this one does it.
async fn here(setting: &Setting, job: &Job) -> Ended {
    let house = House::open(setting).await?;
    let applied = house.pipeline.release(&job.plan, setting.clock.now()).await.map_err(store_failure)?;
    let published = house.pipeline.publish_due().await.map_err(store_failure)?;
    house.pipeline.parts().store.close().await;
    if setting.json {
        let published = publishing_json(&published);
        print::json(&json!({ "source": job.plan.source.id.as_str(), "released": applied.new, "published": published }));
    } else {
        print::line(&format!("{}: {} items let out", job.plan.source.id, applied.new));
        print::line(&publishing_line(&published, &house));
    }
    Ok(if published.failed.is_empty() { Exit::Well } else { Exit::SourceFailed })
}

/// A running flode does it: it has the ledger.
async fn there(setting: &Setting, options: &crate::store::Options, job: &Job) -> Ended {
    let source = &job.plan.source.id;
    let store = Store::open_to_look(options).await.map_err(store_failure)?;
    for _ in 0..PATIENCE {
        if !store.asked_to_release().await.map_err(store_failure)?.contains(source) {
            if setting.json {
                print::json(&json!({ "source": source.as_str(), "released": null, "by": "the running flode" }));
            } else {
                print::line(&format!("{source}: let out by the flode that is running"));
            }
            return Ok(Exit::Well);
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(Failure::new(format!("{source}: the flode that is running has not let its items out yet"))
        .hint(Some("it will when the run that is under way ends; `flode status` tells")))
}
