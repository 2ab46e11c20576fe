//! The keys of a table: what each may be, and what holds when it is left out.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::DeValue;

use super::document::Span;
use super::findings::Findings;
use super::kind::{Flaw, Kind, Said};
use super::reader::{Reader, report};

impl Reader<'_, '_> {
    /// A key that must be there.
    pub(super) fn required<T>(&mut self, name: &'static str, kind: &Kind<T>, meaning: &'static str) -> Option<T> {
        self.declare(name, "required".to_owned(), meaning);
        if self.get(name).is_none() {
            self.missing(name, kind.example.to_owned());
        }
        self.value(name, kind)
    }

    /// A key with a default.
    pub(super) fn or<T>(&mut self, name: &'static str, kind: &Kind<T>, default: T, meaning: &'static str) -> T {
        self.declare(name, format!("`{}`", (kind.show)(&default)), meaning);
        self.value(name, kind).unwrap_or(default)
    }

    /// A key that may be left out; `otherwise` says in words, or as TOML in backticks, what holds then.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        kind: &Kind<T>,
        otherwise: &str,
        meaning: &'static str,
    ) -> Option<T> {
        self.declare(name, otherwise.to_owned(), meaning);
        self.value(name, kind)
    }

    /// A list with a default.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        kind: &Kind<T>,
        default: Vec<T>,
        meaning: &'static str,
    ) -> Vec<T> {
        let shown: Vec<String> = default.iter().map(|value| (kind.show)(value)).collect();
        self.declare(name, format!("`[{}]`", shown.join(", ")), meaning);
        self.values(name, kind).map_or(default, without_places)
    }

    /// A list that may be left out and is empty then; each value with where it stands.
    pub(super) fn places<T>(&mut self, name: &'static str, kind: &Kind<T>, meaning: &'static str) -> Vec<(Span, T)> {
        self.declare(name, "`[]`".to_owned(), meaning);
        self.values(name, kind).unwrap_or_default()
    }

    /// A list that must be there and have something in it; each value with where it stands.
    pub(super) fn required_list<T>(
        &mut self,
        name: &'static str,
        kind: &Kind<T>,
        meaning: &'static str,
    ) -> Option<Vec<(Span, T)>> {
        self.declare(name, "required".to_owned(), meaning);
        if self.get(name).is_none() {
            self.missing(name, format!("[{}]", kind.example));
        }
        let values = self.values(name, kind)?;
        self.refuse_empty(name);
        Some(values)
    }

    /// One value or a list of them, that may be left out; see [`Reader::optional`].
    pub(super) fn some<T>(
        &mut self,
        name: &'static str,
        kind: &Kind<T>,
        otherwise: &str,
        meaning: &'static str,
    ) -> Option<Vec<T>> {
        self.declare(name, otherwise.to_owned(), meaning);
        if self.get(name)?.get_ref().is_array() {
            self.values(name, kind).map(without_places)
        } else {
            self.value(name, kind).map(|value| vec![value])
        }
    }

    /// Whether the value of a key is a table.
    pub(super) fn is_table(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.get_ref().is_table())
    }

    /// Tells of a list that is there and has nothing in it.
    pub(super) fn refuse_empty(&mut self, name: &str) {
        if self.get(name).and_then(|value| value.get_ref().as_array()).is_some_and(|list| list.is_empty()) {
            self.mistake(name, "is empty", None);
        }
    }

    /// A table with free names: where each name stands, and its value.
    pub(super) fn pairs<T>(
        &mut self,
        name: &'static str,
        kind: &Kind<T>,
        meaning: &'static str,
    ) -> (BTreeMap<String, Span>, BTreeMap<String, T>) {
        self.declare(name, "`{}`".to_owned(), meaning);
        let path = self.path_of(name);
        let mut places = BTreeMap::new();
        let mut pairs = BTreeMap::new();
        for (key, value) in self.table_at(name, &path).into_iter().flatten() {
            let name = key.get_ref().clone().into_owned();
            places.insert(name.clone(), key.span());
            pairs.extend(apply(self.findings(), kind, value, &path).map(|value| (name, value)));
        }
        (places, pairs)
    }

    fn value<T>(&mut self, name: &str, kind: &Kind<T>) -> Option<T> {
        let value = self.get(name)?;
        let path = self.path_of(name);
        apply(self.findings(), kind, value, &path)
    }

    fn values<T>(&mut self, name: &str, kind: &Kind<T>) -> Option<Vec<(Span, T)>> {
        let value = self.get(name)?;
        let path = self.path_of(name);
        let Some(list) = value.get_ref().as_array() else {
            let flaw = Flaw::wrong_type(value.get_ref()).hint(format!("such as `[{}]`", kind.example));
            report(self.findings(), &format!("a list, each element {}", kind.noun), value, &path, flaw);
            return None;
        };
        let mut shown = BTreeSet::new();
        let mut values = Vec::new();
        for element in list {
            let Some(value) = apply(self.findings(), kind, element, &path) else { continue };
            if shown.insert((kind.show)(&value)) {
                values.push((element.span(), value));
            } else {
                self.findings().mistake(Some(&element.span()), &format!("`{path}` names this twice"), None);
            }
        }
        Some(values)
    }
}

fn without_places<T>(values: Vec<(Span, T)>) -> Vec<T> {
    values.into_iter().map(|(_, value)| value).collect()
}

fn apply<T>(findings: &mut Findings<'_>, kind: &Kind<T>, value: &Spanned<DeValue<'_>>, path: &str) -> Option<T> {
    match (kind.read)(value.get_ref()) {
        Ok(read) => Some(read),
        Err(flaw) => {
            let bare = flaw.hint.is_none() && matches!(flaw.said, Said::ButIs(_)) && !kind.example.is_empty();
            let flaw = if bare { flaw.hint(format!("such as `{}`", kind.example)) } else { flaw };
            report(findings, &kind.noun, value, path, flaw);
            None
        }
    }
}
