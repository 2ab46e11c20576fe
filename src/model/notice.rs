//! Pages that stand where a list was expected, and are none.

use std::fmt;

/// What a page is that stands in the place of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// It asks whether a person is reading, or says that none is.
    Challenge,
    /// It wants a name and a password, or sends on to where they are given.
    Login,
    /// It wants a choice about cookies before it shows anything.
    Consent,
    /// The site is closed for work.
    Maintenance,
    /// Something failed, or is not there; the server may have called it a success.
    Error,
    /// Nobody lives there: a domain for sale, a server as it was unpacked.
    Parked,
    /// It has nothing of its own and sends its reader to another address, by other means than a redirect.
    Forward,
}

impl Notice {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Challenge, Self::Login, Self::Consent, Self::Maintenance, Self::Error, Self::Parked, Self::Forward];

    /// One word, for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::Maintenance => "maintenance",
            Self::Error => "error",
            Self::Parked => "parked",
            Self::Forward => "forward",
        }
    }

    /// What the operator can do.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Challenge => {
                "the site keeps programs out: ask its owner to let flode in, by the `User-Agent` that it sends, or \
                 read the list at another address"
            }
            Self::Login => "the list is not open to the public: look for an address that is, or ask the site's owner",
            Self::Consent => "look in a browser for an address that shows the list before anything is accepted",
            Self::Maintenance => "nothing needs doing: the source is read again when the site is back",
            Self::Error => "look at the page in a browser: if the list has moved, correct the source's `url`",
            Self::Parked => "the site may have moved: correct the source's `url`, or remove the source",
            Self::Forward => "follow it in a browser, and correct the source's `url`",
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Challenge => "a challenge page",
            Self::Login => "a login page",
            Self::Consent => "a consent page",
            Self::Maintenance => "a maintenance page",
            Self::Error => "an error page",
            Self::Parked => "the page of a parked or empty site",
            Self::Forward => "a page that only leads on",
        })
    }
}

/// A page that was recognised, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// What the page is.
    pub notice: Notice,
    /// What tells, in a few words and at most [`Noticed::LONGEST`] characters: a title, a maker's mark.
    pub sign: String,
    /// No list looks like this, whatever was found on it. Otherwise a list that the recipe finds is the better witness.
    pub certain: bool,
}

impl Noticed {
    /// Characters of a sign.
    pub const LONGEST: usize = 120;

    /// The page with its sign, in one clean line.
    #[must_use]
    pub fn new(notice: Notice, sign: &str, certain: bool) -> Self {
        Self { notice, sign: super::text::shorten(&super::text::clean(sign), Self::LONGEST), certain }
    }
}

impl fmt::Display for Noticed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.notice, self.sign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_short_and_one_line() {
        let noticed = Noticed::new(Notice::Challenge, "title `Just a\n moment…`", true);
        assert_eq!(noticed.to_string(), "a challenge page (title `Just a moment…`)");
        let long = Noticed::new(Notice::Error, &"ö".repeat(5000), false);
        assert_eq!(long.sign.chars().count(), Noticed::LONGEST);
    }

    #[test]
    fn every_kind_has_words_of_its_own() {
        let words: std::collections::BTreeSet<_> =
            Notice::ALL.iter().map(|n| (n.word(), n.to_string(), n.hint())).collect();
        assert_eq!(words.len(), Notice::ALL.len());
    }
}
