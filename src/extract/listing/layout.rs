//! Takes a text apart into the blocks under its bullets: a title and the paragraphs below it.
//!
//! Wherever it can, a decision is taken from the first block that allows it, so that cutting off the end of a text does not
//! change how its beginning is read.

use std::collections::BTreeMap;

use crate::model::text::clean;

use super::lines::{Bullet, Kind, Line, ends_sentence, lines, starts_lower};

/// Bullets this much further in than the list's belong to a list inside an item.
const NESTED: usize = 2;
/// Lines that may stand above a list that has one bullet of the uncertain kind.
const HEADING: usize = 2;

/// What comes after a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Something that does not belong to it: the block is whole.
    Followed,
    /// The end of the text, after a line feed: its last line is whole.
    Line,
    /// The end of the text: its last line may be half.
    Open,
}

/// What stands under one bullet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// One line; empty when the bullet stands alone.
    pub(super) title: String,
    /// Paragraphs, each one line.
    pub(super) body: Vec<String>,
    pub(super) end: End,
}

/// A text taken apart.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) blocks: Vec<Block>,
    /// There were more blocks than were wanted.
    pub(super) more: bool,
    /// No bullet, and nothing but a word: a heading over an empty list.
    pub(super) bare_heading: bool,
}

/// Takes `text` apart into at most `max` blocks. Right below a title, a line that is a date stands for itself.
pub(super) fn read(text: &str, max: usize, is_date: &dyn Fn(&str) -> bool) -> Layout {
    let (lines, open) = lines(text);
    let Some(bullets) = List::find(&lines) else {
        let bare_heading = matches!(lines.as_slice(), [only] if only.text.chars().all(char::is_alphabetic));
        return Layout { blocks: Vec::new(), more: false, bare_heading };
    };
    let (mut groups, more) = bullets.groups(&lines, max);
    close_outside(&mut groups);
    // Blank lines inside the first item that has anything below its title say what blank lines mean.
    let spaced = groups.iter().find(|group| !group.lines.is_empty()).is_some_and(Group::has_gap);
    let last = if more { None } else { groups.last_mut() };
    let end = last.map_or(End::Followed, |group| {
        if !spaced {
            group.close_at_gap();
        }
        match (group.closed, open) {
            (true, _) => End::Followed,
            (false, true) => End::Open,
            (false, false) => End::Line,
        }
    });
    let count = groups.len();
    let blocks = groups.iter().enumerate().map(|(i, group)| {
        let (title, body) = group.paragraphs(spaced, is_date);
        Block { title, body, end: if i + 1 == count { end } else { End::Followed } }
    });
    Layout { blocks: blocks.collect(), more, bare_heading: false }
}

/// Which bullets are those of the items.
#[derive(Debug)]
struct List {
    kind: Kind,
    column: usize,
}

/// What is known of the bullets of one kind.
#[derive(Debug)]
struct Tally {
    /// The line of the first.
    first: usize,
    count: usize,
    /// Lines that end with a full stop.
    sentences: usize,
    column: usize,
}

impl List {
    /// The kind that stands furthest to the left; of equals the one that comes first.
    fn find(lines: &[Line<'_>]) -> Option<Self> {
        let under_heading = |tally: &Tally| {
            tally.first <= HEADING && !lines.iter().take(tally.first).any(|line| ends_sentence(line.text))
        };
        let usual = |(kind, tally): &(Kind, Tally)| match kind {
            Kind::Certain(_) => true,
            // Speech begins with a dash in many languages.
            Kind::Possible('–' | '—') if tally.sentences * 2 > tally.count => false,
            Kind::Possible(_) => tally.count > 1 || under_heading(tally),
            Kind::Number => tally.count > 1,
        };
        let rank = |(kind, tally): &(Kind, Tally)| {
            let handicap = if matches!(kind, Kind::Certain(_)) { 0 } else { NESTED };
            (tally.column + handicap, tally.first)
        };
        let (kind, tally) = tallies(lines).into_iter().filter(usual).min_by_key(rank)?;
        Some(Self { kind, column: tally.column })
    }

    /// The rest of the line when it begins an item.
    fn begins<'a>(&self, line: &Line<'a>, last_number: Option<usize>) -> Option<Bullet<'a>> {
        let bullet = line.bullet.filter(|bullet| bullet.kind == self.kind && line.column < self.column + NESTED)?;
        let in_order = last_number.is_none_or(|last| bullet.number == last + 1);
        (bullet.kind != Kind::Number || in_order).then_some(bullet)
    }

    /// The lines of at most `max` items, and whether there were more.
    fn groups<'l, 'a>(&self, lines: &'l [Line<'a>], max: usize) -> (Vec<Group<'l, 'a>>, bool) {
        let mut groups: Vec<Group<'l, 'a>> = Vec::new();
        let mut last_number = None;
        let mut indented = None;
        for line in lines {
            if let Some(bullet) = self.begins(line, last_number) {
                if groups.len() == max {
                    return (groups, true);
                }
                last_number = Some(bullet.number);
                groups.push(Group { title: bullet.rest, lines: Vec::new(), outside: None, closed: false });
            } else if let Some(group) = groups.last_mut() {
                // Where bodies are indented, what is not is a heading between items or the foot of the page.
                if *indented.get_or_insert(line.column > self.column) && line.after_blank && line.column <= self.column
                {
                    group.outside.get_or_insert(group.lines.len());
                }
                group.lines.push(line);
            }
        }
        (groups, false)
    }
}

