mod rebuilt;

use super::*;
use crate::model::PageDate;

/// A ledger in memory: what `store` does with decisions, without a database.
struct House {
    known: Vec<KnownItem>,
    options: Options,
    configured: Vec<&'static str>,
    archived: bool,
}

/// `title | categories | link | date | summary`, the last four optional.
fn candidate(row: &str) -> Candidate {
    let mut fields = row.split('|').map(str::trim);
    let title = fields.next().unwrap_or_default().to_owned();
    let categories: Vec<Category> = fields.next().unwrap_or_default().split(',').filter_map(Category::new).collect();
    let some = |field: Option<&str>| field.filter(|text| !text.is_empty()).map(str::to_owned);
    let link = some(fields.next()).map(|path| Url::parse(&format!("https://example.se/{path}")).expect("an address"));
    let date = some(fields.next()).map(|text| text.parse::<PageDate>().expect("a date"));
    let summary = some(fields.next());
    Candidate::new(FoundItem { title, link, summary, date, ..FoundItem::default() }, categories)
}

impl House {
    fn new() -> Self {
        Self {
            known: Vec::new(),
            options: Options::default(),
            configured: vec!["s", "home", "mirror", "late", "kultur", "stod"],
            archived: false,
        }
    }

    fn read(&mut self, source: &str, now: &str, lines: &[&str]) -> Vec<(Reason, Option<usize>)> {
        let page: Vec<Candidate> = lines.iter().map(|line| candidate(line)).collect();
        self.read_candidates(source, now, &page)
    }

    /// Reads a page; answers with the reason and the number of the known item, in the order of the page.
    fn read_candidates(&mut self, source: &str, now: &str, page: &[Candidate]) -> Vec<(Reason, Option<usize>)> {
        let source = SourceId::parse(source).expect("an id");
        let site = Url::parse("https://example.se/").expect("an address");
        let now: Timestamp = format!("{now}T08:00:00Z").parse().expect("a day");
        let configured: std::collections::BTreeSet<SourceId> =
            self.configured.iter().map(|id| SourceId::parse(id).expect("an id")).collect();
        let reading = Reading {
            source: &source,
            site: &site,
            time_zone: &TimeZone::UTC,
            now,
            archived: self.archived,
            configured: &configured,
        };
        let decided = decide(page, &self.known, &reading, &self.options);
        assert_eq!(decided.len(), page.len(), "every item is decided");
        let answers = decided.iter().map(|one| {
            let number = match &one.decision {
                Decision::Known { known, .. } => Some(*known),
                _ => None,
            };
            (one.reason, number)
        });
        let answers = answers.collect();
        self.keep(&source, &decided, now);
        answers
    }

    fn keep(&mut self, source: &SourceId, decided: &[Decided], now: Timestamp) {
        let mut here = Vec::new();
        for one in decided {
            match one.decision.clone() {
                Decision::New { item, keys, sighting } => {
                    here.push(self.known.len());
                    self.known.push(KnownItem { item, keys, sightings: vec![sighting] });
                }
                Decision::Known { known, changes, new_keys, sighting } => {
                    here.push(known);
                    let kept = &mut self.known[known];
                    if changes.is_edit() {
                        kept.item.updated = now;
                    }
                    kept.item.home = changes.home.unwrap_or(kept.item.home.clone());
                    kept.item.title = changes.title.unwrap_or(kept.item.title.clone());
                    kept.item.link = changes.link.or(kept.item.link.clone());
                    kept.item.page_date = changes.page_date.or(kept.item.page_date);
                    kept.item.summary = changes.summary.or(kept.item.summary.clone());
                    kept.item.categories = changes.categories.unwrap_or(kept.item.categories.clone());
                    kept.keys.extend(new_keys);
                    kept.sightings.retain(|s| s.source != sighting.source);
                    kept.sightings.push(sighting);
                }
                Decision::Repeat { .. } | Decision::Held => {}
            }
        }
        for (i, known) in self.known.iter_mut().enumerate() {
            for sighting in known.sightings.iter_mut().filter(|s| s.source == *source && !here.contains(&i)) {
                sighting.gone = sighting.gone.or(Some(now));
            }
        }
        let mut referee = std::collections::BTreeSet::new();
        let ids: std::collections::BTreeSet<_> = self.known.iter().map(|known| known.item.id).collect();
        assert_eq!(ids.len(), self.known.len(), "ids are unique");
        assert!(self.known.iter().flat_map(|k| &k.keys).all(|key| referee.insert(key)), "keys are unique");
    }

    fn item(&self, number: usize) -> &Item {
        &self.known[number].item
    }

    fn names(&self, number: usize) -> Vec<&str> {
        self.item(number).categories.iter().map(|c| c.name.as_str()).collect()
    }
}

