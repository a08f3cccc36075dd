//! "Did you mean": the nearest of some names.
//!
//! Invariant: only a name that a slip of the finger explains is offered.

/// The name nearest to `wanted`, if one is near enough.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 2).clamp(1, 5);
    names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// How many letters are added, left out, changed or swapped with their neighbour (optimal string alignment), by rows.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swap: usize = before[j - 2];
                least = least.min(swap + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_slips_only() {
        assert_eq!(nearest("site.idnex", ["site.index", "site.show"]), Some("site.index"));
        assert_eq!(nearest("index", ["site.index", "auth.login"]), None);
        assert_eq!(nearest("rnu", ["routes", "run"]), Some("run"));
        assert_eq!(nearest("populate", ["routes", "test"]), None);
        assert_eq!((distance("kitten", "sitting"), distance("", "ab"), distance("ca", "abc")), (3, 2, 3));
    }
}
