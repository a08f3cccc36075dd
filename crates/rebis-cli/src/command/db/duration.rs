//! Times as people write them: `500ms`, `5s`, `2m`; a bare number is seconds.

use std::time::Duration;

pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("'{text}' is no time: write 500ms, 5s or 2m");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => Some(Duration::from_secs(number)),
        "m" | "min" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
    .filter(|time| !time.is_zero())
    .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        assert_eq!(parse("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(parse("5").unwrap(), parse("5s").unwrap());
        assert_eq!(parse("2m").unwrap(), Duration::from_secs(120));
        for wrong in ["", "0", "s", "5h", "-1s", "1.5s"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