use Reason::*;

#[test]
fn the_same_page_twice_changes_nothing() {
    let mut house = House::new();
    let page =
        ["Nytt avtal | Kultur, Stöd | a", "Ny bro | Trafik | b | | Den byggs.", "Utan adress | Kultur", "Utan allt"];
    assert_eq!(house.read("s", "2026-03-01", &page), [(Unknown, None); 4]);
    let before = house.known.clone();
    let again = house.read("s", "2026-03-02", &page);
    assert!(again.iter().all(|(_, number)| number.is_some()), "{again:?}");
    assert_eq!(house.known, before);
}

#[test]
fn what_a_reader_does_not_see_is_no_edit() {
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Nytt avtal | Kultur | a | | Text."]);
    let before = house.known.clone();
    house.read("s", "2026-03-02", &["Nytt avtal | Kultur | a?utm_source=mejl#x | | Text."]);
    assert_eq!(house.known, before);
}

#[test]
fn an_edit_moves_updated_and_nothing_else() {
    for (line, reason) in [
        ("Nytt avtal klart | Kultur | a | | Text.", TitleEdited),
        ("Nytt Avtal | Kultur | a | | Text.", SameKey),
        ("Nytt avtal | Kultur | a | | Ny text.", SameKey),
        ("Nytt avtal | Kultur | b | | Text.", Moved),
    ] {
        let mut house = House::new();
        house.read("s", "2026-03-01", &["Nytt avtal | Kultur | a | | Text."]);
        let before = house.item(0).clone();
        assert_eq!(house.read("s", "2026-03-02", &[line]), [(reason, Some(0))], "{line}");
        let after = house.item(0);
        assert_eq!((after.id, after.published), (before.id, before.published), "{line}");
        assert!(after.updated > before.updated, "{line}");
        // Seen once more, the edit is no news.
        let edited = house.known.clone();
        house.read("s", "2026-03-03", &[line]);
        assert_eq!(house.known, edited, "{line}");
    }
}

#[test]
fn categories_move_and_the_id_stays() {
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Nytt avtal | Kultur | a"]);
    let id = house.item(0).id;
    assert_eq!(house.read("s", "2026-03-02", &["Nytt avtal | Kultur, Stöd | a"]), [(SameKey, Some(0))]);
    assert_eq!(house.names(0), ["Kultur", "Stöd"]);
    assert_eq!(house.read("s", "2026-03-03", &["Nytt avtal | Trafik | a"]), [(Recategorised, Some(0))]);
    assert_eq!(house.names(0), ["Trafik"]);
    // A page that has lost its categories takes nothing out of a feed.
    assert_eq!(house.read("s", "2026-03-04", &["Nytt avtal | | a"]), [(Recategorised, Some(0))]);
    assert_eq!(house.names(0), ["Trafik"]);
    assert_eq!(house.item(0).id, id);
    assert_eq!(house.item(0).updated, house.item(0).published, "another category is no edit");
}

#[test]
fn without_addresses_title_and_category_decide() {
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Lägesrapport | Kultur"]);
    assert_eq!(house.read("s", "2026-03-02", &["LÄGESRAPPORT | kultur"]), [(Linkless, Some(0))]);
    assert_eq!(house.read("s", "2026-03-03", &["Lägesrapport | Trafik"]), [(Unknown, None)]);
    assert_eq!(house.read("s", "2026-03-04", &["Lägesrapport"])[0].0, CategoryMissing);
}

#[test]
fn a_fixed_title_is_a_new_item_each_time() {
    // Both stand on the page.
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Veckobrev | Kultur | v1"]);
    let page = ["Veckobrev | Kultur | v2", "Veckobrev | Kultur | v1"];
    assert_eq!(house.read("s", "2026-03-08", &page), [(BothOnPage, None), (SameKey, Some(0))]);
    // Both dated, and apart.
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Veckobrev | Kultur | v1 | 2026-03-01"]);
    assert_eq!(house.read("s", "2026-03-08", &["Veckobrev | Kultur | v2 | 2026-03-08"]), [(DatesApart, None)]);
    // A correction on the next day is none.
    assert_eq!(house.read("s", "2026-03-09", &["Veckobrev | Kultur | v2b | 2026-03-09"]), [(Moved, Some(1))]);
    // Undated, and the known one left long ago: counted from when it left, not from when it came.
    let mut house = House::new();
    house.read("s", "2026-01-01", &["Veckobrev | Kultur | v1"]);
    house.read("s", "2026-02-01", &["Annat | Kultur | x"]);
    assert_eq!(house.read("s", "2026-04-01", &["Veckobrev | Kultur | v2"]), [(Moved, Some(0))]);
    house.read("s", "2026-04-02", &["Annat | Kultur | x"]);
    assert_eq!(house.read("s", "2026-06-01", &["Veckobrev | Kultur | v3"]), [(LongGone, None)]);
}

