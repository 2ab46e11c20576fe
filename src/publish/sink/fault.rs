//! What can go wrong between flode and an object store.

use std::fmt;

/// Why the object store did not do what it was asked. Nothing of the login stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no login.
    NoLogin {
        /// The environment variable that is not set.
        variable: &'static str,
    },
    /// No request can be made for this bucket.
    Address(String),
    /// The service did not answer, or not to the end, at any attempt.
    Unreachable(String),
    /// The service answered with an error.
    Refused {
        /// Of HTTP.
        status: u16,
        /// The service's word for it, such as `AccessDenied`; empty where it gave none.
        code: String,
        /// Its sentence, at most 200 characters.
        message: String,
        /// The region that the bucket is in, where it says so.
        region: Option<String>,
    },
    /// A listing that could not be read.
    Garbled(&'static str),
    /// There are more objects below the prefix than flode looks through.
    Crowded {
        /// The limit.
        limit: usize,
    },
}

impl Fault {
    /// Whether the same request may do better in a moment: the service was not reached, or is not well.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            // Services other than AWS say `SlowDown` by 429; AWS says by 400 that it has waited for the rest of a request.
            Self::Refused { status, code, .. } => {
                matches!(status, 429 | 500 | 502 | 503 | 504) || matches!(code.as_str(), "RequestTimeout" | "SlowDown")
            }
            _ => false,
        }
    }

    /// What the operator can do about it.
    pub(in super::super) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoLogin { .. } => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if there is one) in the environment"
            }
            Self::Address(_) => {
                "see `publish.s3.endpoint`; some names of buckets ask for `publish.s3.path_style = true`"
            }
            Self::Unreachable(_) => {
                "see `publish.s3.endpoint` and the network; the objects stay as they are, the next run goes on by itself"
            }
            Self::Refused { status, code, message, region } => {
                return refusal_hint(*status, code, message, region.as_deref());
            }
            Self::Garbled(_) => "see `publish.s3.endpoint`: is it the service's own address?",
            Self::Crowded { .. } => "give flode a prefix of its own: `publish.to = \"s3://bucket/prefix\"`",
        };
        Some(hint.to_owned())
    }
}

fn refusal_hint(status: u16, code: &str, message: &str, region: Option<&str>) -> Option<String> {
    let clock = code == "RequestTimeTooSkewed" || message.contains("expired") || message.contains("not yet valid");
    let hint = match (status, code) {
        (_, "ExpiredToken" | "TokenRefreshRequired") => {
            "the session has ended: set AWS_SESSION_TOKEN and its keys anew"
        }
        (_, "NoSuchBucket") => "make the bucket, or correct `publish.to`, `publish.s3.region` or `publish.s3.endpoint`",
        _ if clock => "the clock of this machine and the service's differ: set it right",
        (_, "SignatureDoesNotMatch") => "see AWS_SECRET_ACCESS_KEY, and `publish.s3.region`",
        (_, "InvalidAccessKeyId") => {
            "see AWS_ACCESS_KEY_ID, and whether `publish.s3.endpoint` is the service that it is for"
        }
        (300..=399, _) | (_, "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError") => {
            return Some(match region {
                Some(region) => format!("the bucket is in another region: set `publish.s3.region = \"{region}\"`"),
                None => {
                    "the bucket may be in another region: see `publish.s3.region` and `publish.s3.endpoint`".to_owned()
                }
            });
        }
        (401 | 403, _) => {
            "see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the login needs s3:ListBucket, s3:GetObject and s3:PutObject there"
        }
        (404, _) => "see `publish.to` and `publish.s3.endpoint`",
        (429 | 500..=599, _) => "the objects stay as they are; the next run goes on by itself",
        _ => return None,
    };
    Some(hint.to_owned())
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLogin { variable } => write!(f, "the environment variable `{variable}` is not set"),
            Self::Address(why) => write!(f, "no address can be made for it: {why}"),
            Self::Unreachable(why) => write!(f, "no answer from the object store: {why}"),
            Self::Refused { status, code, message, .. } => {
                write!(f, "the object store says {status}")?;
                [code, message].iter().filter(|said| !said.is_empty()).try_for_each(|said| write!(f, ", {said}"))
            }
            Self::Garbled(why) => f.write_str(why),
            Self::Crowded { limit } => write!(f, "there are more than {limit} objects"),
        }
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_hint() {
        let refused = |status, code: &str, message: &str, region: Option<&str>| Fault::Refused {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            region: region.map(str::to_owned),
        };
        for (fault, hint) in [
            (refused(403, "AccessDenied", "Access Denied", None), "AWS_ACCESS_KEY_ID"),
            (refused(403, "", "", None), "s3:PutObject"),
            (refused(403, "SignatureDoesNotMatch", "", None), "AWS_SECRET_ACCESS_KEY"),
            (refused(403, "RequestTimeTooSkewed", "", None), "clock"),
            (refused(403, "AccessDenied", "Request has expired", None), "clock"),
            (refused(400, "ExpiredToken", "The provided token has expired.", None), "AWS_SESSION_TOKEN"),
            (refused(404, "NoSuchBucket", "", None), "make the bucket"),
            (refused(301, "PermanentRedirect", "", Some("eu-north-1")), "region = \"eu-north-1\""),
            (refused(307, "", "", None), "another region"),
            (refused(503, "SlowDown", "", None), "next run"),
            (Fault::NoLogin { variable: "AWS_ACCESS_KEY_ID" }, "environment"),
        ] {
            assert!(fault.hint().is_some_and(|said| said.contains(hint)), "{fault}: {:?}", fault.hint());
        }
        assert_eq!(refused(400, "InvalidRequest", "No.", None).hint(), None);
        let said = refused(404, "NoSuchBucket", "There is none.", None).to_string();
        assert_eq!(said, "the object store says 404, NoSuchBucket, There is none.");
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let refused = |status| Fault::Refused { status, code: String::new(), message: String::new(), region: None };
        for (status, again) in [(500, true), (503, true), (429, true), (501, false), (403, false), (301, false)] {
            assert_eq!(refused(status).may_pass(), again, "{status}");
        }
        assert!(Fault::Unreachable(String::new()).may_pass());
        let waited =
            Fault::Refused { status: 400, code: "RequestTimeout".to_owned(), message: String::new(), region: None };
        assert!(waited.may_pass());
    }
}
