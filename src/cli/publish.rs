//! `flode publish`: all feeds anew.

use super::house::{House, store_failure};
use super::once::{publishing_json, publishing_line};
use super::{Ended, Exit, Setting, print};

pub(super) async fn perform(setting: &Setting) -> Ended {
    let house = House::open(setting).await?;
    let published = house.pipeline.publish_all().await.map_err(store_failure)?;
    house.pipeline.parts().store.close().await;
    if setting.json {
        print::json(&publishing_json(&published));
    } else {
        print::line(&publishing_line(&published, &house));
    }
    for (feed, error) in &published.failed {
        print::error(&format!("{feed}: {error}"), error.hint().as_deref());
    }
    Ok(if published.failed.is_empty() { Exit::Well } else { Exit::SourceFailed })
}
