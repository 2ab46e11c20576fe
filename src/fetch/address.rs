//! Addresses as they may be printed: without what lets somebody in.

use url::Url;

/// Characters of an address that are printed.
const SHOWN: usize = 300;

/// Words that, alone in a parameter's name, announce a secret value.
const SECRET: &[&str] = &["auth", "code", "jwt", "pass", "pwd", "session", "sid", "sig"];

/// Endings of such words (`apikey`, `accessToken`).
const SECRET_ENDINGS: &[&str] = &["credential", "key", "password", "secret", "sessionid", "signature", "token"];

/// The address without user name, password and fragment, and with the values of secret parameters hidden.
#[must_use]
pub(super) fn redacted(url: &Url) -> String {
    let mut url = plain(url);
    url.set_fragment(None);
    if let Some(query) = url.query() {
        let hidden: Vec<String> = query.split('&').map(hide).collect();
        url.set_query(Some(&hidden.join("&")));
    }
    let shown: String = url.as_str().chars().take(SHOWN).collect();
    if shown.len() < url.as_str().len() { format!("{shown}…") } else { shown }
}

/// The address, with something else in place of its query if it has a key in it.
pub(super) fn hidden(url: &Url, keyed: bool, query: Option<&str>) -> Url {
    let mut url = url.clone();
    if keyed && url.query().is_some() {
        url.set_query(query);
    }
    url
}

fn hide(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() && is_secret(name) => format!("{name}=***"),
        _ => pair.to_owned(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| SECRET.contains(&word) || SECRET_ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// The address without user name and password, as it may be published: relative links would inherit them.
pub(super) fn plain(url: &Url) -> Url {
    let mut url = url.clone();
    // Only an address without a host refuses, and it cannot hold them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// The address that a page's relative links are relative to, and which they take to the reader: without user name and
/// password, and without the parameters that let somebody in.
pub(super) fn public(url: &Url) -> Url {
    let mut url = plain(url);
    if let Some(query) = url.query() {
        let kept: Vec<&str> =
            query.split('&').filter(|pair| !is_secret(pair.split('=').next().unwrap_or_default())).collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(&kept));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let table = [
            ("https://ann:hemlig@example.se/a#b", "https://example.se/a"),
            ("https://ann@example.se/", "https://example.se/"),
            ("https://example.se/?page=2&api_key=abc&q=x", "https://example.se/?page=2&api_key=***&q=x"),
            ("https://example.se/?X-Amz-Signature=abc=&Token", "https://example.se/?X-Amz-Signature=***&Token"),
            ("https://example.se/?access_token=&PASSWORD=1", "https://example.se/?access_token=&PASSWORD=***"),
            ("https://example.se/?sida=2&keyword=x&sid=7", "https://example.se/?sida=2&keyword=x&sid=***"),
        ];
        for (given, wanted) in table {
            assert_eq!(redacted(&Url::parse(given).expect(given)), wanted);
        }
        let long = Url::parse(&format!("https://example.se/{}", "x".repeat(9000))).expect("an address");
        assert_eq!(redacted(&long).chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_published_address_keeps_its_query_and_fragment() {
        let url = Url::parse("https://ann:hemlig@example.se/a?key=1#b").expect("an address");
        assert_eq!(plain(&url).as_str(), "https://example.se/a?key=1#b");
        assert_eq!(public(&url).as_str(), "https://example.se/a#b");
        let url = Url::parse("https://example.se/?skip=0&token=hemlig&take=20").expect("an address");
        assert_eq!(public(&url).as_str(), "https://example.se/?skip=0&take=20");
    }
}
