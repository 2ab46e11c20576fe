//! `[source.pages]`: the further pages of a source's list.

use super::kind::{Flaw, Kind, quoted};
use super::names;
use super::reader::Reader;
use super::units::whole;
use crate::extract::{NextPage, Paging};

pub(super) fn read(r: &mut Reader<'_, '_>) -> Paging {
    let default = Paging::default();
    let max_pages = r.or(
        "max",
        &whole(1..=100),
        default.max_pages,
        "pages of the list read in a run, while each has something new",
    );
    let parameter = r.optional(
        "parameter",
        &names::line("\"skip\""),
        "found automatically",
        "the parameter of the address that counts on from page to page",
    );
    let step = r.optional("step", &whole(1..=10_000_u64), "`1`", "what the parameter grows by");
    let template = r.optional(
        "template",
        &template(),
        "found automatically",
        "the address of a further page: `{page}` in it is 2 for the second",
    );
    if parameter.is_some() && template.is_some() {
        r.mistake("template", "does not go with `parameter`: one of them says where the next page is", None);
    }
    if step.is_some() && parameter.is_none() {
        r.mistake("step", "goes with `parameter`", None);
    }
    let next = match (parameter, template) {
        (Some(name), _) => NextPage::Parameter { name, step: step.unwrap_or(1) },
        (None, Some(template)) => NextPage::Template(template),
        (None, None) => default.next,
    };
    Paging { max_pages, next }
}

fn template() -> Kind<String> {
    let read = |given: &str| {
        let second = given.replace("{page}", "2");
        match url::Url::parse(&second) {
            Ok(url) if second != given && matches!(url.scheme(), "http" | "https") => Ok(given.to_owned()),
            _ => Err(Flaw::but_is(quoted(given))),
        }
    };
    Kind::text("an http or https address with `{page}`", "\"https://www.example.se/sida/{page}/\"", read, |text| {
        quoted(text)
    })
}
