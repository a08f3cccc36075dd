//! The models' schema as an SVG picture. Invariant: its text depends on the schema only, and the picture needs nothing from elsewhere:
//! no script, no font, no style but its own, which follows the reader's light or dark mode.
//!
//! A table stands to the right of all that it refers to, so lines run from right to left; a circle is cut where it is met first.

use std::collections::BTreeMap;
use std::fmt::Write;

use rebis_sql::schema::{Column, Schema, Table};

use super::{ends, kind};

/// Pixels: of a letter, a row, the space within a box, beside and below it.
const LETTER: usize = 8;
const ROW: usize = 22;
const INSET: usize = 10;
const GAP_ACROSS: usize = 90;
const GAP_DOWN: usize = 28;
const EDGE: usize = 20;

const STYLE: &str = "<style>\
svg{--paper:#fff;--ink:#1f2328;--soft:#59636e;--head:#ddf4ff;--line:#59636e;font:13px ui-monospace,Menlo,Consolas,monospace}\
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#f0f6fc;--soft:#9198a1;--head:#12314f;--line:#9198a1}}\
.paper{fill:var(--paper)}text{fill:var(--ink)}.soft{fill:var(--soft)}.name{font-weight:600}\
.box{fill:var(--paper);stroke:var(--line)}.head{fill:var(--head);stroke:var(--line)}\
.key{fill:none;stroke:var(--line);stroke-width:1.5}\
</style>";

/// The picture.
pub(super) fn draw(schema: &Schema) -> String {
    let boxes = place(schema);
    let right = boxes.iter().map(|b| b.x + b.width).max().unwrap_or(0) + EDGE + GAP_ACROSS / 3;
    let bottom = boxes.iter().map(|b| b.y + b.height()).max().unwrap_or(0) + EDGE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {right} {bottom}\" width=\"{right}\" height=\"{bottom}\" \
         role=\"img\" aria-label=\"The schema: {} tables\">\n{STYLE}\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
        schema.tables.len()
    );
    for child in &boxes {
        for key in &child.table.foreign_keys {
            let parent =
                boxes.iter().find(|b| b.table.name == key.ref_table && b.table.schema == key.ref_schema);
            let (Some(parent), Some(from), Some(to)) = (parent, key.columns.first(), key.ref_columns.first())
            else {
                continue;
            };
            line(
                &mut out,
                child,
                child.middle(from),
                parent,
                parent.middle(to),
                ends(child.table, &key.columns),
            );
        }
    }
    for one in &boxes {
        one.draw(&mut out);
    }
    out.push_str("</svg>\n");
    out
}

struct Boxed<'a> {
    table: &'a Table,
    x: usize,
    y: usize,
    width: usize,
}

impl Boxed<'_> {
    fn height(&self) -> usize {
        ROW * (self.table.columns.len() + 1)
    }

    /// Where a line to the column begins.
    fn middle(&self, column: &str) -> usize {
        let row = self.table.columns.iter().position(|c| c.name == column).map_or(0, |at| at + 1);
        self.y + ROW * row + ROW / 2
    }

    fn draw(&self, out: &mut String) {
        let Boxed { table, x, y, width } = self;
        let text = x + INSET;
        let _ = writeln!(
            out,
            "<g><title>{}</title><rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" rx=\"4\"/>\
             <rect class=\"head\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{ROW}\" rx=\"4\"/>\
             <text class=\"name\" x=\"{text}\" y=\"{}\">{}</text>",
            escaped(table.comment.as_deref().unwrap_or(&table.name)),
            self.height(),
            y + 15,
            escaped(&called(table)),
        );
        for (at, column) in table.columns.iter().enumerate() {
            let line = y + ROW * (at + 1) + 15;
            let _ = writeln!(
                out,
                "<text x=\"{text}\" y=\"{line}\">{}</text><text class=\"soft\" x=\"{}\" y=\"{line}\" text-anchor=\"end\">{}</text>",
                escaped(&column.name),
                x + width - INSET,
                escaped(&said(table, column)),
            );
        }
        out.push_str("</g>\n");
    }
}

fn called(table: &Table) -> String {
    table.schema.as_ref().map_or_else(|| table.name.clone(), |schema| format!("{schema}.{}", table.name))
}

/// What stands behind a column's name: `Integer? FK`.
fn said(table: &Table, column: &Column) -> String {
    let refers = table.foreign_keys.iter().any(|k| k.columns.contains(&column.name));
    format!(
        "{}{}{}{}",
        kind(&column.ty),
        if column.nullable && !table.is_key(&column.name) { "?" } else { "" },
        if table.is_key(&column.name) { " PK" } else { "" },
        if refers { " FK" } else { "" },
    )
}

/// Each table's box: columns by depth, within a column at the height of what it refers to.
fn place(schema: &Schema) -> Vec<Boxed<'_>> {
    let mut layers: BTreeMap<usize, Vec<&Table>> = BTreeMap::new();
    for (table, depth) in schema.tables.iter().zip(depths(schema)) {
        layers.entry(depth).or_default().push(table);
    }
    let mut boxes: Vec<Boxed<'_>> = Vec::with_capacity(schema.tables.len());
    let mut x = EDGE;
    for (_, mut tables) in layers {
        let height = |table: &Table| {
            let above =
                table.foreign_keys.iter().filter_map(|k| boxes.iter().find(|b| b.table.name == k.ref_table));
            above.map(|b| b.y).min().unwrap_or(0)
        };
        tables.sort_by_key(|table| height(table));
        let widest = tables.iter().map(|table| width(table)).max().unwrap_or(0);
        let mut y = EDGE;
        for table in tables {
            let one = Boxed { table, x, y, width: widest };
            y += one.height() + GAP_DOWN;
            boxes.push(one);
        }
        x += widest + GAP_ACROSS;
    }
    boxes
}

