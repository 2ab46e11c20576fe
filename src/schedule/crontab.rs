//! The line: five fields or a nickname, as `man 5 crontab` defines them.

use super::clock::Pace;
use super::error::Fault;
use super::field::{FIELDS, Field, Located, Values};

/// Nicknames and the fields they stand for. `@reboot` is none of them: it names no time.
pub(super) const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// The five fields, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crontab {
    pub(super) minute: Values,
    pub(super) hour: Values,
    pub(super) day_of_month: Values,
    pub(super) month: Values,
    pub(super) day_of_week: Values,
}

impl Crontab {
    pub(super) fn parse(text: &str) -> Result<Self, Located> {
        let words: Vec<(usize, &str)> = words(text).collect();
        if let Some(&(offset, nickname)) = words.first()
            && nickname.starts_with('@')
        {
            return Self::from_nickname(offset, nickname, words.get(1).copied());
        }
        let &[minute, hour, day_of_month, month, day_of_week] = words.as_slice() else {
            return Err(miscounted(text, &words));
        };
        let read = |field: &'static Field, (offset, word): (usize, &str)| field.parse(word, offset);
        let [m, h, dom, mon, dow] = FIELDS;
        let crontab = Self {
            minute: read(m, minute)?,
            hour: read(h, hour)?,
            day_of_month: read(dom, day_of_month)?,
            month: read(mon, month)?,
            day_of_week: read(dow, day_of_week)?,
        };
        crontab.never().map_or(Ok(crontab), |fault| Err((day_of_month.0, fault)))
    }

    fn from_nickname(offset: usize, nickname: &str, next: Option<(usize, &str)>) -> Result<Self, Located> {
        let Some((_, fields)) = NICKNAMES.iter().find(|(name, _)| nickname.eq_ignore_ascii_case(name)) else {
            let reboot = nickname.eq_ignore_ascii_case("@reboot");
            let unknown = || Fault::UnknownNickname { word: nickname.to_owned() };
            return Err((offset, if reboot { Fault::Reboot } else { unknown() }));
        };
        match next {
            Some((offset, word)) => Err((offset, Fault::Trailing { word: word.to_owned(), after: "a nickname" })),
            None => Self::parse(fields),
        }
    }

    /// Whether one matching day field is enough: neither begins with `*`. Otherwise both must match.
    pub(super) fn either_day(&self) -> bool {
        !self.day_of_month.star && !self.day_of_week.star
    }

    /// What a change of the clock does to the job.
    pub(super) fn pace(&self) -> Pace {
        if self.minute.star || self.hour.star { Pace::RealTime } else { Pace::FixedTime }
    }

    /// The day that no year has, when there is no other. Every day that exists falls on every day of the week.
    fn never(&self) -> Option<Fault> {
        let day = self.day_of_month.set.iter().next()?;
        let longest = self.month.set.iter().map(longest).max()?;
        let never = day > longest && !self.either_day();
        never.then(|| Fault::Never { day, months: self.month.set.iter().collect() })
    }
}

/// The most days that a month can have.
fn longest(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The words of the line, each with the byte at which it begins. Blanks and tabs separate them, nothing else does.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split([' ', '\t'])
        .map(move |word| {
            let offset = next;
            next += word.len() + 1;
            (offset, word)
        })
        .filter(|(_, word)| !word.is_empty())
}

/// Why it is not five words, and where.
fn miscounted(text: &str, words: &[(usize, &str)]) -> Located {
    let count = words.len();
    let Some(&(sixth, word)) = words.get(FIELDS.len()) else {
        return (text.trim_end_matches([' ', '\t']).len(), Fault::TooFew { count });
    };
    let like_a_field = |word: &str| word.starts_with(|c: char| c == '*' || c == '?' || c.is_ascii_digit());
    let last = words.last().is_some_and(|(_, word)| like_a_field(word) || names_day(word));
    if count <= FIELDS.len() + 2 && last && words.iter().take(3).all(|(_, word)| like_a_field(word)) {
        return (words.first().map_or(0, |(offset, _)| *offset), Fault::TooMany { count });
    }
    (sixth, Fault::Trailing { word: word.to_owned(), after: "the five fields" })
}

fn names_day(word: &str) -> bool {
    FIELDS.last().is_some_and(|field| field.parse(word, 0).is_ok())
}
