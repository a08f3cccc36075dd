//! `Args`: the query string read leniently, as Flask's `request.args`.
//!
//! Invariant: it never refuses. What is missing or malformed is `None` or the default.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The values of the query string, by name.
///
/// ```
/// use rebis_web::Args;
///
/// async fn users(args: Args) -> String {
///     let page = args.get_or("page", 1);         // ?page=x and no page at all are page 1
///     let q: String = args.get_or("q", String::new());
///     format!("page {page} of {q}")
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args {
    pairs: Vec<(String, String)>,
}

impl Args {
    /// The first value of `name` as a `T`; `None` when there is none or it is no `T`.
    pub fn get<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// The first value of `name` as a `T`, else `default`.
    pub fn get_or<T: FromStr>(&self, name: &str, default: T) -> T {
        self.get(name).unwrap_or(default)
    }

    /// The first value of `name`, as it was sent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Every value of `name` that is a `T`: `?tag=a&tag=b`.
    pub fn list<T: FromStr>(&self, name: &str) -> Vec<T> {
        let values = self.pairs.iter().filter(|(other, _)| other == name);
        values.filter_map(|(_, value)| value.parse().ok()).collect()
    }

    /// All pairs in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn parse(query: Option<&str>) -> Self {
        Self { pairs: form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect() }
    }
}

impl<S: Sync> FromRequestParts<S> for Args {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_is_the_default() {
        let args = Args::parse(Some("page=x&q=a+b%26&tag=1&tag=z&tag=2&empty"));
        assert_eq!(args.get_or("page", 1), 1);
        assert_eq!(args.get::<String>("q").as_deref(), Some("a b&"));
        assert_eq!(args.list::<i64>("tag"), [1, 2]);
        assert_eq!(args.text("empty"), Some(""));
        assert_eq!(args.text("none"), None);
    }
}