fn width(table: &Table) -> usize {
    let rows = table.columns.iter().map(|c| c.name.chars().count() + said(table, c).chars().count() + 3);
    rows.chain([called(table).chars().count()]).max().unwrap_or(0) * LETTER + 2 * INSET
}

/// How many tables stand before each: one more than before any that it refers to.
fn depths(schema: &Schema) -> Vec<usize> {
    fn of(at: usize, parents: &[Vec<usize>], known: &mut [Option<usize>], open: &mut Vec<usize>) -> usize {
        if let Some(depth) = known[at] {
            return depth;
        }
        open.push(at);
        let above = parents[at].iter().filter(|p| !open.contains(p)).copied().collect::<Vec<_>>();
        let depth = above.into_iter().map(|p| of(p, parents, known, open) + 1).max().unwrap_or(0);
        open.pop();
        known[at] = Some(depth);
        depth
    }
    let position = |table: &Table, name: &str, schema_of: &Option<String>| {
        schema.tables.iter().position(|t| t.name == name && t.schema == *schema_of && t.name != table.name)
    };
    let parents: Vec<Vec<usize>> = schema
        .tables
        .iter()
        .map(|t| t.foreign_keys.iter().filter_map(|k| position(t, &k.ref_table, &k.ref_schema)).collect())
        .collect();
    let mut known = vec![None; schema.tables.len()];
    (0..schema.tables.len()).map(|at| of(at, &parents, &mut known, &mut Vec::new())).collect()
}

/// A line from a row of the child to a row of the parent, with the marks of Mermaid's ends: a foot for many, a bar for one, a ring for none.
fn line(
    out: &mut String,
    child: &Boxed<'_>,
    from: usize,
    parent: &Boxed<'_>,
    to: usize,
    (many, one): (&str, &str),
) {
    let (start, end) = (child.x, parent.x + parent.width);
    // What does not stand to the left is reached around the right side: the table itself, and what is in a circle with it.
    let around = end > start;
    let start = if around { child.x + child.width } else { start };
    let (out_of, into) = if around {
        let bow = start.max(end) + GAP_ACROSS / 3;
        (bow, bow)
    } else {
        let half = (start - end) / 2;
        (start - half, end + half)
    };
    let _ =
        writeln!(out, "<path class=\"key\" d=\"M{start} {from}C{out_of} {from} {into} {to} {end} {to}\"/>");
    let beside = |x: usize, by: usize| if around { x + by } else { x.saturating_sub(by) };
    if many == "o{" {
        let tip = beside(start, 10);
        let _ = writeln!(
            out,
            "<path class=\"key\" d=\"M{start} {}L{tip} {from}L{start} {}\"/>",
            from.saturating_sub(6),
            from + 6
        );
    } else {
        let bar = beside(start, 7);
        let _ = writeln!(out, "<path class=\"key\" d=\"M{bar} {}V{}\"/>", from.saturating_sub(5), from + 5);
    }
    let bar = end + 7;
    let _ = match one {
        "|o" => writeln!(out, "<circle class=\"key\" cx=\"{bar}\" cy=\"{to}\" r=\"4\"/>"),
        _ => writeln!(out, "<path class=\"key\" d=\"M{bar} {}V{}\"/>", to.saturating_sub(5), to + 5),
    };
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rebis_sql::SqlType;
    use rebis_sql::schema::{ForeignKey, PrimaryKey};

    fn table(name: &str, refers: &[&str]) -> Table {
        let mut table = Table::new(name);
        table.columns.push(Column::new("id", SqlType::Integer).not_null());
        table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
        for parent in refers {
            let column = format!("{parent}_id");
            table.columns.push(Column::new(&column, SqlType::Integer));
            table.foreign_keys.push(ForeignKey {
                columns: vec![column],
                ref_table: (*parent).to_owned(),
                ref_columns: vec!["id".into()],
                ..ForeignKey::default()
            });
        }
        table
    }

    #[test]
    fn a_table_stands_to_the_right_of_what_it_refers_to() {
        let schema = Schema {
            tables: vec![
                table("comment", &["post", "user"]),
                table("post", &["user"]),
                table("user", &["user"]),
            ],
        };
        assert_eq!(depths(&schema), [2, 1, 0]);
        let boxes = place(&schema);
        let x = |name: &str| boxes.iter().find(|b| b.table.name == name).unwrap().x;
        assert!(x("user") < x("post") && x("post") < x("comment"));
    }

    #[test]
    fn a_circle_is_cut_and_every_key_has_its_line() {
        let schema = Schema { tables: vec![table("a", &["b"]), table("b", &["a"])] };
        let svg = draw(&schema);
        assert_eq!(svg.matches("C").count() - STYLE.matches('C').count(), 2, "one curve for each key: {svg}");
        assert_eq!(svg.matches("<g>").count(), 2);
    }

    #[test]
    fn what_a_table_is_called_is_no_markup() {
        let mut odd = table("a<b>&\"c\"", &[]);
        odd.comment = Some("<script>".into());
        let svg = draw(&Schema { tables: vec![odd] });
        assert!(svg.contains("a&lt;b&gt;&amp;&quot;c&quot;") && !svg.contains("<script>"), "{svg}");
        assert!(draw(&Schema::default()).ends_with("</svg>\n"));
    }
}