fn tallies(lines: &[Line<'_>]) -> BTreeMap<Kind, Tally> {
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        let Some(bullet) = line.bullet else { continue };
        let column = line.column;
        let tally = tallies.entry(bullet.kind).or_insert(Tally { first: i, count: 0, sentences: 0, column });
        // A text that was trimmed has lost the indent of its first line.
        let trimmed = tally.first == 0 && tally.count == 1;
        tally.column = if trimmed { column } else { tally.column.min(column) };
        tally.count += 1;
        tally.sentences += usize::from(line.text.ends_with('.'));
    }
    tallies
}

/// Ends the groups where lines begin that are not indented, unless so many have them that indents mean nothing here.
fn close_outside(groups: &mut [Group<'_, '_>]) {
    let count = groups.iter().filter(|group| group.outside.is_some()).count();
    if groups.len() > 2 && count * 2 > groups.len() {
        return;
    }
    for group in groups {
        if let Some(outside) = group.outside {
            group.lines.truncate(outside);
            group.closed = true;
        }
    }
}

/// The lines under one bullet.
#[derive(Debug)]
struct Group<'l, 'a> {
    title: &'a str,
    lines: Vec<&'l Line<'a>>,
    /// The first line that is indented no more than the bullets.
    outside: Option<usize>,
    /// Something follows that does not belong to it.
    closed: bool,
}

impl Group<'_, '_> {
    fn has_gap(&self) -> bool {
        self.lines.iter().any(|line| line.after_blank)
    }

    /// Where no item has a blank line inside, one after the last item ends it.
    fn close_at_gap(&mut self) {
        if let Some(gap) = self.lines.iter().skip(1).position(|line| line.after_blank) {
            self.lines.truncate(gap + 1);
            self.closed = true;
        }
    }

    /// How many lines, from the first, are paragraphs of their own though no blank line parts them.
    fn tight(&self, spaced: bool) -> usize {
        if !spaced {
            return self.lines.len();
        }
        let run = self.lines.iter().take_while(|line| !line.after_blank);
        // A wrapped title goes on in the middle of a sentence and ends without a full stop.
        let is_text = self.lines.first().is_some_and(|line| !starts_lower(line.text))
            && run.clone().any(|line| line.text.ends_with('.'));
        if is_text { run.count() } else { 0 }
    }

    /// The title and the paragraphs below it.
    fn paragraphs(&self, spaced: bool, is_date: &dyn Fn(&str) -> bool) -> (String, Vec<String>) {
        let tight = self.tight(spaced);
        let mut parts = vec![self.title.to_owned()];
        let mut before = Before { text: self.title, in_title: true, in_list: false, date: false };
        for (i, line) in self.lines.iter().enumerate() {
            let date = before.in_title && !before.text.is_empty() && is_date(line.text);
            let opens = line.after_blank || date || before.date || self.opens(i, &before, i < tight);
            let untitled = before.in_title && parts.last().is_some_and(|title| title.trim().is_empty());
            match parts.last_mut() {
                Some(part) if !opens || untitled => {
                    part.push(' ');
                    part.push_str(line.text);
                }
                _ => parts.push(line.text.to_owned()),
            }
            let in_list = line.bullet.is_some() && opens;
            before = Before { text: line.text, in_title: parts.len() == 1, in_list, date };
        }
        let mut parts = parts.into_iter().map(|part| clean(&part));
        let title = parts.next().unwrap_or_default();
        (title, parts.filter(|part| !part.is_empty()).collect())
    }

    /// Whether a line begins a paragraph though no blank line stands above it.
    fn opens(&self, i: usize, before: &Before<'_>, tight: bool) -> bool {
        let Some(line) = self.lines.get(i) else { return false };
        let after_stop = ends_sentence(before.text);
        let may_be_names = i + 1 == self.lines.len() && !ends_sentence(line.text);
        if line.bullet.is_some() && (after_stop || before.in_list) {
            true
        } else if starts_lower(line.text) {
            false
        } else if tight {
            before.in_title || after_stop || may_be_names
        } else {
            !before.in_title && after_stop && may_be_names
        }
    }
}

