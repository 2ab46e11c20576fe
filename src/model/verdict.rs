//! What a run thinks of the page it read.

use std::fmt;

use super::found::Refusal;
use super::notice::Noticed;
use super::shape::Field;

/// Whether the page can be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Items found, fields as usual: the run goes on.
    Healthy,
    /// The list is there and has no items: the run goes on, nothing is removed.
    Empty,
    /// It may not be what it seems: known items are looked after, new ones are held.
    Suspect(Vec<Cause>),
    /// It is not the page we know: nothing changes.
    Broken(Vec<Cause>),
}

impl Verdict {
    /// One word, as stored and as printed.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            remark if remark.is_remark() => "healthy",
            Self::Empty => "empty",
            Self::Suspect(_) => "suspect",
            Self::Broken(_) => "broken",
        }
    }

    /// Whether the page is believed, and there is something to say: worth the operator's look, and no failure.
    #[must_use]
    pub fn is_remark(&self) -> bool {
        let remark = |cause: &Cause| matches!(cause, Cause::Stale { .. } | Cause::FieldLost { .. });
        !self.causes().is_empty() && self.causes().iter().all(remark)
    }

    /// What is said of a page that is not well, or believed with a remark.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.is_remark() {
            return self.causes().iter().map(Cause::to_string).collect::<Vec<_>>().join("; ");
        }
        format!("the page is {self}")
    }

    /// Why; empty for a page that is well.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Healthy | Self::Empty => &[],
            Self::Suspect(causes) | Self::Broken(causes) => causes,
        }
    }
}

impl Verdict {
    /// What the operator can do about a page that is broken.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        let noticed = self.causes().iter().find_map(|cause| match cause {
            Cause::Notice(noticed) => Some(noticed.notice.hint()),
            _ => None,
        });
        noticed.unwrap_or("look at what is found with `flode try`, and mend the source's recipe in the config")
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        for (i, cause) in self.causes().iter().enumerate() {
            write!(f, "{} {cause}", if i == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The page could not be parsed within the limits.
    Refused(Refusal),
    /// The page stands in the place of the list: a login, a challenge, maintenance.
    Notice(Noticed),
    /// The element that holds the list is gone.
    ContainerGone,
    /// Not one item was found, and nothing says that the list is empty.
    NoItems,
    /// None of the items is at an address like those that the list's items have in common.
    OtherAddresses,
    /// None of the items is known, and they are far fewer than the page had: it may be another page altogether.
    Unfamiliar {
        /// Now.
        found: usize,
        /// On the last good run.
        usual: usize,
    },
    /// Most items of the list have one and the same title, and had not.
    SameTitles {
        /// Different titles.
        titles: u32,
        /// Items.
        found: u32,
    },
    /// Far fewer items than on any of the last runs.
    FarFewer {
        /// Now.
        found: u32,
        /// The fewest of the last runs.
        usual: u32,
    },
    /// A field that items used to have is missing from most.
    FieldMissing {
        /// The field.
        field: Field,
        /// Items that have it.
        with: u32,
        /// Items.
        found: u32,
    },
    /// Hardly any item is known, though most known ones should still be there.
    Flood {
        /// Items that are not known.
        new: u32,
        /// Items.
        found: u32,
    },
    /// Most known items are written anew at once.
    Rewritten {
        /// What of them.
        what: Rewrite,
        /// Items that differ.
        items: u32,
        /// Known items on the page.
        known: u32,
    },
    /// A field that items used to have has been missing from most since the page was believed without it.
    FieldLost {
        /// The field.
        field: Field,
        /// Items that have it.
        with: u32,
        /// Items.
        found: u32,
    },
    /// Nothing new for far longer than usual.
    Stale {
        /// Days without news.
        days: u32,
    },
}

/// What of known items may be written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// Titles, under the same addresses.
    Titles,
    /// Summaries.
    Summaries,
    /// Categories.
    Categories,
}

impl Cause {
    /// Whether the items are not those of the list, as far as can be told.
    #[must_use]
    pub fn is_strange(&self) -> bool {
        matches!(self, Self::OtherAddresses | Self::Unfamiliar { .. } | Self::SameTitles { .. } | Self::Flood { .. })
    }

    /// Whether the page stands in the place of a list, or could not be read.
    #[must_use]
    pub fn is_no_list(&self) -> bool {
        matches!(self, Self::Notice(_) | Self::Refused(_))
    }

    /// One word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Notice(noticed) => noticed.notice.word(),
            Self::ContainerGone => "container-gone",
            Self::NoItems => "no-items",
            Self::OtherAddresses => "other-addresses",
            Self::Unfamiliar { .. } => "unfamiliar",
            Self::SameTitles { .. } => "same-titles",
            Self::FarFewer { .. } => "far-fewer",
            Self::FieldMissing { field: Field::Links, .. } => "links-missing",
            Self::FieldMissing { field: Field::Dates, .. } => "dates-missing",
            Self::FieldMissing { field: Field::Categories, .. } => "categories-missing",
            Self::FieldMissing { field: Field::Summaries, .. } => "summaries-missing",
            Self::Flood { .. } => "flood",
            Self::Rewritten { what: Rewrite::Titles, .. } => "titles-rewritten",
            Self::Rewritten { what: Rewrite::Summaries, .. } => "summaries-rewritten",
            Self::Rewritten { what: Rewrite::Categories, .. } => "categories-rewritten",
            Self::FieldLost { field: Field::Links, .. } => "links-lost",
            Self::FieldLost { field: Field::Dates, .. } => "dates-lost",
            Self::FieldLost { field: Field::Categories, .. } => "categories-lost",
            Self::FieldLost { field: Field::Summaries, .. } => "summaries-lost",
            Self::Stale { .. } => "stale",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "{refusal}"),
            Self::Notice(noticed) => write!(f, "it is {noticed}, not the list"),
            Self::ContainerGone => f.write_str("the element that holds the list is not on the page"),
            Self::NoItems => f.write_str("no item was found on the page"),
            Self::OtherAddresses => f.write_str("its items are at other addresses than those of the list"),
            Self::Unfamiliar { found, usual } => {
                write!(f, "it has {found} items where {usual} are usual, and none of them is known")
            }
            Self::SameTitles { titles, found } => {
                write!(f, "its {found} items have {titles} titles between them, and used to have one each")
            }
            Self::FarFewer { found, usual } => write!(f, "it has {found} items where at least {usual} are usual"),
            Self::FieldMissing { field, with, found } => {
                write!(f, "{with} of {found} items have {}, and nearly all used to", field.word())
            }
            Self::Flood { new, found } => {
                write!(f, "{new} of {found} items are not known, though most known ones should still be there")
            }
            Self::Rewritten { what, items, known } => {
                let what = match what {
                    Rewrite::Titles => "another title",
                    Rewrite::Summaries => "another summary",
                    Rewrite::Categories => "other categories",
                };
                write!(f, "{items} of {known} known items have {what} at once")
            }
            Self::FieldLost { field: Field::Categories, with, found } => write!(
                f,
                "{with} of {found} items have a category, and nearly all used to: the feeds of the categories get no news"
            ),
            Self::FieldLost { field, with, found } => {
                write!(f, "{with} of {found} items have {}, and nearly all used to; the page is believed", field.word())
            }
            Self::Stale { days } => write!(f, "nothing new for {days} days, which is far longer than usual"),
        }
    }
}
