//! Expressions and how rustfmt breaks them over lines. Invariant: with rustfmt's default settings, `cargo fmt` changes nothing.

/// The width of a line.
const LINE: usize = 100;
/// The width of a chain, of a call's arguments, of an array that stand on one line.
pub(super) const SHORT: usize = 60;
/// Elements of an array that are this short share lines.
const ELEMENT: usize = 10;
const STEP: usize = 4;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Doc {
    /// A literal or a name.
    Text(String),
    /// `name(…)`
    Call(String, Vec<Doc>),
    /// `[…]`
    Array(Vec<Doc>),
}

impl Doc {
    fn flat(&self) -> String {
        match self {
            Doc::Text(text) => text.clone(),
            Doc::Call(name, arguments) => format!("{name}({})", joined(arguments)),
            Doc::Array(items) => format!("[{}]", joined(items)),
        }
    }

    /// The expression from column `at`, its further lines indented by `indent`, `after` characters behind it.
    fn lay(&self, indent: usize, at: usize, after: usize) -> String {
        let flat = self.flat();
        let fits = at + width(&flat) + after <= LINE;
        let short = match self {
            Doc::Text(_) => true,
            Doc::Call(_, arguments) => match &arguments[..] {
                // One text stays where it is, however long.
                [] | [Doc::Text(_)] => true,
                [Doc::Array(items)] => width(&joined(items)) <= SHORT,
                _ => width(&joined(arguments)) <= SHORT,
            },
            Doc::Array(items) => width(&joined(items)) <= SHORT,
        };
        if short && fits { flat } else { self.broken(indent) }
    }

    /// Over several lines.
    fn broken(&self, indent: usize) -> String {
        match self {
            Doc::Text(text) => text.clone(),
            Doc::Call(name, arguments) => match &arguments[..] {
                [] => self.flat(),
                [one @ (Doc::Call(..) | Doc::Array(_))] => format!("{name}({})", one.broken(indent)),
                _ => format!("{name}({})", column(arguments, indent)),
            },
            Doc::Array(items) if items.iter().all(|i| width(&i.flat()) <= ELEMENT) => {
                format!("[{}]", filled(items, indent))
            }
            Doc::Array(items) => format!("[{}]", column(items, indent)),
        }
    }
}

/// `root.first(…).second(…);` as a statement, indented.
pub(super) fn statement(root: &str, links: &[Doc], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let flat: Vec<String> = links.iter().map(Doc::flat).collect();
    let line = format!("{root}.{}", flat.join("."));
    let simple = links.len() > 1 && width(&line) <= SHORT && indent + width(&line) < LINE;
    if simple {
        return format!("{pad}{line};\n");
    }
    let Some((first, rest)) = links.split_first() else { return String::new() };
    let first = first.lay(indent, indent + root.len() + 1, 1);
    // Behind a call that takes several lines the chain goes on at the statement's own indent.
    let deeper = if first.contains('\n') { indent } else { indent + STEP };
    let mut text = format!("{pad}{root}.{first}");
    for (i, link) in rest.iter().enumerate() {
        let after = usize::from(i + 1 == rest.len());
        text.push_str(&format!("\n{}.{}", " ".repeat(deeper), link.lay(deeper, deeper + 1, after)));
    }
    text.push_str(";\n");
    text
}

/// `op.method("name", |argument| { … });`, with the body for the indent that it gets.
pub(super) fn block(
    method: &str,
    name: &str,
    argument: &str,
    indent: usize,
    body: impl FnOnce(usize) -> crate::Result<String>,
) -> crate::Result<String> {
    let pad = " ".repeat(indent);
    let name = format!("{name:?}");
    let head = format!("{name}, |{argument}| {{");
    if width(&head) <= SHORT {
        return Ok(format!("{pad}op.{method}({head}\n{}{pad}}});\n", body(indent + STEP)?));
    }
    let deeper = " ".repeat(indent + STEP);
    let body = body(indent + 2 * STEP)?;
    Ok(format!("{pad}op.{method}(\n{deeper}{name},\n{deeper}|{argument}| {{\n{body}{deeper}}},\n{pad});\n"))
}

/// A comment, wrapped.
pub(super) fn comment(text: &str, indent: usize) -> String {
    let lead = format!("{}//", " ".repeat(indent));
    let mut lines = vec![lead.clone()];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            if width(line) + 1 + width(word) > LINE && line.len() > lead.len() {
                lines.push(format!("{lead} {word}"));
            } else {
                line.push(' ');
                line.push_str(word);
            }
        }
    }
    lines.join("\n") + "\n"
}

fn joined(items: &[Doc]) -> String {
    items.iter().map(Doc::flat).collect::<Vec<_>>().join(", ")
}

/// Each on a line of its own.
fn column(items: &[Doc], indent: usize) -> String {
    let deeper = indent + STEP;
    let pad = " ".repeat(deeper);
    let lines: String = items.iter().map(|i| format!("{pad}{},\n", i.lay(deeper, deeper, 1))).collect();
    format!("\n{lines}{}", " ".repeat(indent))
}

/// As many on a line as it holds.
fn filled(items: &[Doc], indent: usize) -> String {
    let pad = " ".repeat(indent + STEP);
    let mut lines = vec![pad.clone()];
    for item in items {
        let flat = item.flat();
        if let Some(line) = lines.last_mut() {
            let lead = if line.len() == pad.len() { "" } else { " " };
            if width(line) + lead.len() + width(&flat) + 1 > LINE {
                lines.push(format!("{pad}{flat},"));
            } else {
                line.push_str(&format!("{lead}{flat},"));
            }
        }
    }
    format!("\n{}\n{}", lines.join("\n"), " ".repeat(indent))
}

fn width(text: &str) -> usize {
    text.chars().count()
}
