//! Decides for each item which of its paragraphs are its summary, which its categories, and whether the page was cut off
//! inside it, by what the other items look like.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::Options;

use super::layout::End;
use super::lines::ends_sentence;
use super::names::{Likeness, Names, Reading};

/// Paragraphs of a page's foot.
const LONGEST_FOOT: usize = 30;

/// How an item's body is to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settled {
    /// A whole line, or the whole names of a line that was cut off.
    pub(super) categories: Vec<String>,
    /// Paragraphs, from the first, that are its summary.
    pub(super) summary: usize,
    pub(super) cut_off: bool,
}

/// What the whole items of a listing have in common. "Most" is more than half.
#[derive(Debug)]
pub(super) struct Evidence {
    names: Names,
    /// Items that this was gathered from.
    witnesses: usize,
    /// Of these, items with something below the title,
    bodied: usize,
    /// with more than one paragraph there,
    summarised: usize,
    /// that end in categories,
    named: usize,
    /// that end as a sentence does.
    sentences: usize,
    /// Items of one paragraph have categories there: most look it, and some name comes twice.
    alone: bool,
}

impl Evidence {
    /// Gathers evidence from the bodies of items that are whole.
    pub(super) fn gather<'a>(bodies: impl Iterator<Item = &'a [String]>, known: &[String], options: &Options) -> Self {
        let bodies: Vec<&[String]> = bodies.collect();
        let mut names = Names::new(known, options);
        learn_repeated(&mut names, &bodies);
        let tails: Vec<(usize, Reading)> =
            bodies.iter().filter_map(|body| Some((body.len(), names.read(body.last()?)))).collect();
        let alone = stand_alone(&tails);
        let is_named = |(len, reading): &&(usize, Reading)| match reading.likeness {
            Likeness::Known => true,
            Likeness::Likely => *len > 1 || alone,
            Likeness::Text => false,
        };
        let ends = |body: &&&[String]| body.last().is_some_and(|last| ends_sentence(last));
        let mut evidence = Self {
            names,
            witnesses: bodies.len(),
            bodied: tails.len(),
            summarised: tails.iter().filter(|(len, _)| *len > 1).count(),
            named: tails.iter().filter(is_named).count(),
            sentences: bodies.iter().filter(ends).count(),
            alone,
        };
        if evidence.categorised() {
            for name in tails.iter().filter(is_named).flat_map(|(_, reading)| &reading.pieces) {
                evidence.names.learn(name);
            }
        }
        evidence
    }

    fn most(&self, count: usize) -> bool {
        count * 2 > self.witnesses
    }

    /// Whether items end in categories. Where there are none to tell, they may.
    fn categorised(&self) -> bool {
        self.witnesses == 0 || self.most(self.named)
    }

    /// The names of a line.
    pub(super) fn pieces(&self, line: &str) -> Vec<String> {
        self.names.read(line).pieces
    }

    /// Reads the body of an item.
    pub(super) fn settle(&self, body: &[String], end: End) -> Settled {
        let Some((last, summary)) = body.split_last() else {
            return Settled {
                categories: Vec::new(),
                summary: 0,
                cut_off: end != End::Followed && self.most(self.bodied),
            };
        };
        let reading = self.names.read(last);
        if end != End::Followed
            && reading.likeness != Likeness::Known
            && let Some(settled) = self.before_foot(body)
        {
            return settled;
        }
        let is_whole = match (end, reading.likeness) {
            (_, Likeness::Text) => false,
            (End::Open, Likeness::Known) => !summary.is_empty() || !self.most(self.summarised),
            (End::Open, Likeness::Likely) => self.witnesses == 0 && !summary.is_empty() && !self.goes_on(&reading),
            (_, Likeness::Known) => true,
            (_, Likeness::Likely) => self.categorised() && (!summary.is_empty() || self.alone),
        };
        if is_whole {
            return Settled { categories: vec![last.clone()], summary: summary.len(), cut_off: false };
        }
        if end == End::Followed {
            return Settled { categories: Vec::new(), summary: body.len(), cut_off: false };
        }
        self.cut(body, &reading, end)
    }

    /// A line of known names with something below it that is none: the foot of the page.
    fn before_foot(&self, body: &[String]) -> Option<Settled> {
        let mut above = body.iter().enumerate().skip(1).rev().skip(1).take(LONGEST_FOOT);
        let is_known = |line: &str| self.names.read(line).likeness == Likeness::Known;
        let (at, line) = above.find(|(_, line)| self.categorised() && is_known(line))?;
        Some(Settled { categories: vec![line.clone()], summary: at, cut_off: false })
    }

    /// The last item of a page, which does not end as the others do.
    fn cut(&self, body: &[String], reading: &Reading, end: End) -> Settled {
        let half_line = end == End::Open && (body.len() > 1 || !self.most(self.summarised));
        let whole: Vec<String> = reading.pieces.iter().take_while(|name| self.names.knows(name)).cloned().collect();
        let half_name = !reading.pieces.is_empty()
            && (whole.len() + 1 == reading.pieces.len() && (!whole.is_empty() || self.goes_on(reading)));
        let likely = self.witnesses > 0 && self.categorised() && body.len() > 1 && reading.likeness == Likeness::Likely;
        if half_line && (half_name || likely) {
            return Settled { categories: whole, summary: body.len() - 1, cut_off: true };
        }
        let half_sentence = end == End::Open
            && self.sentences == self.witnesses
            && !body.last().is_some_and(|last| ends_sentence(last));
        let cut_off = self.witnesses > 0 && (self.categorised() || half_sentence);
        Settled { categories: Vec::new(), summary: body.len(), cut_off }
    }

    /// Whether the last name of a line is the beginning of a known one.
    fn goes_on(&self, reading: &Reading) -> bool {
        reading.pieces.last().is_some_and(|name| self.names.continues(name))
    }
}

