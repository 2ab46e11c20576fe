//! What is wrong with a line, where, and what to write instead.

use std::fmt;

use super::crontab::NICKNAMES;
use super::field::{FIELDS, Field};

/// How many letters may be wrong in a name that is still recognised.
const TYPOS: usize = 2;

/// A text that is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleError {
    text: String,
    column: usize,
    fault: Fault,
}

impl ScheduleError {
    /// `offset` counts bytes from 0.
    pub(super) fn new(text: &str, offset: usize, fault: Fault) -> Self {
        let column = 1 + text.char_indices().take_while(|(at, _)| *at < offset).count();
        Self { text: text.to_owned(), column, fault }
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in the text, in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong and what to do, in one sentence, without text and column.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.fault.to_string()
    }
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, column, fault } = self;
        write!(f, "schedule `{}`, column {column}: {fault}", text.escape_debug())
    }
}

impl std::error::Error for ScheduleError {}

/// What can be wrong. `word`, `range` and `start` are parts of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooFew { count: usize },
    TooMany { count: usize },
    Trailing { word: String, after: &'static str },
    Reboot,
    UnknownNickname { word: String },
    EmptyElement { field: &'static Field },
    NotAValue { field: &'static Field, word: String },
    OutOfRange { field: &'static Field, word: String },
    OpenRange { field: &'static Field, range: String },
    Backwards { field: &'static Field, range: String, instead: String },
    StepWithoutRange { field: &'static Field, start: String, step: u32 },
    ZeroStep { field: &'static Field },
    BadStep { field: &'static Field, word: String },
    Never { day: u32, months: Vec<u32> },
    Calendar(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { count } => too_few(f, *count),
            Self::TooMany { count: 6 } => f.write_str("six fields: crontab(5) has five; leave out the seconds"),
            Self::TooMany { .. } => {
                f.write_str("seven fields: crontab(5) has five; leave out the seconds and the year")
            }
            Self::Trailing { word, after } => {
                write!(f, "`{}`: nothing follows {after}, neither user nor command", word.escape_debug())
            }
            Self::Reboot => f.write_str("`@reboot` names no time: write one, such as `@hourly`"),
            Self::UnknownNickname { word } => unknown_nickname(f, word),
            Self::EmptyElement { field } => write!(f, "{}: an element of the list is empty", field.name),
            Self::NotAValue { field, word } => not_a_value(f, field, word),
            Self::OutOfRange { field: Field { name, low, high, .. }, word } => {
                write!(f, "{name} {word} is out of {low}-{high}")
            }
            Self::OpenRange { field, range } => {
                let range = range.escape_debug();
                write!(f, "{} `{range}`: a range needs a value on each side of the hyphen", field.name)
            }
            Self::Backwards { field, range, instead } => {
                write!(f, "{} `{range}` runs backwards: write `{instead}`", field.name)
            }
            Self::StepWithoutRange { field, start, step } => {
                let Field { name, high, .. } = field;
                write!(f, "{name} `{start}/{step}`: a step needs a range; write `{start}-{high}/{step}`")
            }
            Self::ZeroStep { field } => write!(f, "{} step 0: the smallest step is 1", field.name),
            Self::BadStep { field, word } => write!(f, "{} step `{}` is not a number", field.name, word.escape_debug()),
            Self::Never { day, months } => never(f, *day, months),
            Self::Calendar(error) => write!(f, "the calendar refuses it: {}", error.trim()),
        }
    }
}

fn too_few(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    let number = ["no fields", "one field", "two fields", "three fields"].get(count).unwrap_or(&"four fields");
    let missing: Vec<&str> = FIELDS.iter().skip(count).map(|field| field.name).collect();
    write!(f, "{number}: crontab(5) has five; {} missing", and_are(&missing))
}

/// `month and day of week are`.
fn and_are(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => format!("{only} is"),
        [most @ .., last] => format!("{} and {last} are", most.join(", ")),
    }
}

fn unknown_nickname(f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
    let names = NICKNAMES.map(|(name, _)| name);
    match nearest(word, &names) {
        Some(name) => write!(f, "`{}`: did you mean `{name}`?", word.escape_debug()),
        None => write!(f, "`{}` is none of {}", word.escape_debug(), names.join(", ")),
    }
}

fn not_a_value(f: &mut fmt::Formatter<'_>, field: &Field, word: &str) -> fmt::Result {
    let Field { name, names, .. } = field;
    write!(f, "{name} `{}`", word.escape_debug())?;
    if word == "?" {
        return f.write_str(": crontab(5) has no `?`; write `*`");
    }
    if word.starts_with('*') {
        return f.write_str(": after `*` comes a step or nothing, as in `*/5`");
    }
    let owner = FIELDS.iter().find(|other| other.names.iter().any(|known| word.eq_ignore_ascii_case(known)));
    if let Some(Field { name, place, .. }) = owner {
        return write!(f, " is a {name}: that is the {place} field");
    }
    if let Some(nearest) = nearest(word, names) {
        return write!(f, ": did you mean `{nearest}`?");
    }
    f.write_str(" is not a number")?;
    if !names.is_empty() {
        write!(f, ", nor one of {}", names.join(", "))?;
    }
    let quartz = |c: char| c.is_ascii_digit() || matches!(c, 'L' | 'W' | '#');
    if word.contains(['L', 'W', '#']) && word.chars().all(quartz) {
        f.write_str("; crontab(5) has no `L`, `W` or `#`")?;
    }
    Ok(())
}

/// The known name that is meant: a longer word that begins with it (`monday`), or one with few letters wrong.
fn nearest<'a>(word: &str, names: &[&'a str]) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    if !word.chars().any(char::is_alphabetic) || word.len() > 20 {
        return None;
    }
    if let Some(name) = names.iter().find(|name| word.starts_with(*name)) {
        return Some(name);
    }
    let tolerated = |name: &str| TYPOS.min(name.len() / 3);
    let distances = names.iter().map(|name| (strsim::osa_distance(&word, name), *name));
    distances.filter(|(distance, name)| *distance <= tolerated(name)).min().map(|(_, name)| name)
}

fn never(f: &mut fmt::Formatter<'_>, day: u32, months: &[u32]) -> fmt::Result {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let names: Vec<&str> = (1..).zip(NAMES).filter(|(month, _)| months.contains(month)).map(|(_, name)| name).collect();
    write!(f, "never: {day} {} does not exist", names.join(" or "))
}
