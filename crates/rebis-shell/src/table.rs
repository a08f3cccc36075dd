//! `table(…)`: lists as tables. Invariant: a cell is one line of at most 40 characters, control characters shown as what they are.

use rebis_orm::dynamic::{AnyEntity, AnyRows};
use rebis_sql::Value;
use rhai::{Array, Dynamic, Map};

use crate::error::{Eval, refuse};
use crate::host::Host;
use crate::names::{Find, Many, Model, Obj};
use crate::of_sql::Rows;
use crate::show::{plain, show};

const WIDEST: usize = 40;

/// A list of objects or maps, a query, a model or rows as a table.
pub(crate) fn table(host: &Host, value: Dynamic) -> Eval<String> {
    if let Some(rows) = value.read_lock::<Rows>() {
        return Ok(of_rows(&rows.0));
    }
    if let Some(model) = value.read_lock::<Model>() {
        return Ok(of_objects(&model.select().all()?));
    }
    if let Some(find) = value.read_lock::<Find>() {
        return Ok(of_objects(&find.clone().all()?));
    }
    if let Some(many) = value.read_lock::<Many>() {
        return Ok(of_objects(&many.all()?));
    }
    if let Some(object) = value.read_lock::<Obj>() {
        return Ok(of_objects(std::slice::from_ref(&object.entity)));
    }
    let Some(list) = value.try_cast::<Array>() else {
        return refuse("table(…) takes a list, a query, a model or the rows of sql(…)");
    };
    if list.iter().all(|item| item.is::<Obj>()) {
        let objects: Vec<AnyEntity> = list.into_iter().map(|item| item.cast::<Obj>().entity).collect();
        return Ok(of_objects(&objects));
    }
    let mut titles: Vec<String> = Vec::new();
    for map in list.iter().filter_map(|item| item.read_lock::<Map>()) {
        for name in map.keys().filter(|name| !titles.iter().any(|t| t == name.as_str())).collect::<Vec<_>>() {
            titles.push(name.to_string());
        }
    }
    let mut rows = Vec::new();
    for item in &list {
        rows.push(match item.read_lock::<Map>() {
            Some(map) => {
                let cell =
                    |title: &String| map.get(title.as_str()).map_or(Ok(String::new()), |v| text(host, v));
                titles.iter().map(cell).collect::<Eval<Vec<_>>>()?
            }
            None => vec![text(host, item)?],
        });
    }
    Ok(draw(&titles, &rows))
}

/// The rows of SQL by hand, or how many it changed.
pub(crate) fn of_rows(found: &AnyRows) -> String {
    if let Some(affected) = found.affected {
        return format!("{affected} {} changed", if affected == 1 { "row" } else { "rows" });
    }
    let rows: Vec<Vec<String>> = found.rows.iter().map(|row| row.iter().map(plain).collect()).collect();
    draw(&found.columns, &rows)
}

fn of_objects(all: &[AnyEntity]) -> String {
    let Some(first) = all.first() else { return String::from("(no rows)") };
    let same = all.iter().all(|object| object.model() == first.model());
    if !same {
        let rows: Vec<Vec<String>> = all.iter().map(|object| vec![object.to_string()]).collect();
        return draw(&[String::from("object")], &rows);
    }
    let columns: Vec<_> = first.model().columns().filter(|c| !c.is_deferred()).collect();
    let titles: Vec<String> = columns.iter().map(|c| c.field().to_owned()).collect();
    let cell = |object: &AnyEntity, field: &str| object.value(field).unwrap_or(Value::Null);
    let row = |object: &AnyEntity| columns.iter().map(|c| plain(&cell(object, c.field()))).collect();
    draw(&titles, &all.iter().map(row).collect::<Vec<_>>())
}

fn text(host: &Host, value: &Dynamic) -> Eval<String> {
    match value.is_string() {
        true => Ok(value.to_string()),
        false if value.is_unit() => Ok(String::new()),
        false => show(host, value),
    }
}

fn draw(titles: &[String], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::from("(no rows)");
    }
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| fit(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).chain([titles.len()]).max().unwrap_or(0);
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|row| row.get(i)).chain(titles.get(i));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |cells: &[String]| {
        let cell = |(i, width): (usize, &usize)| {
            let text = cells.get(i).map_or("", String::as_str);
            format!("{text}{:pad$}", "", pad = width.saturating_sub(text.chars().count()))
        };
        widths.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut out = Vec::new();
    if !titles.is_empty() {
        out.push(line(titles));
        out.push(widths.iter().map(|w| "-".repeat(*w)).collect::<Vec<_>>().join("  "));
    }
    out.extend(rows.iter().map(|row| line(row)));
    out.push(format!("({} {})", rows.len(), if rows.len() == 1 { "row" } else { "rows" }));
    out.join("\n")
}

/// One line, not too long.
fn fit(text: &str) -> String {
    let plain: String = text
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect();
    match plain.char_indices().nth(WIDEST) {
        Some(_) => plain.chars().take(WIDEST - 1).chain(['…']).collect(),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_table_is_as_wide_as_its_cells() {
        let rows = [vec!["1".to_owned(), "susan\n".to_owned()], vec!["20".to_owned(), "x".repeat(50)]];
        let drawn = draw(&["id".to_owned(), "name".to_owned()], &rows);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[0], "id  name");
        assert_eq!(lines[2], "1   susan\\n");
        assert_eq!(lines[3], format!("20  {}…", "x".repeat(39)));
        assert_eq!(lines[4], "(2 rows)");
    }
}
