//! What a value may be: how it is read, and how it is written.

use std::ops::RangeInclusive;

use toml::de::DeValue;

type Read<T> = Box<dyn Fn(&DeValue<'_>) -> Result<T, Flaw>>;

/// A kind of value.
pub(super) struct Kind<T> {
    /// What it is, after "must be".
    pub(super) noun: String,
    /// One such value, as TOML.
    pub(super) example: &'static str,
    /// Reads one.
    pub(super) read: Read<T>,
    /// Writes one, as TOML.
    pub(super) show: fn(&T) -> String,
}

impl<T> Kind<T> {
    /// Any kind.
    pub(super) fn new(
        noun: impl Into<String>,
        example: &'static str,
        read: impl Fn(&DeValue<'_>) -> Result<T, Flaw> + 'static,
        show: fn(&T) -> String,
    ) -> Self {
        Self { noun: noun.into(), example, read: Box::new(read), show }
    }

    /// A kind that is written as a string.
    pub(super) fn text(
        noun: impl Into<String>,
        example: &'static str,
        read: impl Fn(&str) -> Result<T, Flaw> + 'static,
        show: fn(&T) -> String,
    ) -> Self {
        let read = move |value: &DeValue<'_>| value.as_str().ok_or_else(|| Flaw::wrong_type(value)).and_then(&read);
        Self::new(noun, example, read, show)
    }
}

/// Why a value is not of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) said: Said,
    /// How many characters of the string stand before the word that is wrong.
    pub(super) skip: Option<usize>,
    pub(super) hint: Option<String>,
}

/// The reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It must be of its kind, but is this.
    ButIs(String),
    /// The whole reason.
    Because(String),
}

impl Flaw {
    /// It is this, which is not of the kind.
    pub(super) fn but_is(what: impl Into<String>) -> Self {
        Self { said: Said::ButIs(what.into()), skip: None, hint: None }
    }

    /// It is of another type.
    pub(super) fn wrong_type(value: &DeValue<'_>) -> Self {
        Self::but_is(match value {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "`true` or `false`",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        })
    }

    /// For this reason.
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self { said: Said::Because(reason.into()), skip: None, hint: None }
    }

    /// The word that is wrong begins after so many characters.
    pub(super) fn at(self, skip: usize) -> Self {
        Self { skip: Some(skip), ..self }
    }

    /// With what to do about it.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A string as TOML.
pub(super) fn quoted(text: impl AsRef<str>) -> String {
    let escaped: String =
        text.as_ref().chars().flat_map(|c| if matches!(c, '"' | '\\') { vec!['\\', c] } else { vec![c] }).collect();
    format!("\"{escaped}\"")
}

/// The value, if it is within the range.
pub(super) fn within<T: PartialOrd>(range: &RangeInclusive<T>, value: T, show: fn(&T) -> String) -> Result<T, Flaw> {
    if range.contains(&value) { Ok(value) } else { Err(Flaw::but_is(show(&value))) }
}
