//! Building URLs from rules.
//!
//! Invariant: every value is percent-encoded where it lands, so no value can leave its segment, start a query, or name a host.

mod base;

pub(crate) use base::BaseUrl;

use std::fmt::{self, Display, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All that is not unreserved (RFC 3986) is encoded in a segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What Flask takes beside the values; as part of a query nobody means them.
const RESERVED: [&str; 3] = ["_external", "_scheme", "_method"];

/// The values that a URL is built with: `()`, `[("id", 3)]`, a slice or a `Vec` of pairs.
///
/// A value whose name is a parameter of the rule fills it; the others become the query. `_anchor` is the part behind `#`.
pub trait UrlParams {
    /// The pairs, as text.
    fn into_params(self) -> Vec<(String, String)>;
}

impl UrlParams for () {
    fn into_params(self) -> Vec<(String, String)> {
        Vec::new()
    }
}

impl<K: Display, V: Display, const N: usize> UrlParams for [(K, V); N] {
    fn into_params(self) -> Vec<(String, String)> {
        pairs(self)
    }
}

impl<K: Display, V: Display> UrlParams for Vec<(K, V)> {
    fn into_params(self) -> Vec<(String, String)> {
        pairs(self)
    }
}

impl<K: Display, V: Display> UrlParams for &[(K, V)] {
    fn into_params(self) -> Vec<(String, String)> {
        pairs(self.iter().map(|(name, value)| (name, value)))
    }
}

fn pairs<K: Display, V: Display>(pairs: impl IntoIterator<Item = (K, V)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// A URL that cannot be built: the endpoint is unknown, or values are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlError {
    message: String,
}

impl UrlError {
    pub(crate) fn unknown_endpoint(endpoint: &str, near: Option<&str>) -> Self {
        let hint = match near {
            Some(near) => format!("Did you mean '{near}' instead?"),
            None => "The routes command lists the endpoints.".to_owned(),
        };
        Self { message: format!("Could not build url for endpoint '{endpoint}'. {hint}") }
    }

    pub(crate) fn unbuilt(error: &crate::routes::BuildError) -> Self {
        Self { message: error.to_string() }
    }

    pub(crate) fn no_base(endpoint: &str) -> Self {
        let message = format!(
            "Could not build an external url for endpoint '{endpoint}': BASE_URL is not set. Set it to where visitors find the application \
             (BASE_URL=https://shop.example); a request is not asked, since whoever sends it chooses its Host"
        );
        Self { message }
    }

    fn reserved(name: &str) -> Self {
        let instead = match name {
            "_external" => "use external_url_for, or in a template _external=true",
            "_scheme" => "the scheme of external URLs is that of BASE_URL",
            _ => "the rule is chosen by the values",
        };
        Self { message: format!("`{name}` is no value of a URL: {instead}") }
    }

    fn missing(endpoint: &str, rule: &str, missing: &[&str]) -> Self {
        let message = format!(
            "Could not build url for endpoint '{endpoint}' ({rule}). Did you forget to specify values {missing:?}?"
        );
        Self { message }
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for UrlError {}

/// The URL of the rule that uses most of the values, among those whose parameters are all given.
pub(crate) fn build(endpoint: &str, rules: &[&str], params: &[(String, String)]) -> Result<String, UrlError> {
    if let Some((name, _)) = params.iter().find(|(name, _)| RESERVED.contains(&name.as_str())) {
        return Err(UrlError::reserved(name));
    }
    let mut best: Option<(usize, &str)> = None;
    let mut lacking = None;
    for rule in rules {
        let names = names(rule);
        let missing: Vec<&str> =
            names.iter().map(|(name, _)| *name).filter(|name| get(params, name).is_none()).collect();
        if missing.is_empty() {
            // The first one wins among equals, as the first path of a view is its main one.
            if best.is_none_or(|(used, _)| names.len() > used) {
                best = Some((names.len(), rule));
            }
        } else if lacking.is_none() {
            lacking = Some(UrlError::missing(endpoint, rule, &missing));
        }
    }
    match (best, lacking) {
        (Some((_, rule)), _) => Ok(fill(rule, params)),
        (None, Some(error)) => Err(error),
        (None, None) => Err(UrlError::unknown_endpoint(endpoint, None)),
    }
}

/// A rule as requests spell it: a letter that is not ASCII, and a blank, come percent-encoded. The name of a parameter is in no request.
///
/// An encoded letter in the rule stays as it is, so that either spelling of `/über` is the same rule.
pub(crate) fn as_requested(rule: &str) -> String {
    let mut named = false;
    let mut requested = String::with_capacity(rule.len());
    for letter in rule.chars() {
        named = letter == '{' || named && letter != '}';
        match letter {
            ' ' if !named => requested.push_str("%20"),
            _ if named || letter.is_ascii() => requested.push(letter),
            _ => requested.extend(utf8_percent_encode(letter.encode_utf8(&mut [0; 4]), SEGMENT)),
        }
    }
    requested
}

fn get<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
    // An empty segment would not match the rule again.
    params
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, value)| &**value)
        .filter(|value| !value.is_empty())
}

