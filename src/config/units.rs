//! Numbers, durations and sizes.

use std::ops::RangeInclusive;
use std::time::Duration;

use toml::de::DeValue;

use super::kind::{Flaw, Kind, quoted, within};

/// A unit and how many of the smallest it is. The first four are those to write with, from small to large.
type Unit = (&'static str, u64);

/// Of a duration, in milliseconds. No `m`: it is a minute to some and a month to others.
const DURATIONS: [Unit; 6] =
    [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000), ("day", 86_400_000), ("days", 86_400_000)];

/// Of a size, in bytes.
const SIZES: [Unit; 6] =
    [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000)];

/// A whole number within a range.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> Kind<T>
where
    T: TryFrom<u128> + PartialOrd + ToString + 'static,
{
    let noun = format!("a whole number from {} to {}", range.start().to_string(), range.end().to_string());
    let read = move |value: &DeValue<'_>| {
        let DeValue::Integer(integer) = value else { return Err(not_whole(value)) };
        let outside = || Flaw::but_is(integer.to_string());
        let number = u128::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| outside())?;
        within(&range, T::try_from(number).map_err(|_| outside())?, T::to_string)
    };
    Kind::new(noun, "", read, T::to_string)
}

fn not_whole(value: &DeValue<'_>) -> Flaw {
    let flaw = Flaw::wrong_type(value);
    match value.as_str() {
        Some(digits) if digits.chars().all(|c| c.is_ascii_digit()) => flaw.hint("write it without the quotes"),
        _ => flaw,
    }
}

/// A duration within a range, such as `"30s"`.
pub(super) fn duration(range: RangeInclusive<Duration>) -> Kind<Duration> {
    let noun = format!("a duration from {} to {}", show_duration(range.start()), show_duration(range.end()));
    let example = match range.start().as_secs() {
        0..=30 => "\"30s\"",
        31..=3600 => "\"1h\"",
        _ => "\"1 day\"",
    };
    let read = move |text: &str| within(&range, Duration::from_millis(quantity(text, &DURATIONS)?), show_duration);
    Kind::text(noun, example, read, |duration| quoted(show_duration(duration)))
}

/// A number of bytes within a range, such as `"5MiB"`; or as a whole number.
pub(super) fn size(range: RangeInclusive<usize>) -> Kind<usize> {
    let noun = format!("a size from {} to {}", show_size(*range.start()), show_size(*range.end()));
    let example = if range.contains(&(5 << 20)) { "\"5MiB\"" } else { "\"64KiB\"" };
    let number = whole(range.clone());
    let read = move |value: &DeValue<'_>| match value {
        DeValue::String(text) => {
            let bytes = usize::try_from(quantity(text, &SIZES)?).unwrap_or(usize::MAX);
            within(&range, bytes, |bytes| show_size(*bytes))
        }
        DeValue::Integer(_) => (number.read)(value),
        _ => Err(Flaw::wrong_type(value)),
    };
    Kind::new(noun, example, read, |bytes| quoted(show_size(*bytes)))
}

/// Yes or no.
pub(super) fn flag() -> Kind<bool> {
    let read = |value: &DeValue<'_>| value.as_bool().ok_or_else(|| Flaw::wrong_type(value));
    Kind::new("`true` or `false`", "true", read, bool::to_string)
}

/// A number with its unit, in the smallest unit.
fn quantity(text: &str, units: &[Unit]) -> Result<u64, Flaw> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.strip_suffix(unit).unwrap_or_default();
    let Some((_, factor)) = units.iter().find(|(name, _)| *name == unit.trim()) else {
        let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
        return Err(Flaw::but_is(quoted(text)).hint(format!("a whole number with one of {}", names.join(", "))));
    };
    let number: u64 = number.parse().map_err(|_| Flaw::but_is(quoted(text)))?;
    Ok(number.saturating_mul(*factor))
}

/// In the largest unit that leaves no rest.
fn show(amount: u64, units: &[Unit]) -> String {
    let fits = |(_, factor): &&Unit| amount >= *factor && amount.is_multiple_of(*factor);
    let (name, factor) = units.iter().rev().find(fits).copied().unwrap_or_default();
    format!("{}{name}", amount.checked_div(factor).unwrap_or(amount))
}

fn show_duration(duration: &Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    match (duration.as_secs() / DAY, duration.as_secs() % DAY, duration.subsec_millis()) {
        (0, 0, 0) => "0s".to_owned(),
        (1, 0, 0) => "1 day".to_owned(),
        (days, 0, 0) if days > 0 => format!("{days} days"),
        _ => show(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), DURATIONS.get(..4).unwrap_or_default()),
    }
}

fn show_size(bytes: usize) -> String {
    show(u64::try_from(bytes).unwrap_or(u64::MAX), SIZES.get(..4).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(kind: &Kind<T>, toml: &str) -> Result<T, Flaw> {
        (kind.read)(DeValue::parse(toml).unwrap().get_ref())
    }

    #[test]
    fn durations() {
        let kind = duration(Duration::from_millis(100)..=Duration::from_hours(24 * 90));
        for (text, millis, shown) in [
            ("\"30s\"", 30_000, "\"30s\""),
            ("\"1500ms\"", 1500, "\"1500ms\""),
            ("\"5 min\"", 300_000, "\"5min\""),
            ("\"24h\"", 86_400_000, "\"1 day\""),
            ("\"60days\"", 5_184_000_000, "\"60 days\""),
            ("\"36h\"", 129_600_000, "\"36h\""),
        ] {
            let duration = read(&kind, text).unwrap();
            assert_eq!(duration, Duration::from_millis(millis), "{text}");
            assert_eq!((kind.show)(&duration), shown);
            assert_eq!(read(&kind, shown), Ok(duration));
        }
        for text in [
            "\"\"",
            "\"s\"",
            "\"5\"",
            "\"5m\"",
            "\"-5s\"",
            "\"1.5h\"",
            "\"99999999999999999999s\"",
            "\"1ms\"",
            "\"18446744073709551615days\"",
            "30",
            "\"3\u{0663}s\"",
        ] {
            assert!(read(&kind, text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        let kind = size(1024..=1 << 30);
        for (text, bytes, shown) in [
            ("\"5MiB\"", 5 << 20, "\"5MiB\""),
            ("\"64 KiB\"", 65_536, "\"64KiB\""),
            ("\"2MB\"", 2_000_000, "\"2000000B\""),
            ("65536", 65_536, "\"64KiB\""),
            ("0x1_0000", 65_536, "\"64KiB\""),
        ] {
            let size = read(&kind, text).unwrap();
            assert_eq!((size, (kind.show)(&size).as_str()), (bytes, shown), "{text}");
        }
        for text in ["1023", "-1", "\"5 mib\"", "\"2GiB\"", "1.5", "99999999999999999999999999999999999999999"] {
            assert!(read(&kind, text).is_err(), "{text}");
        }
    }

    #[test]
    fn whole_numbers() {
        let kind = whole(1_u16..=1000);
        assert_eq!(kind.noun, "a whole number from 1 to 1000");
        assert_eq!(read(&kind, "1_000"), Ok(1000));
        for (text, is) in [("0", "0"), ("-4", "-4"), ("70000", "70000"), ("\"9\"", "text"), ("0xFFFF", "65535")] {
            let flaw = read(&kind, text).unwrap_err();
            assert!(matches!(&flaw.said, crate::config::kind::Said::ButIs(what) if what == is), "{text}: {flaw:?}");
        }
    }
}
