//! Which of the dates of a text counts.

use super::Reader;
use super::lexicon::Sense;
use crate::model::PageDate;

/// Words between a label and its date.
const LABEL_REACH: usize = 6;

/// What a text calls a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Published,
    Updated,
}

/// What has the form of a date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) start: usize,
    pub(super) end: usize,
    /// `None` if there is no such date.
    pub(super) date: Option<PageDate>,
    /// A word such as "today" without a time: any other date of the field is more likely meant.
    pub(super) weak: bool,
    pub(super) label: Option<Label>,
}

impl Candidate {
    /// Whether the word at a place is part of it.
    pub(super) fn covers(&self, at: usize) -> bool {
        (self.start..self.end).contains(&at)
    }
}

impl Reader<'_> {
    /// All that looks like a date, in the order of the text.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        let mut at = 0;
        while at < self.text.len() {
            let Some(mut candidate) = self.candidate_at(at).filter(|c| c.end <= self.text.whole) else {
                at += 1;
                continue;
            };
            at = candidate.end;
            let after = found.last().map_or(0, |last| last.end);
            candidate.label = self.label(after, candidate.start);
            // "Today, 20 December": the second says it better.
            if let Some(last) = found.pop_if(|last| last.weak && self.only_marks(last.end, candidate.start)) {
                candidate.label = candidate.label.or(last.label);
            }
            found.push(candidate);
        }
        found
    }

    /// The longest match at a place.
    fn candidate_at(&self, at: usize) -> Option<Candidate> {
        let matches = [self.dated(at), self.timed_first(at), self.said(at), self.weekday(at)];
        matches.into_iter().flatten().max_by_key(|c| c.end)
    }

    /// The label nearest before a date, none beyond a mark that parts them.
    fn label(&self, after: usize, start: usize) -> Option<Label> {
        for at in (after.max(start.saturating_sub(LABEL_REACH))..start).rev() {
            if matches!(self.text.mark(at), Some(',' | ';' | '|' | '·' | '•' | ')' | '/')) {
                return None;
            }
            if let Some(label) = self.label_at(at) {
                return Some(label);
            }
        }
        None
    }

    pub(super) fn label_at(&self, at: usize) -> Option<Label> {
        self.senses(at).find_map(|entry| match entry.sense {
            Sense::Published => Some(Label::Published),
            Sense::Updated => Some(Label::Updated),
            _ => None,
        })
    }

    /// Whether the word at a place has a meaning beside a date, or only leads to one ("den", "kl.").
    pub(super) fn goes_with_dates(&self, at: usize) -> bool {
        self.text.mark(at).is_some() || self.skip_connectors(at) > at || self.senses(at).next().is_some()
    }

    fn only_marks(&self, from: usize, to: usize) -> bool {
        (from..to).all(|at| self.text.mark(at).is_some())
    }
}

/// The one that counts.
pub(super) fn choose(candidates: &[Candidate]) -> Option<PageDate> {
    let labelled = candidates.iter().find(|c| c.label == Some(Label::Published));
    let chosen = labelled.or_else(|| candidates.iter().find(|c| !c.weak)).or_else(|| candidates.first());
    chosen?.date
}
