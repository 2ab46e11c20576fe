//! CSS selectors, and what is wrong with one in words that help.
//!
//! The CSS parser says neither where it stopped nor why, and it takes `li[href` for `li[href]`. So a selector is first read
//! here, for the mistakes people make, and only then given to it.

use scraper::Selector;

use super::recipe::RecipeError;

/// Characters of a selector. Longer ones are made by machines and break with the next change of the page.
const MAX_CHARS: usize = 500;

/// The pseudo-classes that are understood.
const PSEUDO: &[&str] = &[
    "has",
    "is",
    "where",
    "not",
    "nth-child",
    "nth-last-child",
    "nth-of-type",
    "nth-last-of-type",
    "first-child",
    "last-child",
    "only-child",
    "first-of-type",
    "last-of-type",
    "only-of-type",
    "empty",
    "root",
    "scope",
];

/// A selector with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Css {
    text: String,
    compiled: Selector,
}

impl Css {
    /// Reads a selector.
    pub(super) fn parse(text: &str) -> Result<Self, RecipeError> {
        let text = text.trim();
        let fail = |mistake: Mistake| RecipeError::new("selector", text, mistake);
        lint(text).map_err(fail)?;
        let compiled = Selector::parse(text).map_err(|_| fail(place(text)))?;
        Ok(Self { text: text.to_owned(), compiled })
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// As it is matched.
    pub(super) fn compiled(&self) -> &Selector {
        &self.compiled
    }

    /// Whether it may look through all siblings of every element.
    pub(super) fn compares_siblings(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        ["~", ":has(", "nth-last", "of-type"].iter().any(|part| text.contains(part))
    }
}

/// Where a selector stops making sense, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Characters before it.
    pub(super) at: usize,
    pub(super) why: String,
    pub(super) hint: Option<String>,
}

pub(super) fn mistake(at: usize, why: impl Into<String>, hint: &str) -> Mistake {
    Mistake { at, why: why.into(), hint: (!hint.is_empty()).then(|| hint.to_owned()) }
}

/// The usual mistakes, first one first.
fn lint(text: &str) -> Result<(), Mistake> {
    let length = text.chars().count();
    if text.is_empty() {
        return Err(mistake(0, "the selector is empty", "use `:scope` for the item itself"));
    }
    if length > MAX_CHARS {
        return Err(mistake(
            MAX_CHARS,
            format!("the selector has {length} characters; at most {MAX_CHARS} are read"),
            "",
        ));
    }
    let steps = "this is an XPath expression, and selectors are CSS";
    if text.starts_with('/') || text.starts_with("./") || text.contains("//") && !text.contains("://") {
        let at = text.find("//").or_else(|| text.find('/')).unwrap_or(0);
        return Err(mistake(chars_before(text, at), steps, "`//li[@class='a']/a` is written `li.a > a`"));
    }
    Lint { chars: text.chars().collect(), at: 0, open: Vec::new(), has: 0, later: 0 }.run()
}

fn chars_before(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| before.chars().count())
}

/// Walks through a selector once.
struct Lint {
    chars: Vec<char>,
    at: usize,
    /// Brackets not closed yet, with where they stand; for `(` also the pseudo-class before it.
    open: Vec<(char, usize, String)>,
    has: usize,
    later: usize,
}

impl Lint {
    fn run(mut self) -> Result<(), Mistake> {
        let mut last = None;
        while let Some(&c) = self.chars.get(self.at) {
            match c {
                '\\' => self.at += 1,
                '"' | '\'' => self.string(c)?,
                '[' => self.attribute()?,
                '(' => self.open.push((c, self.at, String::new())),
                ')' if self.open.pop().is_none() => {
                    return Err(mistake(self.at, "this `)` closes nothing", ""));
                }
                ']' => return Err(mistake(self.at, "this `]` closes nothing", "")),
                ':' => self.pseudo()?,
                '>' | '+' | '~' | ',' => self.combinator(c, last)?,
                '@' => {
                    return Err(mistake(
                        self.at,
                        "`@` stands before an attribute's name, at the end",
                        "`time@datetime`",
                    ));
                }
                '{' | '}' | ';' => return Err(mistake(self.at, format!("`{c}` is no part of a selector"), "")),
                _ => {}
            }
            if !c.is_whitespace() {
                last = Some(c);
            }
            self.at += 1;
        }
        if let Some((_, at, _)) = self.open.pop() {
            return Err(mistake(at, "this `(` is never closed", ""));
        }
        match last {
            Some(c @ ('>' | '+' | '~' | ',')) => {
                Err(mistake(self.chars.len(), format!("nothing follows the `{c}` at the end"), ""))
            }
            _ => Ok(()),
        }
    }