/// Parameter names of a rule, and whether each takes the rest of the path.
fn names(rule: &str) -> Vec<(&str, bool)> {
    rule.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
        .filter(|name| !name.is_empty())
        .map(|name| match name.strip_prefix('*') {
            Some(rest) => (rest, true),
            None => (name, false),
        })
        .collect()
}

fn fill(rule: &str, params: &[(String, String)]) -> String {
    let names = names(rule);
    let mut url = rule.to_owned();
    for &(name, rest) in &names {
        let value = get(params, name).unwrap_or_default();
        let (pattern, value) = if rest {
            let parts: Vec<String> = value.trim_start_matches('/').split('/').map(encode_segment).collect();
            (format!("{{*{name}}}"), parts.join("/"))
        } else {
            (format!("{{{name}}}"), encode_segment(value))
        };
        url = url.replace(&pattern, &value);
    }

    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut asked = false;
    for (name, value) in params {
        if name != "_anchor" && !names.iter().any(|(other, _)| other == name) {
            query.append_pair(name, value);
            asked = true;
        }
    }
    if asked {
        let _ = write!(url, "?{}", query.finish());
    }
    if let Some(anchor) = get(params, "_anchor") {
        let _ = write!(url, "#{}", encode_segment(anchor));
    }
    url
}

/// A segment of dots alone would be taken as "here" or "up" by browsers, so its dots are encoded too.
fn encode_segment(value: &str) -> String {
    match value {
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        other => utf8_percent_encode(other, SEGMENT).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(rule: &str, params: &[(&str, &str)]) -> String {
        build("e", &[rule], &params.into_params()).unwrap()
    }

    #[test]
    fn values_stay_where_they_belong() {
        assert_eq!(url("/users/{id}", &[("id", "a/b?c#d")]), "/users/a%2Fb%3Fc%23d");
        assert_eq!(url("/{a}/x", &[("a", "/evil.com")]), "/%2Fevil.com/x");
        assert_eq!(url("/{a}/x", &[("a", "..")]), "/%2E%2E/x");
        assert_eq!(url("/static/{*filename}", &[("filename", "css/a b.css")]), "/static/css/a%20b.css");
        assert_eq!(url("/static/{*filename}", &[("filename", "//../x")]), "/static/%2E%2E/x");
        assert_eq!(url("/", &[("q", "a b&c"), ("_anchor", "top")]), "/?q=a+b%26c#top");
    }

    #[test]
    fn a_value_that_looks_like_a_parameter_is_not_filled_again() {
        assert_eq!(url("/{a}/{b}", &[("a", "{b}"), ("b", "x")]), "/%7Bb%7D/x");
    }

    #[test]
    fn rules_are_spelt_as_requests_are() {
        assert_eq!(as_requested("/über/{näme}/a b"), "/%C3%BCber/{näme}/a%20b");
        assert_eq!(as_requested("/%C3%BCber/{*rest}"), "/%C3%BCber/{*rest}");
        assert_eq!(as_requested("/users/{id}"), "/users/{id}");
    }

    #[test]
    fn what_flask_takes_beside_the_values_is_answered() {
        let says = |name: &str| build("e", &["/"], &[(name, "x")].into_params()).unwrap_err().to_string();
        assert!(says("_external").contains("external_url_for"), "{}", says("_external"));
        assert!(says("_scheme").contains("BASE_URL"), "{}", says("_scheme"));
        assert!(says("_method").contains("by the values"), "{}", says("_method"));
    }

    #[test]
    fn the_rule_that_uses_the_values_is_chosen() {
        let rules = ["/posts/", "/posts/page/{page}"];
        assert_eq!(build("e", &rules, &[("page", 2)].into_params()).unwrap(), "/posts/page/2");
        assert_eq!(build("e", &rules, &().into_params()).unwrap(), "/posts/");
        let error = build("e", &rules[1..], &().into_params()).unwrap_err();
        assert!(error.to_string().contains(r#"values ["page"]"#), "{error}");
    }
}
