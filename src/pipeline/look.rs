//! Looks at a page as the reader does, and keeps the categories of the site within their number.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Look, Pipeline, Plan, Trouble};
use crate::model::{Defect, Page};

impl Pipeline {
    /// Reads a page. Each category has its files, and a page may show any number of names: those beyond the limit are passed
    /// over, and their items stand in the categories they have besides, or in the feed of everything alone.
    pub(super) async fn look(&self, plan: &Plan, page: Page, now: Timestamp) -> Result<Look, Trouble> {
        let mut look = self.0.reader.look(plan, page, now).await?;
        let limit = self.0.reader.categoriser.options().max_in_all;
        let keys: BTreeSet<&str> =
            look.candidates.iter().flat_map(|c| &c.categories).map(|category| category.key.as_str()).collect();
        let (mut known, all) = self.0.store.categories_among(&keys).await?;
        let new = keys.len() - known.len();
        let room = limit.saturating_sub(all);
        if new <= room {
            return Ok(look);
        }
        let unknown: Vec<String> =
            keys.iter().filter(|key| !known.contains(**key)).take(room).map(|key| (*key).to_owned()).collect();
        known.extend(unknown);
        for candidate in &mut look.candidates {
            candidate.categories.retain(|category| known.contains(&category.key));
        }
        look.defects.push(Defect::TooMany { what: "categories in all", limit });
        Ok(look)
    }
}
