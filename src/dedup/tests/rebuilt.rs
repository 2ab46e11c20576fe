//! Pages whose items change all at once, and lists that are written anew.

use super::*;

#[test]
fn a_page_that_was_built_anew_announces_nothing_again() {
    let old = ["Ett | Kultur | a | 2026-03-01", "Två | Kultur | b | 2026-02-21", "Tre | Kultur | c | 2026-02-11"];
    let old = [&old[..], &["Fyra | Kultur | d | 2026-02-01", "Fem | Kultur | e | 2026-01-21"]].concat();
    let old: Vec<String> = old.iter().map(|line| format!("{line} | Om {}.", line.split(' ').next().unwrap())).collect();
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let moved = |day: &dyn Fn(usize) -> String, category: &str| {
        let titles = ["Ett", "Två", "Tre", "Fyra", "Fem"].into_iter().enumerate();
        titles.map(|(n, title)| format!("{title} | {category} | ny/{n} | {} | Om {title}.", day(n))).collect::<Vec<_>>()
    };
    let own = |n: usize| format!("2026-0{}-{}1", [3, 2, 2, 2, 1][n], [0, 2, 1, 0, 2][n]);
    let cases = [
        ("addresses and categories", moved(&own, "Fritid")),
        ("addresses and dates", moved(&|_| "2026-03-05".to_owned(), "Kultur")),
        ("all of them", moved(&|_| "2026-03-05".to_owned(), "Fritid")),
        ("categories alone, without addresses", moved(&own, "Fritid").iter().map(|line| unlinked(line)).collect()),
        ("no dates any more", moved(&|_| String::new(), "Fritid")),
        ("no addresses any more", moved(&own, "Fritid").iter().map(|line| unlinked(line)).collect()),
    ];
    for (what, lines) in cases {
        let mut house = House::new();
        house.read("s", "2026-03-02", &old);
        let before: Vec<_> = house.known.iter().map(|k| (k.item.id, k.item.published)).collect();
        let mut page: Vec<&str> = lines.iter().map(String::as_str).collect();
        page.insert(0, "Nytt | Fritid | ny/9 | 2026-03-05");
        let reasons: Vec<Reason> = house.read("s", "2026-03-05", &page).iter().map(|one| one.0).collect();
        assert_eq!((reasons[0], reasons.len()), (Unknown, 6), "{what}");
        assert!(reasons[1..].iter().all(|one| matches!(one, Rebuilt | Moved)), "{what}: {reasons:?}");
        assert_eq!(house.known.len(), 6, "{what}");
        let after: Vec<_> = house.known.iter().take(5).map(|k| (k.item.id, k.item.published)).collect();
        assert_eq!(after, before, "{what}: ids and dates stay");
        let again = house.read("s", "2026-03-06", &page);
        assert!(again.iter().all(|one| one.1.is_some()), "{what}: {again:?}");
    }
}

fn unlinked(line: &str) -> String {
    let fields: Vec<&str> = line.split(" | ").collect();
    format!("{} | {} | | {} | {}", fields[0], fields[1], fields[3], fields[4])
}

