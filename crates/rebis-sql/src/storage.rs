//! How values are written as text where a database has no type of its own for them, and read back.
//!
//! **Invariant.** The written forms are SQLAlchemy's (a database can be taken over), sort as text in the order of the values, and are read
//! back exactly; reading also accepts the ISO forms that other programs write.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use uuid::Uuid;

/// `2026-11-20`
#[must_use]
pub fn date_text(date: NaiveDate) -> String {
    let mut text = String::with_capacity(10);
    push_date(&mut text, date);
    text
}

/// `10:12:33.123456`
#[must_use]
pub fn time_text(time: NaiveTime) -> String {
    let mut text = String::with_capacity(15);
    push_time(&mut text, time);
    text
}

/// `2026-11-20 10:12:33.123456`
#[must_use]
pub fn datetime_text(at: NaiveDateTime) -> String {
    let mut text = String::with_capacity(26);
    push_date(&mut text, at.date());
    text.push(' ');
    push_time(&mut text, at.time());
    text
}

/// 32 hexadecimal digits without hyphens.
#[must_use]
pub fn uuid_text(uuid: Uuid) -> String {
    uuid.simple().to_string()
}

/// The length in microseconds, what an Interval is stored as where there is no such type; `None` beyond 292 000 years.
#[must_use]
pub fn interval_micros(interval: TimeDelta) -> Option<i64> {
    interval.num_microseconds()
}

fn push_date(text: &mut String, date: NaiveDate) {
    // Years beyond four digits keep a sign, as chrono and ISO 8601 write them; they are read back but no longer sort as text.
    let year = date.year();
    let _ = if (0..=9999).contains(&year) { write!(text, "{year:04}") } else { write!(text, "{year:+05}") };
    let _ = write!(text, "-{:02}-{:02}", date.month(), date.day());
}

fn push_time(text: &mut String, time: NaiveTime) {
    // chrono keeps a leap second as nanoseconds above one second; no database stores one, so it becomes the second's last moment.
    let micros = (time.nanosecond() / 1000).min(999_999);
    let _ = write!(text, "{:02}:{:02}:{:02}.{micros:06}", time.hour(), time.minute(), time.second());
}

/// Reads `YYYY-MM-DD`, and the date of a longer date-and-time text.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    text.parse().ok().or_else(|| parse_datetime(text).map(|at| at.date()))
}

/// Reads `HH:MM[:SS[.ffffff]]`.
pub(crate) fn parse_time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M:%S%.f").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).ok()
}

/// Reads a date and time, `T` or space between them, `Z` or an offset after them (then in UTC), a date alone as its midnight.
pub(crate) fn parse_datetime(text: &str) -> Option<NaiveDateTime> {
    if let Some(at) = parse_fixed(text.as_bytes()) {
        return Some(at);
    }
    let text = text.trim();
    if let Ok(date) = text.parse::<NaiveDate>() {
        return date.and_hms_opt(0, 0, 0);
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z"] {
        if let Ok(at) = DateTime::parse_from_str(text, format) {
            return Some(at.with_timezone(&Utc).naive_utc());
        }
    }
    let text = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix(" UTC")).unwrap_or(text);
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// The form that is written here, by position: reading it through chrono's format machinery takes ten times as long.
fn parse_fixed(b: &[u8]) -> Option<NaiveDateTime> {
    let fraction = match b.len() {
        19 => 0,
        21..=26 if b[19] == b'.' => digits(&b[20..])? * 10_u32.pow(26 - b.len() as u32),
        _ => return None,
    };
    if b[4] != b'-' || b[7] != b'-' || !matches!(b[10], b' ' | b'T') || b[13] != b':' || b[16] != b':' {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(digits(&b[..4])? as i32, digits(&b[5..7])?, digits(&b[8..10])?)?;
    date.and_hms_micro_opt(digits(&b[11..13])?, digits(&b[14..16])?, digits(&b[17..19])?, fraction)
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}
