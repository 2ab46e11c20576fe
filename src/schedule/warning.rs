//! What is legal in crontab(5) and seldom meant.

use super::crontab::{Crontab, words};
use super::field::{DAY_OF_MONTH, DAY_OF_WEEK, Field, HOUR, MINUTE, Values};

/// The first thing worth saying about a line, if any.
pub(super) fn of(text: &str, crontab: &Crontab) -> Option<String> {
    let words: Vec<&str> = words(text).map(|(_, word)| word).collect();
    // A nickname means what it says.
    let &[minute, hour, day_of_month, _, day_of_week] = words.as_slice() else { return None };
    let days = [
        Day { field: &DAY_OF_MONTH, word: day_of_month, values: crontab.day_of_month },
        Day { field: &DAY_OF_WEEK, word: day_of_week, values: crontab.day_of_week },
    ];
    let [of_month, of_week] = &days;
    both_days(of_month, of_week)
        .or_else(|| both_days(of_week, of_month))
        .or_else(|| idle_day(of_month, of_week))
        .or_else(|| idle_day(of_week, of_month))
        .or_else(|| uneven(&MINUTE, minute, crontab.minute, ("hour", "minutes")))
        .or_else(|| uneven(&HOUR, hour, crontab.hour, ("day", "hours")))
}

struct Day<'a> {
    field: &'static Field,
    word: &'a str,
    values: Values,
}

/// `*/2` beside a restricted day field: it begins with `*`, so both must match.
fn both_days(star: &Day<'_>, other: &Day<'_>) -> Option<String> {
    if !star.values.star || star.values.full || other.values.full {
        return None;
    }
    let Field { name, low, high, .. } = star.field;
    let either = star.word.replacen('*', &format!("{low}-{high}"), 1);
    Some(format!(
        "{name} `{}` begins with `*`, so a day must match it and {} `{}` as well; for a day that matches either, \
         write `{either}`",
        star.word, other.field.name, other.word
    ))
}

/// `1-31` beside a restricted day field: either is enough, so the other one changes nothing.
fn idle_day(full: &Day<'_>, other: &Day<'_>) -> Option<String> {
    if full.values.star || !full.values.full || other.values.star || other.values.full {
        return None;
    }
    Some(format!(
        "{} `{}` matches every day, and either day field is enough, so {} `{}` changes nothing; for those days alone, \
         write `*`",
        full.field.name, full.word, other.field.name, other.word
    ))
}

/// `*/45`: the count begins anew with every hour.
fn uneven(field: &Field, word: &str, values: Values, (round, unit): (&str, &str)) -> Option<String> {
    let step: u32 = word.strip_prefix("*/")?.parse().ok()?;
    let size = field.high + 1;
    let last = values.set.iter().last()?;
    let rest = size.checked_sub(last)?;
    (rest != step).then(|| {
        let name = field.name;
        format!(
            "{name} `{word}` begins anew every {round}: from {name} {last} to the next {name} 0 it is {rest} {unit}, not {step}"
        )
    })
}
