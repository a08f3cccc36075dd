//! What was printed beside what the document shows. Invariant: only `…` stands for anything else than itself.

/// The first line that differs, in words.
pub(super) fn compare(expected: &[String], actual: &[String]) -> Result<(), String> {
    let mut reached = 0;
    if lines(expected, actual, 0, &mut reached) {
        return Ok(());
    }
    Err(format!(
        "--- the document shows\n{}\n--- printed, different from line {}\n{}",
        expected.join("\n"),
        reached + 1,
        actual.join("\n")
    ))
}

fn lines(expected: &[String], actual: &[String], at: usize, reached: &mut usize) -> bool {
    *reached = (*reached).max(at);
    match expected.split_first() {
        None => actual.is_empty(),
        Some((any, rest)) if any.trim() == "…" => {
            (0..=actual.len()).any(|skipped| lines(rest, &actual[skipped..], at + skipped, reached))
        }
        Some((line, rest)) => actual
            .split_first()
            .is_some_and(|(first, others)| text(line, first) && lines(rest, others, at + 1, reached)),
    }
}

/// Whether a line is as the pattern says.
fn text(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::compare;

    fn same(expected: &str, actual: &str) -> bool {
        let split = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        compare(&split(expected), &split(actual)).is_ok()
    }

    #[test]
    fn an_ellipsis_stands_for_text_and_for_lines() {
        assert!(same("a\nb", "a\nb"));
        assert!(!same("a", "a\nb"));
        assert!(!same("a\nb", "a"));
        assert!(!same("ab", "abc"));
        assert!(same("Generating …/x_….rs ...  done", "Generating /tmp/x_1.rs ...  done"));
        assert!(!same("id …, name", "id 7, names"));
        assert!(same("a\n…\nz", "a\nb\nc\nz"));
        assert!(same("a\n…\nz", "a\nz"));
        assert!(!same("a\n…\nz", "a\nb"));
        assert!(same("…", ""));
    }
}
