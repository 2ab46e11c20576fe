//! What was probably meant.

/// Words longer than this are not typing mistakes.
const LONGEST: usize = 60;

/// The name that a word was probably meant to be: at most every third letter differs, case aside.
pub(super) fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let distances = names.into_iter().map(|name| (distance(name), name));
    let near = distances.filter(|(distance, name)| *distance <= (length.max(name.chars().count()) / 3).max(1));
    near.min().map(|(_, name)| name)
}

/// The time zone that was probably meant, by its whole name or by its city alone.
pub(super) fn nearest_zone(word: &str) -> Option<String> {
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    if let Some(name) = nearest(word, names.iter().map(String::as_str)) {
        return Some(name.to_owned());
    }
    let city = nearest(city(word), names.iter().map(|name| city(name)))?;
    names.iter().find(|name| self::city(name) == city).cloned()
}

fn city(zone: &str) -> &str {
    zone.rsplit('/').next().unwrap_or(zone)
}

/// `did you mean …?`, ready to be a hint.
pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_near_enough() {
        let names = ["title", "link", "base_url", "language", "time_zone", "id"];
        for (word, meant) in [
            ("titel", Some("title")),
            ("Link", Some("link")),
            ("baseurl", Some("base_url")),
            ("timezone", Some("time_zone")),
            ("kategorier", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), names), None);
    }

    #[test]
    fn zones_are_found_by_city() {
        for word in ["Europe/Stokholm", "Stockholm", "europe/stockholm ", "Sweden/Stockholm"] {
            assert_eq!(nearest_zone(word).as_deref(), Some("Europe/Stockholm"), "{word}");
        }
    }
}
