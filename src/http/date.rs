//! HTTP-date (RFC 9110 §5.6.7): read in its three formats, written in the preferred one.
//! What a date means for a request stands in [`super::precondition`].

use super::field;
use ::http::{HeaderMap, HeaderName, HeaderValue};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Last second that has four digits for its year: 9999-12-31T23:59:59Z.
const LAST_S: u64 = 253_402_300_799;

/// The date in a field, in whole seconds since 1970.
///
/// `None` if the field is absent, malformed or sent twice: such a date must be ignored (§13.1.3).
pub fn seconds(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let date = httpdate::parse_http_date(field::single(headers, name)?).ok()?;
    let since = date.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// A moment, in milliseconds since 1970, as a field value: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Parts of a second are dropped; moments outside the years 1970 to 9999 give the nearest one inside.
pub fn value(epoch_ms: i64) -> HeaderValue {
    let seconds = u64::try_from(epoch_ms).unwrap_or(0) / 1000;
    let moment: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds.min(LAST_S));
    field::value(&httpdate::fmt_http_date(moment))
}