/// Learns lines that end several items, whatever they look like.
fn learn_repeated(names: &mut Names, bodies: &[&[String]]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for body in bodies.iter().filter(|body| body.len() > 1) {
        if let Some(last) = body.last() {
            *counts.entry(last).or_default() += 1;
        }
    }
    for (line, _) in counts.into_iter().filter(|(_, count)| *count > 1) {
        if names.read(line).likeness == Likeness::Text && names.may_be_name(line) {
            names.learn(line);
        }
    }
}

/// Whether items of one paragraph have categories there, and not a short summary.
fn stand_alone(tails: &[(usize, Reading)]) -> bool {
    let alone: Vec<&Reading> = tails.iter().filter(|(len, _)| *len == 1).map(|(_, reading)| reading).collect();
    let likely: Vec<&Reading> = alone.iter().copied().filter(|reading| reading.likeness != Likeness::Text).collect();
    let names = || likely.iter().flat_map(|reading| &reading.pieces);
    likely.len() * 2 > alone.len() && names().collect::<BTreeSet<_>>().len() < names().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Vec<String> {
        text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Categories, paragraphs of summary, cut off.
    fn settle(others: &[&str], known: &[&str], text: &str, end: End) -> (String, usize, bool) {
        let others: Vec<Vec<String>> = others.iter().map(|other| body(other)).collect();
        let known: Vec<String> = known.iter().map(|&name| name.to_owned()).collect();
        let evidence = Evidence::gather(others.iter().map(Vec::as_slice), &known, &Options::default());
        let settled = evidence.settle(&body(text), end);
        (settled.categories.join("+"), settled.summary, settled.cut_off)
    }

    #[test]
    fn the_last_item_is_held_against_the_others() {
        let others = ["Text./Kultur", "Text./Hälso- och sjukvårdStöd"];
        for (text, end, want) in [
            ("Text./KulturStöd", End::Open, ("KulturStöd", 1, false)),
            ("Text./KulturHälso- och sj", End::Open, ("Kultur", 1, true)),
            ("Text./KulturH", End::Open, ("Kultur", 1, true)),
            ("Text./Hälso- och sj", End::Open, ("", 1, true)),
            ("Text./Trafik", End::Open, ("", 1, true)),
            ("Text./Trafik", End::Line, ("Trafik", 1, false)),
            ("Text./Trafik", End::Followed, ("Trafik", 1, false)),
            ("Text som går", End::Open, ("", 1, true)),
            ("Text.", End::Line, ("", 1, true)),
            ("Text.", End::Followed, ("", 1, false)),
            ("", End::Line, ("", 0, true)),
            ("", End::Followed, ("", 0, false)),
            ("Kultur", End::Open, ("", 1, true)),
            ("Kultur", End::Line, ("Kultur", 0, false)),
            ("Se vår nya film", End::Followed, ("", 1, false)),
            ("Text./Kultur/Om webbplatsen/Kontakta oss", End::Line, ("Kultur", 1, false)),
        ] {
            let got = settle(&others, &[], text, end);
            assert_eq!((got.0.as_str(), got.1, got.2), want, "{text} {end:?}");
        }
    }

    #[test]
    fn a_sentence_is_no_category() {
        let plain = ["Text ett.", "Text två./Mer text.", "Text tre."];
        assert_eq!(settle(&plain, &[], "Text./Se vår film", End::Followed), (String::new(), 2, false));
        assert_eq!(settle(&plain, &[], "Text som", End::Open), (String::new(), 1, true));
        assert_eq!(settle(&plain, &[], "Text.", End::Open), (String::new(), 1, false));
        assert_eq!(settle(&["Kort text", "Annan text"], &[], "Tredje text", End::Followed), (String::new(), 1, false));
        assert_eq!(
            settle(&["Kultur", "Stöd", "Kultur"], &[], "Trafik", End::Followed),
            ("Trafik".to_owned(), 0, false)
        );
    }

    #[test]
    fn an_only_item_is_believed() {
        assert_eq!(settle(&[], &[], "Text./Kultur", End::Open), ("Kultur".to_owned(), 1, false));
        assert_eq!(settle(&[], &["Kultur"], "Text./Kul", End::Open), (String::new(), 1, true));
        assert_eq!(settle(&[], &["Kultur"], "Kultur", End::Open), ("Kultur".to_owned(), 0, false));
        assert_eq!(settle(&[], &[], "Text.", End::Open), (String::new(), 1, false));
    }

    #[test]
    fn a_long_name_is_learnt_by_its_return() {
        let name = "Stöd till organisationer som arbetar med kultur och fritid";
        let others = [format!("Text./{name}"), format!("Text./{name}")];
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        assert_eq!(settle(&others, &[], &format!("Text./{name}"), End::Open), (name.to_owned(), 1, false));
    }
}