#[test]
fn the_ids_of_a_rebuilt_ledger_are_the_same() {
    let mut grown = House::new();
    grown.read("s", "2026-03-01", &["Veckobrev | Kultur | v1"]);
    grown.read("s", "2026-03-08", &["Veckobrev | Kultur | v2", "Veckobrev | Kultur | v1"]);
    let mut rebuilt = House::new();
    rebuilt.read("s", "2026-04-01", &["Veckobrev | Kultur | v2", "Veckobrev | Kultur | v1"]);
    for path in ["v1", "v2"] {
        let of = |house: &House| {
            let kept = house.known.iter().find(|k| k.item.link.as_ref().is_some_and(|l| l.path().ends_with(path)));
            kept.map(|k| k.item.id)
        };
        assert_eq!(of(&grown), of(&rebuilt), "{path}");
    }
}

#[test]
fn a_mirror_shows_the_same_items_and_edits_none() {
    let mut house = House::new();
    house.read("home", "2026-03-01", &["Nytt avtal | Kultur | a | | Hela texten."]);
    let shown = house.item(0).clone();
    assert_eq!(house.read("mirror", "2026-03-02", &["Nytt avtal | Kultur | spegel/a | | Hela…"]), [(Moved, Some(0))]);
    assert_eq!(*house.item(0), shown);
    assert_eq!(house.read("home", "2026-03-03", &["Nytt avtal | Kultur | a | | Hela texten."]), [(SameKey, Some(0))]);
    assert_eq!(house.read("mirror", "2026-03-04", &["Nytt avtal | Kultur | spegel/a"]), [(SameKey, Some(0))]);
    assert_eq!(*house.item(0), shown);
    // A mirror that is read for the first time, long after, floods nobody.
    house.read("home", "2026-03-05", &["Annat | Kultur | x"]);
    assert_eq!(house.read("late", "2026-09-01", &["Nytt avtal | Kultur | sen/a"]), [(Moved, Some(0))]);
}

#[test]
fn one_page_for_each_category_adds_up() {
    let mut house = House::new();
    house.read("kultur", "2026-03-01", &["Nytt avtal | Kultur | a"]);
    assert_eq!(house.read("stod", "2026-03-01", &["Nytt avtal | Stöd | a"]), [(Recategorised, Some(0))]);
    assert_eq!(house.names(0), ["Kultur", "Stöd"]);
    let before = house.known.clone();
    house.read("kultur", "2026-03-02", &["Nytt avtal | Kultur | a"]);
    assert_eq!(house.item(0), &before[0].item);
}

#[test]
fn twice_on_a_page_is_once() {
    let mut house = House::new();
    let page = ["Nytt avtal | Kultur | a", "Ny bro | Trafik | b", "Nytt avtal | Stöd | a", "Nytt avtal | Kultur"];
    let answers = house.read("s", "2026-03-01", &page);
    assert_eq!(answers.iter().map(|a| a.0).collect::<Vec<_>>(), [Unknown, Unknown, OnceMore, OnceMore]);
    assert_eq!(house.known.len(), 2);
    let first = house.known.iter().position(|k| k.item.title == "Nytt avtal").expect("kept");
    assert_eq!(house.names(first), ["Kultur", "Stöd"]);
}

#[test]
fn one_link_for_many_items_edits_nothing() {
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Ett | Kultur | alla", "Två | Kultur | alla"]);
    let answers = house.read("s", "2026-03-02", &["Tre | Kultur | alla", "Ett | Kultur | alla", "Två | Kultur | alla"]);
    assert_eq!(answers[0], (Unknown, None));
}

#[test]
fn what_is_cut_off_is_held_or_changes_nothing() {
    let cut = |line: &str| {
        let mut candidate = candidate(line);
        candidate.found.cut_off = true;
        candidate
    };
    let mut house = House::new();
    let answers = house.read_candidates("s", "2026-03-01", &[candidate("Ett | Kultur"), cut("Två ha")]);
    assert_eq!(answers, [(Unknown, None), (CutOff, None)]);
    assert_eq!(house.known.len(), 1);
    house.read("s", "2026-03-02", &["Ett | Kultur | | | Hela texten.", "Två hade rätt | Kultur | | | Text."]);
    let before = house.known.clone();
    house.read_candidates(
        "s",
        "2026-03-03",
        &[candidate("Ett | Kultur | | | Hela texten."), cut("Två hade rätt | | | | Te")],
    );
    assert_eq!(house.known, before);
}

