//! stub
use crate::model::PageDate;
use jiff::{Timestamp, tz::TimeZone};
pub(super) fn read(text: &str, _l: &str, _z: &TimeZone, _n: Timestamp) -> Option<PageDate> {
    text.trim().parse().ok()
}
pub(super) fn from_address(_u: &url::Url) -> Option<PageDate> {
    None
}
