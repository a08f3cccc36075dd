//! The words about a name that nobody knows. Invariant: a near miss is named, and the whole list always follows.

use proc_macro2::Ident;

use crate::ctxt::Ctxt;

/// The names that one attribute takes.
pub(crate) struct Vocabulary {
    /// How the attribute is written: `#[column(…)]`.
    pub(crate) attribute: &'static str,
    /// The names it knows.
    pub(crate) known: &'static [&'static str],
    /// What people who come from elsewhere write, and what to say to them.
    pub(crate) elsewhere: &'static [(&'static str, &'static str)],
    /// Names that stand for something planned, and what can be done meanwhile.
    pub(crate) later: &'static [(&'static str, &'static str)],
}

impl Vocabulary {
    /// Notes the error for a name that is not in `known`. Returns the name that was probably meant.
    pub(crate) fn refuse(&self, ctxt: &Ctxt, name: &Ident) -> Option<&'static str> {
        let text = name.to_string();
        let attribute = self.attribute;
        if let Some((_, meanwhile)) = self.later.iter().find(|(n, _)| *n == text) {
            ctxt.error(name, format!("`{text}` in `{attribute}` is not supported yet; {meanwhile}"));
            return None;
        }
        let mut meant = None;
        let mut message = format!("unknown argument `{text}` in `{attribute}`");
        if let Some((_, advice)) = self.elsewhere.iter().find(|(n, _)| *n == text) {
            message.push_str(&format!(": {advice}"));
            meant = advice.strip_prefix("did you mean `").and_then(|rest| rest.split('`').next());
        } else if let Some(near) = nearest(&text, self.known.iter().copied()) {
            message.push_str(&format!(": did you mean `{near}`?"));
            meant = Some(near);
        }
        message.push_str(&format!("\nknown: {}", self.known.join(", ")));
        ctxt.error(name, message);
        meant
    }
}

/// The candidate that `name` was most likely meant to be: few letters away, or the one begun.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter_map(|c| {
            let distance = distance(&name, &c.to_lowercase());
            let begun = name.len() >= 3 && (c.starts_with(&name) || name.starts_with(c));
            (distance <= allowed || begun).then_some((distance, c))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

/// How many letters have to be added, dropped, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let known = ["primary_key", "unique", "index", "length", "foreign_key"];
        assert_eq!(nearest("primray_key", known), Some("primary_key"));
        assert_eq!(nearest("Unique", known), Some("unique"));
        assert_eq!(nearest("lenght", known), Some("length"));
        assert_eq!(nearest("foreign", known), Some("foreign_key"));
        assert_eq!(nearest("colour", known), None);
    }
}
