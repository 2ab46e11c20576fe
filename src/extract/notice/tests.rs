use scraper::Html;

use super::*;

fn items(count: usize, dated: bool) -> Vec<FoundItem> {
    let date = dated.then(|| crate::model::PageDate::Day(jiff::civil::date(2026, 3, 2)));
    (0..count).map(|n| FoundItem { title: format!("Nyhet {n}"), date, ..FoundItem::default() }).collect()
}

fn noticed(url: &str, page: &str, items: &[FoundItem]) -> Option<(Notice, bool)> {
    let found = of(&Html::parse_document(page), &Url::parse(url).unwrap(), items)?;
    Some((found.notice, found.certain))
}

const LINKS: &str = "<ul><li><a href=/1>Nyheten om en ny bro</a><li><a href=/2>Nyheten om en ny bok</a>\
                     <li><a href=/3>Nyheten om en ny väg</a><li><a href=/4>Nyheten om ett nytt hus</a>\
                     <li><a href=/5>Nyheten om en ny skola</a></ul>";

/// Titles that are no links.
const CARDS: &str = "<div><h3>Webbplatsen ligger nere i natt</h3><a href=/1>Mer</a></div><div><h3>Nyheten om en bok</h3>\
                     <a href=/2>Mer</a></div><div><h3>Nyheten om en väg</h3><a href=/3>Mer</a></div>";

#[test]
fn the_table() {
    use Notice::{Challenge, Consent, Error, Forward, Login, Maintenance, Parked};
    let heading = |text: &str| format!("<title>Region</title><h1>{text}</h1>");
    let none = items(0, false);
    let bare = items(5, false);
    let dated = items(5, true);
    for (page, items, want) in [
        // A mark of a maker: certain, unless there is a list with dates.
        ("<script>window._cf_chl_opt={}</script>".to_owned(), &none, Some((Challenge, true))),
        ("<script>window._cf_chl_opt={}</script>".to_owned(), &bare, Some((Challenge, true))),
        ("<script>window._cf_chl_opt={}</script>".to_owned(), &dated, Some((Challenge, false))),
        ("<script type=application/json>\"_cf_chl_opt\"</script>".to_owned(), &none, None),
        (format!("<script>var walls = ['_cf_chl_opt'];</script>{LINKS}"), &bare, None),
        // One that ordinary pages have too.
        ("<script src=https://hcaptcha.com/1/api.js></script>".to_owned(), &none, Some((Challenge, false))),
        (format!("<script src=https://hcaptcha.com/1/api.js></script>{LINKS}"), &bare, None),
        // What a heading says, with and without links after it.
        (heading("Sidan kunde inte hittas"), &bare, Some((Error, true))),
        (heading("Sidan kunde inte hittas") + LINKS, &bare, Some((Error, false))),
        (heading("Sidan kunde inte hittas") + LINKS, &dated, Some((Error, false))),
        (format!("<title>404 Not Found</title><h1>Sidan kunde inte hittas</h1>{LINKS}"), &bare, Some((Error, true))),
        (format!("{LINKS}<h1>Domænet er til salg</h1>"), &bare, Some((Parked, true))),
        // A whole heading.
        (heading("Wartungsarbeiten"), &bare, Some((Maintenance, false))),
        (heading("Wartungsarbeiten") + LINKS, &bare, None),
        (heading("Wartungsarbeiten"), &dated, None),
        (heading("Wartungsarbeiten an der Brücke"), &bare, None),
        // The heading of an item is not that of the page.
        (heading("<a href=/1>Webbplatsen ligger nere</a>"), &bare, None),
        (format!("<ul><li><h1>Webbplatsen ligger nere</h1></ul>{LINKS}"), &bare, None),
        ("<nav><h1>Webbplatsen ligger nere</h1></nav>".to_owned(), &bare, None),
        ("<h1>Webbplatsen ligger nere</h1><h1>Ny bro</h1><h2>Ny bok</h2>".to_owned() + LINKS, &bare, None),
        // A password, in the main part and not.
        ("<title>Log ind</title><input type=password>".to_owned(), &bare, Some((Login, true))),
        ("<title>Nyheder</title><input type=password>".to_owned(), &none, Some((Login, false))),
        (format!("<title>Nyheder</title><input type=password>{LINKS}"), &bare, None),
        ("<title>Nyheder</title><header><input type=password></header>".to_owned(), &none, None),
        ("<title>Nyheder</title><div class='login modal'><input type=password></div>".to_owned(), &none, None),
        (format!("<h3>Log ind</h3><input type=password>{LINKS}"), &bare, None),
        (format!("<title>Log ind</title><input type=password>{LINKS}"), &bare, Some((Login, true))),
        // Words in the text of a page that has little else.
        ("<p>Serwis jest tymczasowo niedostępny.".to_owned(), &none, Some((Maintenance, false))),
        (format!("<p>Serwis jest tymczasowo niedostępny.{LINKS}"), &bare, None),
        (format!("<p>Serwis jest tymczasowo niedostępny.<p>{}", "ord ".repeat(300)), &none, None),
        ("<noscript>Verify you are human</noscript>".to_owned(), &none, Some((Challenge, false))),
        (format!("<p>Webbplatsen ligger nere i natt.{CARDS}"), &bare, None),
        (CARDS.to_owned(), &bare, None),
        // Consent alone.
        (format!("<div id=didomi-host>{}</div>", "ord ".repeat(30)), &bare, Some((Consent, false))),
        (format!("<div id=didomi-host>{}</div>{LINKS}", "ord ".repeat(30)), &bare, None),
        (format!("<div id=didomi-host style='display: none'>{}</div>", "ord ".repeat(30)), &none, None),
        (format!("<div class=cookie-page><main>{LINKS}</main></div>"), &bare, None),
        // A way to elsewhere.
        ("<meta http-equiv=refresh content='0;url=/ny/'>".to_owned(), &none, Some((Forward, false))),
        ("<meta http-equiv=Refresh content=\"1; URL='//idp.se/x'\">".to_owned(), &none, Some((Login, false))),
        ("<meta http-equiv=refresh content='0;url=/nyheter/?a=1'>".to_owned(), &none, None),
        ("<meta http-equiv=refresh content='300;url=/ny/'>".to_owned(), &none, None),
        ("<meta http-equiv=refresh content=5>".to_owned(), &none, None),
        (format!("<meta http-equiv=refresh content='0;url=/ny/'>{LINKS}"), &bare, None),
        ("<script>location.replace('/x')</script>".to_owned(), &none, Some((Forward, false))),
        (format!("<script>location.replace('/x');{}</script>", "f();".repeat(1000)), &none, None),
        (format!("<script>location.replace('/x')</script>{LINKS}"), &bare, None),
        ("<form><input type=hidden name=SAMLResponse></form>".to_owned(), &none, Some((Login, false))),
        // Nothing to be said.
        (String::new(), &none, None),
        ("<title>Nyheter</title><h1>Nyheter</h1>".to_owned(), &none, None),
        (format!("<title>Nyheter</title><h1>Nyheter</h1>{LINKS}"), &bare, None),
    ] {
        assert_eq!(noticed("https://a.se/nyheter/", &page, items), want, "{} items, {page}", items.len());
    }
}

