//! The types of the language and of chrono, uuid and rust_decimal, as values of fields.
//!
//! Invariant: the text is the one of HTML: a decimal point, dates as `2026-11-21`, times as `13:45` or `13:45:30`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::value::FormType;
use super::widget::Widget;

impl FormType for String {
    const WIDGET: Widget = Widget::Text;

    /// Text is taken as it is, but for U+0000, which no visitor types and PostgreSQL refuses.
    fn parse(text: &str) -> Result<Self, String> {
        if text.contains('\0') { Err("Not a valid value.".to_owned()) } else { Ok(text.to_owned()) }
    }

    fn text(&self) -> String {
        self.clone()
    }
}

macro_rules! integers {
    ($($kind:ty),*) => {$(
        impl FormType for $kind {
            const WIDGET: Widget = Widget::Number;

            fn parse(text: &str) -> Result<Self, String> {
                let text = text.trim();
                // A number, but none that the field can hold: the words of a `range` that the type has by itself.
                text.parse().map_err(|_| match text.parse::<i128>() {
                    Ok(_) => format!("Must be between {} and {}.", <$kind>::MIN, <$kind>::MAX),
                    Err(_) => "Not a valid integer value.".to_owned(),
                })
            }

            fn text(&self) -> String {
                self.to_string()
            }

            fn attributes() -> &'static [(&'static str, &'static str)] {
                &[("step", "1")]
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

macro_rules! floats {
    ($($kind:ty),*) => {$(
        impl FormType for $kind {
            const WIDGET: Widget = Widget::Number;

            fn parse(text: &str) -> Result<Self, String> {
                let number = text.trim().parse().ok().filter(|number: &$kind| number.is_finite());
                number.ok_or_else(|| "Not a valid decimal value.".to_owned())
            }

            fn text(&self) -> String {
                self.to_string()
            }

            fn attributes() -> &'static [(&'static str, &'static str)] {
                &[("step", "any")]
            }
        }
    )*};
}

floats!(f32, f64);

impl FormType for Decimal {
    const WIDGET: Widget = Widget::Number;

    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| "Not a valid decimal value.".to_owned())
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        &[("step", "any")]
    }
}

impl FormType for Uuid {
    const WIDGET: Widget = Widget::Text;

    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| "Not a valid UUID.".to_owned())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl FormType for NaiveDate {
    const WIDGET: Widget = Widget::Date;

    fn parse(text: &str) -> Result<Self, String> {
        NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| "Not a valid date value.".to_owned())
    }

    fn text(&self) -> String {
        self.format("%Y-%m-%d").to_string()
    }
}

impl FormType for NaiveTime {
    const WIDGET: Widget = Widget::Time;

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let read = |format| NaiveTime::parse_from_str(text, format);
        read("%H:%M").or_else(|_| read("%H:%M:%S%.f")).map_err(|_| "Not a valid time value.".to_owned())
    }

    fn text(&self) -> String {
        self.format("%H:%M:%S").to_string()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        &[("step", "1")]
    }
}

impl FormType for NaiveDateTime {
    const WIDGET: Widget = Widget::DateTime;

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().replacen('T', " ", 1);
        let read = |format| NaiveDateTime::parse_from_str(&text, format);
        read("%Y-%m-%d %H:%M")
            .or_else(|_| read("%Y-%m-%d %H:%M:%S%.f"))
            .map_err(|_| "Not a valid datetime value.".to_owned())
    }

    fn text(&self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S").to_string()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        &[("step", "1")]
    }
}

/// A browser sends no time zone: the time is read as UTC, so say so in the field's label or help.
impl FormType for DateTime<Utc> {
    const WIDGET: Widget = Widget::DateTime;

    fn parse(text: &str) -> Result<Self, String> {
        NaiveDateTime::parse(text).map(|time| time.and_utc())
    }

    fn text(&self) -> String {
        self.naive_utc().text()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        <NaiveDateTime as FormType>::attributes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round<T: FormType + PartialEq + std::fmt::Debug>(text: &str, again: &str) {
        let value = T::parse(text).unwrap();
        assert_eq!(value.text(), again);
        assert_eq!(T::parse(again).unwrap(), value, "what is shown can be sent back");
    }

    #[test]
    fn what_is_written_is_read_again() {
        round::<u8>(" 7 ", "7");
        round::<i64>("-7", "-7");
        round::<f64>("1.50", "1.5");
        round::<Decimal>("1.50", "1.50");
        round::<NaiveDate>("2026-11-21", "2026-11-21");
        round::<NaiveTime>("13:45", "13:45:00");
        round::<NaiveDateTime>("2026-11-21T13:45", "2026-11-21T13:45:00");
        round::<DateTime<Utc>>("2026-11-21T13:45:30", "2026-11-21T13:45:30");
        round::<Uuid>("67E55044-10B1-426F-9247-BB680E5FE0C8", "67e55044-10b1-426f-9247-bb680e5fe0c8");
    }

    #[test]
    fn what_is_malformed_is_said() {
        for (text, why) in [
            ("256", "Must be between 0 and 255."),
            ("-1", "Must be between 0 and 255."),
            ("x", "Not a valid integer value."),
            ("1.5", "Not a valid integer value."),
        ] {
            assert_eq!(u8::parse(text).unwrap_err(), why, "{text}");
        }
        for text in ["NaN", "inf", "1e999", "x", "1,5"] {
            assert_eq!(f64::parse(text).unwrap_err(), "Not a valid decimal value.", "{text}");
        }
        assert_eq!(NaiveDate::parse("2026-02-30").unwrap_err(), "Not a valid date value.");
        assert_eq!(NaiveTime::parse("25:00").unwrap_err(), "Not a valid time value.");
        assert_eq!(NaiveDateTime::parse("2026-11-21").unwrap_err(), "Not a valid datetime value.");
        assert_eq!(String::parse("a\0b").unwrap_err(), "Not a valid value.");
    }
}
