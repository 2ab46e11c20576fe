//! The nouns of the program: what the stages hand to each other.
//!
//! No I/O, no SQL, no clock. Every stage may use this module; it uses none of them.

mod alarm;
mod category;
mod decision;
mod enclosure;
mod feed;
mod found;
mod hold;
mod item;
mod key;
mod notice;
mod page;
mod reach;
mod secret;
mod shape;
mod source;
mod subscribers;
pub mod text;
mod verdict;
mod words;

pub use alarm::{Alarm, Alert, Complaint, Condition, Event, Group, Message, Subject};
pub use category::{Category, SLUG_MAX, Slug, split_glued};
pub use decision::{Changes, Decided, Decision, KnownItem, Reason, Sighting};
pub use enclosure::{Enclosure, NoEnclosure};
pub use feed::{Feed, FeedFile, Format, LooseItem, Rule, SITE_SLUG, Selection};
pub use found::{Container, Defect, Extraction, FoundItem, Refusal};
pub use hold::{HeldItem, Hold};
pub use item::{Item, PageDate};
pub use key::{ItemId, ItemKey, canonical_link, category_key, numbers_aside, title_key};
pub use notice::{Notice, Noticed};
pub use page::{Page, Validators};
pub use reach::{is_private_name, is_public, plain_name};
pub use secret::Secret;
pub use shape::{Field, History, Rhythm, Shape};
pub use source::{Source, SourceId};
pub use subscribers::Subscribers;
pub use verdict::{Cause, Rewrite, Verdict};
pub use words::Words;
