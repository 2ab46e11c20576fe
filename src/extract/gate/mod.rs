//! Parses a page that nobody vouches for.
//!
//! The parser builds the tree that a browser would, and some pages make that cost the square of their length: levels
//! without end, formatting elements that are opened again in every block, a million attributes on one tag. So the page is
//! fed in small pieces, every token and every step of the tree builder is counted, and the first limit that is passed
//! ends it with its name. Counting, not a clock: the same page gives the same answer on every machine.

mod attributes;
mod counting;

use std::cell::Cell;

use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use scraper::Html;

use super::Options;
use crate::model::Refusal;
use counting::CountingSink;

pub(super) use counting::NodeId;

/// Bytes fed at once, at most. A piece also ends before each `<`, so that a tag that does not end is seen from its start.
const PIECE: usize = 4096;

/// What a parse error costs, in steps: the tokenizer writes a sentence about each.
const ERROR_STEPS: u64 = 64;

/// The tree of a page; the same that `Html::parse_document` builds, or the reason why it is not built.
pub(super) fn parse(text: &str, options: &Options) -> Result<Html, Refusal> {
    if text.len() > options.max_bytes {
        return Err(Refusal::TooLong { limit: options.max_bytes });
    }
    let builder = TreeBuilder::new(CountingSink::new(), TreeBuilderOpts::default());
    let gate = Gate { builder, options, tokens: Cell::new(0), refusal: Cell::new(None) };
    let tokenizer = Tokenizer::new(gate, TokenizerOpts::default());
    feed(&tokenizer, text, options)?;
    tokenizer.end();
    if let Some(refusal) = tokenizer.sink.refusal.get() {
        return Err(refusal);
    }
    let html = tokenizer.sink.builder.sink.finish();
    // Elements can be moved after they were counted, into others.
    if depth(&html) > options.max_depth {
        return Err(Refusal::TooDeep { limit: options.max_depth });
    }

    Ok(html)
}

fn feed(tokenizer: &Tokenizer<Gate<'_>>, text: &str, options: &Options) -> Result<(), Refusal> {
    let page = StrTendril::from(text);
    let queue = BufferQueue::default();
    let mut open = Open { from: 0, look_at: PIECE };
    let mut from = 0;
    while from < text.len() {
        let to = piece_end(text, from);
        let tokens = tokenizer.sink.tokens.get();
        queue.push_back(subtendril(&page, from, to));
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        if let Some(refusal) = tokenizer.sink.refusal.get() {
            return Err(refusal);
        }
        if tokenizer.sink.tokens.get() == tokens {
            open.check(text, to, options)?;
        } else {
            open = Open { from: to, look_at: PIECE };
        }
        from = to;
    }
    Ok(())
}

/// The end of the piece that starts at `from`: before the next `<`, or after [`PIECE`] bytes.
fn piece_end(text: &str, from: usize) -> usize {
    let most = text.floor_char_boundary((from + PIECE).min(text.len()));
    let rest = text.as_bytes().get(from + 1..most).unwrap_or_default();
    memchr::memchr(b'<', rest).map_or(most, |at| from + 1 + at)
}

/// A part of the page that shares its bytes. Both ends are the boundaries of characters.
fn subtendril(page: &StrTendril, from: usize, to: usize) -> StrTendril {
    let (Ok(from), Ok(length)) = (u32::try_from(from), u32::try_from(to - from)) else { return StrTendril::new() };
    page.try_subtendril(from, length).unwrap_or_default()
}

/// Markup that has begun and gives no token until it ends.
struct Open {
    from: usize,
    /// The length at which its attributes are counted next.
    look_at: usize,
}

impl Open {
    fn check(&mut self, text: &str, to: usize, options: &Options) -> Result<(), Refusal> {
        let length = to - self.from;
        if length > options.max_tag {
            return Err(Refusal::TagTooLong { limit: options.max_tag });
        }
        if length >= self.look_at {
            // Twice as far each time: what is read again adds up to the length of the tag.
            self.look_at = length * 2;
            let tag = text.get(self.from..to).unwrap_or_default();
            if attributes::count(tag) > options.max_attributes {
                return Err(Refusal::TooManyAttributes { limit: options.max_attributes });
            }
        }
        Ok(())
    }
}

/// Stands between the tokenizer and the tree builder. Once it has refused it lets nothing through.
struct Gate<'o> {
    builder: TreeBuilder<NodeId, CountingSink>,
    options: &'o Options,
    tokens: Cell<usize>,
    refusal: Cell<Option<Refusal>>,
}

impl Gate<'_> {
    fn judge(&self, created: usize) -> Option<Refusal> {
        let (sink, options) = (&self.builder.sink, self.options);
        if sink.deepest() > options.max_depth {
            Some(Refusal::TooDeep { limit: options.max_depth })
        } else if created > options.max_open_formats {
            // No tag opens more than a handful by itself: the rest are formatting elements, opened again.
            Some(Refusal::TooManyOpenFormats { limit: options.max_open_formats })
        } else if sink.weight() > options.max_nodes {
            Some(Refusal::TooManyNodes { limit: options.max_nodes })
        } else if sink.steps() > options.max_steps {
            Some(Refusal::TooMuchWork { limit: options.max_steps })
        } else {
            None
        }
    }
}

impl TokenSink for Gate<'_> {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        if self.refusal.get().is_some() {
            return TokenSinkResult::Continue;
        }
        let sink = &self.builder.sink;
        match &token {
            Token::ParseError(_) => {
                sink.charge(ERROR_STEPS);
                if sink.steps() > self.options.max_steps {
                    self.refusal.set(Some(Refusal::TooMuchWork { limit: self.options.max_steps }));
                }
                return TokenSinkResult::Continue;
            }
            Token::TagToken(tag) if tag.attrs.len() > self.options.max_attributes => {
                self.refusal.set(Some(Refusal::TooManyAttributes { limit: self.options.max_attributes }));
                return TokenSinkResult::Continue;
            }
            // Each name was held against those before it.
            Token::TagToken(tag) => sink.charge((tag.attrs.len() * tag.attrs.len() / 2) as u64),
            _ => {}
        }
        self.tokens.set(self.tokens.get() + 1);
        let before = sink.created();
        let result = self.builder.process_token(token, line);
        self.refusal.set(self.judge(sink.created() - before));
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Levels of the deepest element.
fn depth(html: &Html) -> usize {
    let (mut level, mut deepest) = (0_usize, 0);
    let mut node = html.tree.root();
    loop {
        if let Some(child) = node.first_child() {
            node = child;
            level += 1;
            deepest = deepest.max(level - usize::from(!child.value().is_element()));
            continue;
        }
        loop {
            if let Some(next) = node.next_sibling() {
                node = next;
                deepest = deepest.max(level - usize::from(!next.value().is_element()));
                break;
            }
            let Some(parent) = node.parent() else { return deepest };
            node = parent;
            level -= 1;
        }
    }
}

/// What it costs to match one selector against every element: all that is around each; and with `pairs`, as `~` and `:has`
/// need it, all that stands before it.
pub(super) fn matching_steps(html: &Html, pairs: bool) -> u64 {
    /// Steps of the parser to one of the matcher.
    const STEP: u64 = 5;
    let mut steps = 0_u64;
    let mut level = 0_u64;
    let mut node = html.tree.root();
    loop {
        steps += level;
        if pairs {
            let children = node.children().count() as u64;
            steps = steps.saturating_add(children.saturating_mul(children) / 2);
        }
        if let Some(child) = node.first_child() {
            node = child;
            level += 1;
            continue;
        }
        loop {
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return steps.saturating_mul(STEP) };
            node = parent;
            level -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
