//! The tables of words agree with themselves; what is written with them is read, and whatever else is written harms nothing.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use url::Url;

use super::super::fold::fold;
use super::super::lexicon::{self, Sense};
use super::super::words::LANGUAGES;
use super::super::{from_address, read};
use super::{NOW, read_at, stockholm};

#[test]
fn no_word_means_two_things_of_a_kind() {
    for language in &LANGUAGES {
        let mut months = HashMap::new();
        let mut weekdays = HashMap::new();
        let mut others = HashMap::new();
        for (sense, phrase) in lexicon::senses(language) {
            let word = fold(phrase.trim_start_matches('='));
            let kind = match sense {
                Sense::Month(_) => &mut months,
                Sense::Weekday { .. } => &mut weekdays,
                _ => &mut others,
            };
            if let Some(other) = kind.insert(word, sense) {
                panic!("{}: {phrase} is {other:?} and {sense:?}", language.tag);
            }
        }
        assert_eq!(language.months.split('|').count(), 12, "{}", language.tag);
        assert_eq!(language.weekdays.split('|').count(), 7, "{}", language.tag);
        assert_eq!(language.units.split('|').count(), 6, "{}", language.tag);
        assert!(["", "|||||"].contains(&&*language.bare.replace(|c| c != '|', "")), "{}", language.tag);
        assert_eq!(lexicon::language(language.tag), LANGUAGES.iter().position(|l| l.tag == language.tag));
    }
}

#[test]
fn no_word_means_two_months_in_two_languages() {
    let mut months = HashMap::new();
    for language in &LANGUAGES {
        for (sense, phrase) in lexicon::senses(language) {
            if let Sense::Month(month) = sense {
                let word = fold(phrase.trim_start_matches('='));
                assert_eq!(*months.entry(word).or_insert(month), month, "{}: {phrase}", language.tag);
            }
        }
    }
}

/// Every month, weekday and phrase of every language is found by its own spelling.
#[test]
fn every_word_of_the_tables_is_read() {
    for language in &LANGUAGES {
        for (sense, phrase) in lexicon::senses(language) {
            let phrase = phrase.trim_start_matches('=');
            let (text, expected) = match sense {
                Sense::Month(month) => (format!("5 {phrase} 2022"), format!("2022-{month:02}-05")),
                Sense::Weekday { day, .. } => {
                    let back = (2 - day).rem_euclid(7);
                    (format!("{phrase} 09:00"), format!("{}T08:00:00Z", date(2023, 1, 10 - back)))
                }
                Sense::DaysAgo(days) => {
                    (phrase.to_uppercase(), date(2023, 1, 10 - i8::try_from(days).unwrap()).to_string())
                }
                Sense::Now => (phrase.to_owned(), NOW.to_owned()),
                _ => continue,
            };
            assert_eq!(read_at(language.tag, &text, NOW), expected, "{}: {text}", language.tag);
        }
    }
}

/// How a day is written in a language, with the name of its month in the genitive where it has one.
fn written(language: &str, day: Date) -> Vec<String> {
    let (d, y) = (day.day(), day.year());
    let table = LANGUAGES.iter().find(|l| l.tag == language).unwrap();
    let month = usize::try_from(day.month() - 1).unwrap();
    let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap();
    let first = |words: &'static str, place: usize| words.split('|').nth(place).unwrap().split(' ').next().unwrap();
    let (name, weekday) = (first(table.months, month), first(table.weekdays, weekday));
    let mut all = vec![day.to_string(), day.strftime("%d.%m.%Y").to_string(), day.strftime("%Y%m%d").to_string()];
    all.extend(match language {
        "en" => {
            vec![format!("{name} {d}, {y}"), format!("{weekday} {d} {name} {y}"), day.strftime("%b %-d %Y").to_string()]
        }
        "fi" => vec![
            format!("{d}. {name}ta {y}"),
            format!("{weekday}na {d}. {name}ta {y}"),
            format!("{d}.{}.{y}", day.month()),
        ],
        "de" => {
            vec![format!("{d}. {name} {y}"), format!("{weekday}, {d}. {name} {y}"), format!("{d}.{}.{y}", day.month())]
        }
        _ => vec![
            format!("{d} {name} {y}"),
            format!("{weekday} den {d} {name} {y}"),
            day.strftime("%d/%m/%Y").to_string(),
        ],
    });
    all
}

#[test]
fn every_day_of_three_years_is_read_as_it_was_written() {
    let zone = stockholm();
    let now: Timestamp = "2024-12-31T12:00:00Z".parse().unwrap();
    for day in date(2022, 1, 1).series(jiff::Span::new().days(1)).take_while(|d| d.year() < 2025) {
        for language in ["sv", "en", "de", "fi"] {
            for text in written(language, day) {
                let found = read(&text, language, &zone, now).map(|d| d.to_string());
                assert_eq!(found, Some(day.to_string()), "{language}: {text}");
                let timed = format!("{text}, 14:05");
                let found = read(&timed, language, &zone, now).map(|d| d.to_string());
                let expected = day.at(14, 5, 0, 0).to_zoned(zone.clone()).unwrap().timestamp().to_string();
                assert_eq!(found, Some(expected), "{language}: {timed}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(text in any::<String>(), language in "[a-z]{0,3}") {
        let _ = read(&text, &language, &stockholm(), Timestamp::UNIX_EPOCH);
        let _ = read(&text, &language, &stockholm(), Timestamp::MAX);
        let _ = read(&text, &language, &stockholm(), Timestamp::MIN);
    }

    /// Texts of the parts that dates are made of.
    #[test]
    fn any_heap_of_parts_is_survived(
        parts in prop::collection::vec(prop::sample::select(vec![
            "20", "12", "2022", "31", "9", "99999999999999999999", "20221220", "093015", "dec", "maj", "Sun", "Tue",
            "i dag", "ago", "hours", "för", "sedan", "vor", "il y a", "kl", "T", "Z", "+", "-", ".", ":", "/", ",", " ", " ",
            "pm", "h", "GMT", "st", "de", "publicerad", "|", "'", "\u{0}", "é",
        ]), 0..14),
        language in prop::sample::select(vec!["sv", "en-US", "fr", "pl", ""]),
    ) {
        let now: Timestamp = NOW.parse().unwrap();
        if let Some(found) = read(&parts.concat(), language, &stockholm(), now) {
            let year: i32 = found.to_string().get(..4).unwrap().parse().unwrap();
            prop_assert!((1989..=2028).contains(&year), "{found}");
        }
    }

    #[test]
    fn any_address_is_survived(path in "[ -~]{0,40}") {
        if let Ok(url) = Url::parse(&format!("https://example.org/{path}")) {
            let _ = from_address(&url);
        }
    }

    #[test]
    fn any_instant_is_read_as_it_was_written(seconds in 946_684_800_i64..1_673_352_000, hours in -12_i8..=12) {
        let at = Timestamp::from_second(seconds).unwrap();
        let there = jiff::tz::Offset::from_hours(hours).unwrap().to_datetime(at);
        for format in ["%Y-%m-%dT%H:%M:%S", "%Y%m%dT%H%M%S", "%a, %d %b %Y %H:%M:%S ", "%A, %d-%b-%y %H:%M:%S "] {
            let sign = if hours < 0 { '-' } else { '+' };
            let text = format!("{}{sign}{:02}00", there.strftime(format), hours.abs());
            prop_assert_eq!(read_at("sv", &text, NOW), at.to_string(), "{}", text);
        }
    }
}
