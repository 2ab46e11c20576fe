//! The marks that makers of challenge, consent and login pages leave in them.
//!
//! Many of these makers also put a script into every ordinary page of their customers. Only what stands in the page that
//! keeps a reader out is a mark here; what may stand in both counts where the page has hardly anything else.

use crate::model::Notice::{self, Challenge, Consent, Error, Login, Parked};

/// Where a mark stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the text of a script, or in its address.
    Script,
    /// The whole `id` of an element.
    Id,
    /// In the address of a form, a frame, a picture or a refresh.
    Address,
    /// The name of a field in a form.
    Field,
}

/// A mark.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) place: Place,
    /// As it is written, case included.
    pub(super) text: &'static str,
    pub(super) notice: Notice,
    /// Whose it is, for the operator.
    pub(super) maker: &'static str,
    /// Ordinary pages may have it too.
    pub(super) common: bool,
}

const fn sure(place: Place, text: &'static str, notice: Notice, maker: &'static str) -> Marker {
    Marker { place, text, notice, maker, common: false }
}

const fn common(place: Place, text: &'static str, notice: Notice, maker: &'static str) -> Marker {
    Marker { place, text, notice, maker, common: true }
}

use Place::{Address, Field, Id, Script};

/// Every mark; of several on a page the first in this order tells.
pub(super) const MARKERS: &[Marker] = &[
    sure(Script, "_cf_chl_opt", Challenge, "Cloudflare"),
    sure(Script, "/orchestrate/chl_page/", Challenge, "Cloudflare"),
    sure(Script, "/orchestrate/jsch/", Challenge, "Cloudflare"),
    sure(Id, "cf-challenge-running", Challenge, "Cloudflare"),
    common(Id, "challenge-error-text", Challenge, "Cloudflare"),
    common(Id, "challenge-form", Challenge, "Cloudflare"),
    sure(Address, "__cf_chl_", Challenge, "Cloudflare"),
    sure(Address, "bm-verify=", Challenge, "Akamai"),
    sure(Id, "sec-if-cpt-container", Challenge, "Akamai"),
    sure(Id, "sec-cpt-if", Challenge, "Akamai"),
    sure(Address, "captcha-delivery.com", Challenge, "DataDome"),
    sure(Script, "captcha-delivery.com", Challenge, "DataDome"),
    sure(Address, "_Incapsula_Resource", Challenge, "Imperva"),
    common(Script, "_Incapsula_Resource", Challenge, "Imperva"),
    sure(Script, "sucuri_cloudproxy_js", Challenge, "Sucuri"),
    sure(Script, "gokuProps", Challenge, "AWS WAF"),
    sure(Id, "px-captcha", Challenge, "HUMAN"),
    sure(Id, "px-captcha-wrapper", Challenge, "HUMAN"),
    sure(Id, "anubis_challenge", Challenge, "Anubis"),
    sure(Script, "/.within.website/x/cmd/anubis/", Challenge, "Anubis"),
    sure(Script, "/.well-known/ddos-guard/js-challenge", Challenge, "DDoS-Guard"),
    common(Script, "check.ddos-guard.net/", Challenge, "DDoS-Guard"),
    common(Script, "window[\"bobcmn\"]", Challenge, "F5"),
    common(Script, "/TSPD/", Challenge, "F5"),
    sure(Script, "/_vercel/security/", Challenge, "Vercel"),
    sure(Address, "validate.perfdrive.com", Challenge, "Radware"),
    common(Script, "KPSDK", Challenge, "Kasada"),
    common(Script, "awswaf.com", Challenge, "AWS WAF"),
    common(Script, "challenges.cloudflare.com/turnstile", Challenge, "Turnstile"),
    common(Script, "hcaptcha.com/1/api.js", Challenge, "hCaptcha"),
    common(Script, "google.com/recaptcha", Challenge, "reCAPTCHA"),
    sure(Id, "cf-error-details", Error, "Cloudflare"),
    common(Field, "SAMLRequest", Login, "SAML"),
    common(Field, "SAMLResponse", Login, "SAML"),
    common(Field, "wresult", Login, "WS-Federation"),
    common(Field, "id_token", Login, "OpenID Connect"),
    sure(Address, "//consent.google.", Consent, "Google"),
    sure(Address, "//consent.youtube.", Consent, "YouTube"),
    sure(Address, "/v2/collectConsent", Consent, "Yahoo"),
    common(Address, "consent.yahoo.com", Consent, "Yahoo"),
    common(Address, "//login.microsoftonline.com/", Login, "Microsoft"),
    common(Address, "//accounts.google.com/", Login, "Google"),
    common(Address, "/adfs/ls", Login, "AD FS"),
    common(Script, "sedoparking.com", Parked, "Sedo"),
    common(Script, "parkingcrew.net", Parked, "ParkingCrew"),
    common(Script, "bodis.com", Parked, "Bodis"),
    common(Script, "google.com/adsense/domains/", Parked, "AdSense for domains"),
    common(Script, "window.park", Parked, "a parking service"),
];

/// Beginnings of an `id` or a class of what asks for consent, by their makers; lower case.
pub(super) const CONSENT: &[&str] = &[
    "didomi",
    "onetrust",
    "ot-sdk",
    "cybotcookiebot",
    "sp_message_container",
    "usercentrics",
    "uc-banner",
    "qc-cmp2",
    "cmpbox",
    "truste",
    "klaro",
    "cky-",
    "iubenda-cs",
    "fc-consent",
    "cookie",
    "consent",
    "samtycke",
    "gdpr",
    "privacy-wall",
];

/// Parts of an address, between its marks, that lead to a login.
const LOGINS: &[&str] = &[
    "login",
    "signin",
    "logon",
    "sso",
    "saml",
    "saml2",
    "adfs",
    "authorize",
    "oauth2",
    "oidc",
    "inloggning",
    "loggain",
    "innlogging",
    "anmeldung",
    "connexion",
    "inloggen",
    "logowanie",
    "kirjaudu",
];

/// Whether an address is one of a login, by a folder of its path.
pub(super) fn leads_to_login(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_login = |part: &str| {
        let name = part.split('.').next().unwrap_or_default();
        let plain: String = name.chars().filter(|c| !matches!(c, '-' | '_')).collect();
        LOGINS.contains(&plain.as_str()) || plain == "wplogin"
    };
    path.split('/').any(is_login)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_login_is_told_by_a_whole_folder() {
        for (path, want) in [
            ("/login", true),
            ("/Account/Login?ReturnUrl=%2fnyheter", true),
            ("/wp-login.php", true),
            ("/idp/profile/SAML2/Redirect/SSO", true),
            ("/logga-in", true),
            ("/nyheter/login-kravs-nu", false),
            ("/nyheter?from=/login", false),
            ("/", false),
        ] {
            assert_eq!(leads_to_login(path), want, "{path}");
        }
    }

    #[test]
    fn no_mark_stands_twice() {
        for (at, marker) in MARKERS.iter().enumerate() {
            assert!(!MARKERS[..at].iter().any(|m| (m.place, m.text) == (marker.place, marker.text)), "{marker:?}");
        }
    }
}