/// The line before.
#[derive(Debug)]
struct Before<'a> {
    text: &'a str,
    in_title: bool,
    /// It begins an entry of a list inside the item.
    in_list: bool,
    date: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `title/paragraph/paragraph` of every block.
    fn shape(text: &str) -> Vec<String> {
        let blocks = read(text, 100, &|line| line.starts_with("2031")).blocks;
        blocks.into_iter().map(|b| [vec![b.title], b.body].concat().join("/")).collect()
    }

    #[test]
    fn bullets_of_every_kind_and_place() {
        let want = ["Ett/Text./Namn", "Två/Mer./Annat"];
        for mark in ["•", "‣", "◦", "-", "*", "–", "·", "+"] {
            for indent in ["", " ", "  ", "    ", "\t", "\u{A0}\u{A0}"] {
                let text = format!(
                    "Nyheter\n\n{indent}{mark} Ett\n\n{indent}  Text.\n\n{indent}  Namn\n{indent}{mark} Två\n\n{indent}  Mer.\n\n{indent}  Annat"
                );
                assert_eq!(shape(&text), want, "{text}");
                assert_eq!(shape(text.trim_start_matches("Nyheter").trim()), want, "trimmed {text}");
                assert_eq!(shape(&text.replace('\n', "\r\n")), want, "crlf {text}");
                assert_eq!(shape(&text.replace('\n', "\r")), want, "cr {text}");
                assert_eq!(shape(&text.replace("\n\n", "\n\u{A0}\n\n")), want, "doubled {text}");
            }
        }
        assert_eq!(shape("1. Ett\n\n  Text.\n\n  Namn\n2) Två\n\n  Mer.\n\n  Annat"), want);
        assert_eq!(shape("•Ett\n\nText.\n\nNamn\n•Två\n\nMer.\n\nAnnat"), want);
    }

    #[test]
    fn blank_lines_may_be_missing() {
        let want = ["Ett/Text./Namn", "Två/Mer./Annat"];
        assert_eq!(shape("• Ett\n  Text.\n  Namn\n• Två\n  Mer.\n  Annat"), want);
        assert_eq!(shape("• Ett\n\n  Text.\n  Namn\n• Två\n  Mer.\n\n  Annat"), want);
        assert_eq!(shape("• Ett\n\n  Text.\n\n  Namn\n• Två\n  Mer.\n  Annat"), want);
        assert_eq!(shape("• Ett\n  Text.\n  Namn\n• Två\n  Mer.\n  Annat\n\nFoten\n"), want);
    }

    #[test]
    fn wrapped_lines_join() {
        let text = "• En lång rubrik om Region\n  Stockholm\n\n  Text som är\n  Bruten i rader –\n  – mitt i.\n\n  Namn och\n  namn";
        assert_eq!(
            shape(text),
            ["En lång rubrik om Region Stockholm/Text som är Bruten i rader – – mitt i./Namn och namn"]
        );
    }

    #[test]
    fn a_date_below_the_title_stands_for_itself() {
        let want = ["Ett/2031-01-02/Text./Namn", "Två/2031-01-03/Namn"];
        assert_eq!(shape("• Ett\n  2031-01-02\n\n  Text.\n\n  Namn\n• Två\n  2031-01-03\n\n  Namn"), want);
        assert_eq!(shape("• Ett\n  2031-01-02\n  Text.\n  Namn\n• Två\n  2031-01-03\n  Namn"), want);
    }

    #[test]
    fn lists_inside_items_are_no_items() {
        assert_eq!(shape("• Ett\n\n  Så här:\n  - a\n  - b\n\n  Namn\n• Två"), ["Ett/Så här:/- a/- b/Namn", "Två"]);
        assert_eq!(shape("• Ett\n\n  • a\n\n  Namn\n• Två"), ["Ett/• a/Namn", "Två"]);
        assert_eq!(shape("1. Ett\n\n1998. Ett år\n\n3. Tre\n\n2. Två"), ["Ett/1998. Ett år/3. Tre", "Två"]);
    }

    #[test]
    fn what_stands_outside_is_left_out() {
        let text = "• Ett\n\n  Text.\n\nÄldre nyheter\n\n• Två\n\n  Mer.\n\nOm oss\n\nKontakt\n";
        assert_eq!(shape(text), ["Ett/Text.", "Två/Mer."]);
        let ragged = "• Ett\n\n  Text.\n\nNamn\n• Två\n\nMer.\n\nAnnat\n• Tre\n\n  Text.\n\nNamn";
        assert_eq!(shape(ragged), ["Ett/Text./Namn", "Två/Mer./Annat", "Tre/Text./Namn"]);
        assert_eq!(shape("En text.\n\nMer text.\n\nOch så.\n\n– Ett citat, säger hon.\n"), [""; 0]);
    }

    #[test]
    fn the_end_is_told() {
        let end = |text: &str| read(text, 100, &|line| line.starts_with("2031")).blocks.last().map(|b| b.end);
        assert_eq!(end("• Ett\n\n  Text"), Some(End::Open));
        assert_eq!(end("• Ett\n\n  Text\n \u{A0}"), Some(End::Line));
        assert_eq!(end("• Ett\n\n  Text\n\nFot"), Some(End::Followed));
        assert!(read("• a\n• b\n• c", 2, &|_| false).more);
        assert!(read("\u{FEFF}Nyheter\n", 2, &|_| false).bare_heading);
        assert!(!read("Åtkomst nekad\n", 2, &|_| false).bare_heading);
    }
}