#[test]
fn the_address_of_a_login_tells() {
    for (url, want) in [
        ("https://a.se/Account/Login?ReturnUrl=%2f", Some((Notice::Login, false))),
        ("https://login.a.se/x", Some((Notice::Login, false))),
        ("https://a.se/nyheter/logga-in-utan-kort/", None),
    ] {
        assert_eq!(noticed(url, "<title>Mälarö</title><p>Vänta", &[]), want, "{url}");
        assert_eq!(noticed(url, &format!("<title>Mälarö</title>{LINKS}"), &items(5, false)), None, "{url}");
    }
}

#[test]
fn a_secret_in_an_address_is_not_told() {
    let page = "<meta http-equiv=refresh content='0;url=https://anna:hemligt@b.se/x?token=hemligt'>";
    let found = of(&Html::parse_document(page), &Url::parse("https://a.se/").unwrap(), &[]).unwrap();
    assert_eq!(found.to_string(), "a page that only leads on (to b.se/x)");
}

#[test]
fn a_page_of_any_shape_gives_a_short_sign() {
    let long = "ö".repeat(100_000);
    for page in [
        format!("<title>{long}</title><h1>{long}</h1><p>{long}"),
        format!("<script>{long}</script>").repeat(20),
        format!("<meta http-equiv=refresh content='0;url=/{long}'>"),
        "<h1>fel</h1>".repeat(20_000),
        "<form><input type=hidden name=x>".repeat(20_000),
        format!("<div id='{long}' class='{long}' style='{long}'>"),
    ] {
        let html = Html::parse_document(&page);
        if let Some(found) = of(&html, &Url::parse("https://a.se/").unwrap(), &[]) {
            assert!(found.sign.chars().count() <= Noticed::LONGEST, "{found}");
        }
    }
}
