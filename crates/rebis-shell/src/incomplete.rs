//! Whether what was typed goes on in the next line. Invariant: told from brackets, texts and comments alone, so that a mistake is said at once
//! and never waited on.

/// Whether a bracket, a text over several lines or a comment is open.
pub(crate) fn is_incomplete(text: &str) -> bool {
    let mut open: i64 = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            '"' => {
                // Such a text ends with its line, unless that ends with a backslash.
                let mut closed = false;
                while let Some(c) = chars.next() {
                    match c {
                        '\\' if chars.next().is_none() => return true,
                        '"' => {
                            closed = true;
                            break;
                        }
                        _ => {}
                    }
                }
                if !closed {
                    return false;
                }
            }
            '\'' => {
                // A character: 'a', '\n'.
                if chars.next() == Some('\\') {
                    chars.next();
                }
                chars.next_if_eq(&'\'');
            }
            '`' if !chars.by_ref().any(|c| c == '`') => return true,
            '/' if chars.next_if_eq(&'/').is_some() => {
                chars.by_ref().find(|c| *c == '\n');
            }
            '/' if chars.next_if_eq(&'*').is_some() => {
                let mut before = ' ';
                let end = |c: char| std::mem::replace(&mut before, c) == '*' && c == '/';
                if !chars.by_ref().any(end) {
                    return true;
                }
            }
            _ => {}
        }
    }
    open > 0
}

#[cfg(test)]
mod tests {
    use super::is_incomplete;

    #[test]
    fn open_brackets_wait_for_the_next_line() {
        for text in ["for u in User.all() {", "User.filter(", "[1,", "`a", "/* a", "#{a: \"}\",", "f('(', "] {
            assert!(is_incomplete(text), "{text}");
        }
        for text in
            ["User.all()", "let a = \"(\";", "\"open", "// {", "')'", "a)", "`a\nb`", "/* { */", "", "'\\''"]
        {
            assert!(!is_incomplete(text), "{text}");
        }
    }
}