    fn string(&mut self, quote: char) -> Result<(), Mistake> {
        let from = self.at;
        loop {
            self.at += 1;
            match self.chars.get(self.at) {
                None => return Err(mistake(from, "this quotation mark is never closed", "")),
                Some('\\') => self.at += 1,
                Some(&c) if c == quote => return Ok(()),
                Some(_) => {}
            }
        }
    }

    /// `[name]`, `[name="value"]`: ends on the closing bracket.
    fn attribute(&mut self) -> Result<(), Mistake> {
        let from = self.at;
        if self.chars.get(from + 1) == Some(&'@') {
            return Err(mistake(from + 1, "an attribute is named without `@` between brackets", "`[class='a']`"));
        }
        let mut value = false;
        loop {
            self.at += 1;
            match self.chars.get(self.at) {
                None => return Err(mistake(from, "this `[` is never closed", "")),
                Some(']') => return Ok(()),
                Some(&c @ ('"' | '\'')) => self.string(c)?,
                Some('=') => value = true,
                Some(&c) if value && !(c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '\\')) => {
                    return Err(mistake(
                        self.at,
                        "a value with such a character is put in quotes",
                        "`a[href^='/nyheter/']`",
                    ));
                }
                Some(&c) if value && c.is_ascii_digit() && self.chars.get(self.at - 1) == Some(&'=') => {
                    return Err(mistake(
                        self.at,
                        "a value that begins with a digit is put in quotes",
                        "`[data-id='1']`",
                    ));
                }
                Some(_) => {}
            }
        }
    }

    /// `:name`, up to but not including a `(`.
    fn pseudo(&mut self) -> Result<(), Mistake> {
        let from = self.at;
        let rest = self.chars.get(from + 1..).unwrap_or_default();
        if rest.first() == Some(&':') {
            let name: String = rest.iter().skip(1).take_while(|c| is_name(**c)).collect();
            return Err(double_colon(from, &name));
        }
        let name: String = rest.iter().take_while(|c| is_name(**c)).collect::<String>().to_lowercase();
        if !PSEUDO.contains(&name.as_str()) {
            return Err(unknown_pseudo(from, &name));
        }
        if name == "has" {
            self.has += 1;
            if self.has > 1 {
                return Err(mistake(
                    from,
                    "only one `:has` is read in a selector",
                    "it looks through all that is inside",
                ));
            }
        }
        self.at = from + name.chars().count();
        if self.chars.get(self.at + 1) == Some(&'(') {
            self.at += 1;
            self.open.push(('(', self.at, name));
        }
        Ok(())
    }

    fn combinator(&mut self, c: char, last: Option<char>) -> Result<(), Mistake> {
        let inside_has = self.open.iter().any(|(_, _, name)| name == "has");
        // `2n+1` is arithmetic.
        if self.open.last().is_some_and(|(_, _, name)| name.starts_with("nth")) {
            return Ok(());
        }
        if c == '~' {
            self.later += 1;
            if inside_has {
                return Err(mistake(
                    self.at,
                    "`~` inside `:has` is not read: it would look at every pair of siblings",
                    "",
                ));
            }
            if self.later > 1 {
                return Err(mistake(self.at, "only one `~` is read in a selector", "`+` is the element just before"));
            }
        }
        match last {
            None if c != ',' => {
                Err(mistake(self.at, format!("nothing stands before the `{c}`"), &format!("`:scope {c} …`")))
            }
            None | Some(',') if c == ',' => Err(mistake(self.at, "nothing stands before the `,`", "")),
            Some(before @ ('>' | '+' | '~')) => {
                Err(mistake(self.at, format!("nothing stands between the `{before}` and the `{c}`"), ""))
            }
            Some('(' | ',') if !inside_has => {
                Err(mistake(self.at, format!("nothing stands before the `{c}`"), &format!("`:scope {c} …`")))
            }
            _ => Ok(()),
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

fn double_colon(at: usize, name: &str) -> Mistake {
    match name {
        "text" => mistake(at, "`::text` is no CSS", "leave it out: the text of the element is what is read"),
        "attr" => mistake(at, "`::attr()` is no CSS", "write the attribute after `@`: `a@href`"),
        _ => mistake(at, format!("`::{name}` selects no element"), ""),
    }
}

fn unknown_pseudo(at: usize, name: &str) -> Mistake {
    let hint = match name {
        "contains" | "has-text" | "matches" | "icontains" => {
            "select by class, attribute or place: CSS does not look at text"
        }
        "first" => "`:first-child` or `:first-of-type`; of several matches the first is read anyway",
        "last" => "`:last-child` or `:last-of-type`",
        "eq" | "nth" | "gt" | "lt" => "`:nth-child(1)` or `:nth-of-type(1)`, counted from 1",
        "parent" => "`div:has(> a)` is a `div` with an `a` directly inside",
        "text" | "attr" => "the text is what is read; an attribute is written after `@`: `a@href`",
        "even" | "odd" => "`:nth-child(even)`, `:nth-child(odd)`",
        "" => "a name follows the `:`, as in `li:first-child`; a `:` in a class is written `\\:`",
        _ => {
            "those that are known are `:has` `:is` `:not` `:nth-child` `:first-child` `:last-child` `:empty` and their like"
        }
    };
    mistake(at, format!("`:{name}` is not known"), hint)
}

/// Where the CSS parser stops: after the longest part that it takes.
fn place(text: &str) -> Mistake {
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).rev();
    let good = ends
        .find(|&end| text.get(..end).is_some_and(|part| lint(part).is_ok() && Selector::parse(part).is_ok()))
        .unwrap_or(0);
    let at = chars_before(text, good);
    let stop = text.chars().nth(at).map_or_else(|| "the end".to_owned(), |c| format!("`{c}`"));
    let digit = text.chars().skip(at).find(|c| !matches!(c, '.' | '#' | ' ')).is_some_and(|c| c.is_ascii_digit());
    let hint =
        if digit { "a class or id that begins with a digit is written `[class~='2col']`, `[id='1']`" } else { "" };
    mistake(at, format!("{stop} is not expected here"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_that_browsers_know_are_read() {
        for text in [
            "li",
            "ul.news > li:not(.ad)",
            "a[href^='/nyheter/']",
            "li:has(> a)",
            ":scope > h2 a",
            "h2 + p, h3 ~ p",
            "li:nth-child(2n+1)",
            "[data-x=abc]",
            ".md\\:flex",
            "div:is(.a, .b) p",
            "*",
            "a[href*=\"://\"]",
            "[lang|=sv]",
        ] {
            assert!(Css::parse(text).is_ok(), "{text}: {:?}", Css::parse(text));
        }
    }

    #[test]
    fn mistakes_are_placed_and_explained() {
        for (text, column, part) in [
            ("", 1, "empty"),
            ("li[href", 3, "never closed"),
            ("li[href='x]", 9, "never closed"),
            ("a[href=/1]", 8, "quotes"),
            ("a[href^=/nyheter]", 9, "quotes"),
            ("[data-id=1]", 10, "digit"),
            ("li:contains('x')", 3, "not known"),
            ("h2 a::text", 5, "::text"),
            ("a::attr(href)", 2, "::attr"),
            ("//li/a", 1, "XPath"),
            ("ul//a", 3, "XPath"),
            ("> li", 1, "before the `>`"),
            ("ul > > li", 6, "between"),
            ("ul >", 5, "follows"),
            ("li:first", 3, "not known"),
            ("li:eq(0)", 3, "not known"),
            ("li)", 3, "closes nothing"),
            ("li:not(.a", 7, "never closed"),
            ("li:has(:has(a))", 8, "only one"),
            ("li:has(~ li)", 8, "siblings"),
            ("a ~ b ~ c", 7, "only one"),
            ("li..a", 3, "expected"),
            ("li.2col", 3, "expected"),
            ("a b@", 4, "attribute"),
            ("åäö[href", 4, "never closed"),
        ] {
            let error = Css::parse(text).expect_err(text);
            assert_eq!(error.column, column, "{text}: {error}");
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
        assert!(Css::parse(&"a ".repeat(300)).is_err());
    }
}