#[test]
fn what_is_beside_the_titles_of_a_page_that_was_built_anew() {
    let titles = ["Ett", "Två", "Tre", "Fyra", "Fem", "Sex"];
    let text = |title: &str| format!("{title} har länge varit på väg, och nu är det klart");
    let old: [(&str, [&str; 6]); 2] = [
        ("dated", ["2026-03-04", "2026-02-28", "2026-02-21", "2026-02-11", "2026-02-01", "2026-01-21"]),
        ("", [""; 6]),
    ];
    let [(_, dated), (_, undated)] = old;
    let read = |category: &str, folder: &str, dates: [&str; 6], text: &dyn Fn(&str) -> String| -> Vec<String> {
        let each = titles.iter().zip(dates).enumerate();
        each.map(|(n, (title, date))| format!("{title} | {category} | {folder}{n} | {date} | {}", text(title)))
            .collect()
    };
    let day = |date: &'static str| [date; 6];
    let two_days = ["2026-03-06", "2026-03-06", "2026-03-06", "2026-03-05", "2026-03-05", "2026-03-05"];
    let cut = |title: &str| format!("{}…", text(title).chars().take(35).collect::<String>());
    let led = |title: &str| format!("Nyhet. {}", text(title));
    let shared = |_: &str| text("Allt");
    let other = |title: &str| format!("Läs om {title}.");
    for (what, dates, page, same) in [
        ("a date near the day of the move", dated, read("Fritid", "ny/", day("2026-03-05"), &text), true),
        ("moved over two days", dated, read("Fritid", "ny/", two_days, &text), true),
        ("summaries cut", dated, read("Fritid", "ny/", day("2026-03-06"), &cut), true),
        ("summaries with a word before them", dated, read("Kultur", "ny/", day("2026-03-06"), &led), true),
        ("other summaries", dated, read("Fritid", "ny/", day("2026-03-06"), &other), false),
        ("undated, at other numbers", undated, read("Fritid", "g/1", undated, &text), true),
        ("undated, at other numbers, summaries cut", undated, read("Fritid", "g/1", undated, &cut), true),
        ("undated, at other numbers, had come together", undated, read("Fritid", "g/1", undated, &text), true),
        ("undated, at other numbers, one summary for all", undated, read("Fritid", "g/1", undated, &shared), false),
        ("dated, at other numbers, on the next days", dated, read("Fritid", "g/1", two_days, &text), false),
    ] {
        let old = read("Kultur", "g/", dates, if what.ends_with("for all") { &shared } else { &text });
        let mut house = House::new();
        // They come one by one, but where they are said to have come together.
        for first in (0..6).rev().filter(|first| *first == 0 || !what.ends_with("together")) {
            let page: Vec<&str> = old.iter().skip(first).map(String::as_str).collect();
            house.read("s", &format!("2026-02-{}", 28 - first), &page);
        }
        let page: Vec<&str> = page.iter().map(String::as_str).collect();
        house.read("s", "2026-03-06", &page);
        assert_eq!(house.known.len() == 6, same, "{what}: {} items", house.known.len());
        // Once more before there is any news: it is written anew each time.
        let again: Vec<String> =
            page.iter().map(|line| line.replace("Fritid", "Motion").replace("g/1", "g/2")).collect();
        if what.starts_with("undated, at other numbers") && same {
            house.read("s", "2026-03-13", &again.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(house.known.len(), 12, "{what}, again");
        }
    }
}

#[test]
fn addresses_that_belong_to_places_of_the_page_announce_nothing_again() {
    // The top story has an address of its own, and gets another when the next one takes its place.
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Ett | Kultur | live", "Noll | Kultur | n/0"]);
    let page = ["Två | Kultur | live", "Ett | Kultur | n/1", "Noll | Kultur | n/0"];
    assert_eq!(house.read("s", "2026-03-02", &page), [(Unknown, None), (Moved, Some(0)), (SameKey, Some(1))]);
    assert!(house.read("s", "2026-03-03", &page).iter().all(|one| one.0 == SameKey));
    // Addresses are numbers of places.
    let mut house = House::new();
    house.read("s", "2026-03-01", &["C | Kultur | nr1", "B | Kultur | nr2", "A | Kultur | nr3"]);
    let answers = house.read("s", "2026-03-02", &["D | Kultur | nr1", "C | Kultur | nr2", "B | Kultur | nr3"]);
    assert_eq!(answers.iter().map(|one| one.0).collect::<Vec<_>>(), [Unknown, Moved, Moved]);
    // In another order alone.
    let answers = house.read("s", "2026-03-03", &["B | Kultur | nr1", "D | Kultur | nr2", "C | Kultur | nr3"]);
    assert!(answers.iter().all(|one| one.0 == Moved), "{answers:?}");
}

#[test]
fn a_date_that_the_page_corrects_is_the_one_that_counts() {
    let mut house = House::new();
    house.read("s", "2026-03-01", &["Nytt avtal | Kultur | a | 2026-02-01"]);
    let published = house.item(0).published;
    assert_eq!(house.read("s", "2026-03-02", &["Nytt avtal | Kultur | a | 2026-01-02"]), [(SameKey, Some(0))]);
    assert_eq!(house.read("s", "2026-03-03", &["Nytt avtal | Kultur | b | 2026-01-02"]), [(Moved, Some(0))]);
    assert_eq!(house.item(0).published, published);
}

#[test]
fn a_list_that_is_written_anew_under_the_same_titles_is_news() {
    let week = |first: usize| {
        let days = ["Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag"].into_iter().enumerate();
        days.map(|(n, day)| format!("{day} | Lunch | v{first}/{n} | 2026-03-{:02}", first + n)).collect::<Vec<_>>()
    };
    let mut house = House::new();
    for first in [2, 9, 16] {
        let lines = week(first);
        let page: Vec<&str> = lines.iter().map(String::as_str).collect();
        let answers = house.read("s", &format!("2026-03-{first:02}"), &page);
        assert!(answers.iter().all(|one| one.1.is_none()), "{answers:?}");
    }
    // So is one whose titles were shown on many days, and are on one now.
    let mut house = House::new();
    for week in 0..6_usize {
        let day = |n: usize| format!("2026-0{}-{:02}", 2 + week / 4, 1 + (week % 4) * 7 + n);
        let lines: Vec<String> = (0..4)
            .map(|n| format!("Rapport {n} | Vård | v{week}/{n} | {}", day(if week < 3 { n } else { 0 })))
            .collect();
        let answers = house.read("s", &day(6), &lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(answers.iter().all(|one| one.1.is_none()), "week {week}: {answers:?}");
    }
    // And jobs under the same titles at another hospital, at the next numbers.
    let mut house = House::new();
    let jobs = |place: &str, first: usize| {
        let titles = ["Sjuksköterska", "Undersköterska", "Läkare", "Kurator"].into_iter().enumerate();
        titles.map(|(n, title)| format!("{title} | {place} | jobb/{}", first + n)).collect::<Vec<_>>()
    };
    for (place, first) in [("SÖS", 0), ("Danderyd", 100)] {
        let lines = jobs(place, first);
        let answers = house.read("s", "2026-03-02", &lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(answers.iter().all(|one| one.1.is_none()), "{place}: {answers:?}");
    }
    // And minutes under the same titles, each month in a folder of its own.
    let mut house = House::new();
    for month in ["januari", "februari", "mars", "april"] {
        let titles = ["A", "B", "C", "D"].into_iter();
        let lines: Vec<String> =
            titles.map(|n| format!("Protokoll {n} | {month} | {month}/{n} | | Nämnd {n} i {month}.")).collect();
        let answers = house.read("s", "2026-03-02", &lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(answers.iter().all(|one| one.1.is_none()), "{month}: {answers:?}");
    }
    // An address that is used again long after.
    let mut house = House::new();
    house.read("s", "2026-03-02", &["Ett | Vård | n/1"]);
    house.read("s", "2026-03-03", &["Två | Vård | n/2"]);
    assert_eq!(house.read("s", "2026-08-03", &["Tre | Vård | n/1"]), [(Unknown, None)]);
    // One report under a fixed title, in another category, is no page built anew.
    let mut house = House::new();
    house.read("s", "2026-03-02", &["Rapport | Vård | a", "Annat | Vård | b", "Mer | Vård | c"]);
    let page = ["Rapport | Trafik | d", "Annat | Vård | b", "Mer | Vård | c"];
    assert_eq!(house.read("s", "2026-03-09", &page)[0], (Unknown, None));
}