#[test]
fn undated_items_are_spaced_in_the_order_of_the_page() {
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Ett | Kultur | a", "Två | Kultur | b", "Tre | Kultur | c"]);
    let mut items: Vec<&Item> = house.known.iter().map(|k| &k.item).collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.published));
    assert_eq!(items.iter().map(|i| i.title.as_str()).collect::<Vec<_>>(), ["Ett", "Två", "Tre"]);
}

#[test]
fn an_archived_page_adds_and_corrects_nothing() {
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Nytt avtal | Kultur | a | | Ny text."]);
    let before = house.known.clone();
    house.archived = true;
    let page = ["Gammal nyhet | Kultur | g", "Gamla avtalet | Stöd | a | | Gammal text."];
    let answers = house.read("s", "2026-02-01", &page);
    assert_eq!(answers.iter().map(|a| a.0).collect::<Vec<_>>(), [Unknown, TitleEdited]);
    assert_eq!(house.known[0], before[0]);
}

#[test]
fn a_source_that_is_gone_leaves_its_items_to_the_one_that_shows_them() {
    let mut house = House::new();
    house.read("home", "2026-03-01", &["Nytt avtal | Kultur | a"]);
    house.configured = vec!["mirror", "late"];
    house.read("mirror", "2026-03-02", &["Nytt avtal | Kultur | a | | Text."]);
    assert_eq!((house.item(0).home.as_str(), house.item(0).summary.as_deref()), ("mirror", Some("Text.")));
    let before = house.item(0).clone();
    house.read("late", "2026-03-03", &["Nytt avtal | Kultur | a | | Annan text."]);
    assert_eq!(*house.item(0), before);
}

#[test]
fn a_fixed_title_without_addresses_is_told_apart_by_its_dates() {
    let mut house = House::new();
    house.read("s", "2026-03-02", &["Lägesrapport | Vård | | 2026-03-02"]);
    let page = ["Lägesrapport | Vård | | 2026-03-09", "Lägesrapport | Vård | | 2026-03-02"];
    assert_eq!(house.read("s", "2026-03-09", &page), [(DatesApart, None), (Linkless, Some(0))]);
    let again = house.read("s", "2026-03-10", &page);
    assert!(again.iter().all(|(_, number)| number.is_some()), "{again:?}");
    // Undated: it has to have been away for long.
    let mut house = House::new();
    house.read("s", "2026-01-01", &["Blodgivning | Vård"]);
    house.read("s", "2026-01-10", &["Annat | Vård"]);
    assert_eq!(house.read("s", "2026-03-10", &["Blodgivning | Vård"]), [(Linkless, Some(0))]);
    house.read("s", "2026-03-11", &["Annat | Vård"]);
    assert_eq!(house.read("s", "2026-12-01", &["Blodgivning | Vård"]), [(LongGone, None)]);
}

#[test]
fn what_is_recognised_once_is_recognised_again() {
    // Without its address and its category it has a key, and neither, on the next reading.
    for page in ["Lägesrapport | Vård | | 2026-03-09", "Lägesrapport | | | 2026-03-09", "Lägesrapport | | | 2026-03-03"]
    {
        for known in ["Lägesrapport | Vård | a | 2026-03-02", "Lägesrapport | Vård | | 2026-03-02"] {
            let mut house = House::new();
            house.read("s", "2026-03-02", &[known]);
            let first = house.read("s", "2026-03-09", &[page]);
            let items = house.known.len();
            assert_eq!(items == 2, page.ends_with("09"), "{page} after {known}: {first:?}");
            house.read("s", "2026-03-10", &[page]);
            assert_eq!(house.known.len(), items, "{page} after {known}");
        }
    }
}

#[test]
fn what_stands_below_the_known_is_older_than_they() {
    let line = |n: usize| format!("Nyhet {n} | Kultur | n{n}");
    let mut house = House::new();
    let newest: Vec<String> = (0..6).map(line).collect();
    house.read("s", "2026-03-01", &newest.iter().map(String::as_str).collect::<Vec<_>>());
    let whole: Vec<String> = (0..9).map(line).collect();
    house.read("s", "2026-03-02", &whole.iter().map(String::as_str).collect::<Vec<_>>());
    let mut items: Vec<&Item> = house.known.iter().map(|known| &known.item).collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.published));
    let titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, whole.iter().filter_map(|line| line.split(" |").next()).collect::<Vec<_>>());
    // An item that is pinned to the top makes nothing old.
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Fäst | Kultur | f"]);
    house.read("s", "2026-06-01", &["Fäst | Kultur | f", "Ny | Kultur | n"]);
    assert_eq!(house.item(1).published.to_string(), "2026-06-01T07:59:59Z");
}
