//! How the page of one source is asked for: the keys of `[[source]]` that hold secrets, and `robots`.

use super::names;
use super::reader::Reader;
use super::units::flag;
use crate::fetch::SourceOptions;
use crate::model::Secret;

/// Reads the keys. `fetch` judges them, and quotes none.
pub(super) fn read(r: &mut Reader<'_, '_>) -> SourceOptions {
    let (places, headers) = r.pairs("headers", &names::secret(), "sent along, to its own host alone");
    let user = r.optional("user", &names::secret(), "none", "the name to log in with, at its own host alone");
    let password = r.optional("password", &names::secret(), "none", "its password");
    let token = r.optional("token", &names::secret(), "none", "logs in with a bearer token, at its own host alone");
    let proxy =
        r.optional("proxy", &names::secret(), "none", "asked through: an http, https, socks5 or socks5h address");
    let robots = r.or("robots", &flag(), true, "whether robots.txt is heeded; `false` is for sites of your own");

    let mut own = SourceOptions::default().with_robots(robots).with_key_in_address(r.is_secret("url"));
    for (name, value) in &headers {
        match own.clone().with_header(name, value) {
            Ok(with) => own = with,
            Err(reason) => {
                let reason = format!("`source.headers`: `{name}` {reason}");
                r.findings().mistake(places.get(name), &reason, None);
            }
        }
    }
    if user.is_none() && password.is_some() {
        r.mistake("password", "stands without a `user`", None);
    }
    if user.is_some() && token.is_some() {
        r.mistake("token", "and `user` are two ways to log in: give one", None);
    }
    let password = password.unwrap_or_else(|| Secret::new(""));
    own = with(r, own, "user", user, |own, user| own.with_basic(user, &password));
    own = with(r, own, "token", token, SourceOptions::with_bearer);
    with(r, own, "proxy", proxy, SourceOptions::with_proxy)
}

/// Adds what a key says, or tells why that cannot be.
fn with(
    r: &mut Reader<'_, '_>,
    own: SourceOptions,
    name: &'static str,
    given: Option<Secret>,
    add: impl FnOnce(SourceOptions, &Secret) -> Result<SourceOptions, String>,
) -> SourceOptions {
    let Some(given) = given else { return own };
    add(own.clone(), &given).unwrap_or_else(|reason| {
        r.mistake(name, &reason, None);
        own
    })
}
