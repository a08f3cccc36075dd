//! Which words can stand where the cursor is. Invariant: told from what was typed and what the names are, without running anything.

use rebis_orm::dynamic::AnyModel;
use rhai::Dynamic;

use crate::names::{Col, Cond, Db, Find, Many, Model, Obj, Rel, Ses, Sort};
use crate::of_sql::Rows;
use crate::run::Running;

/// What a name is, as far as completion goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Model(AnyModel),
    Query(AnyModel),
    Object(AnyModel),
    Many(AnyModel),
    List(Option<AnyModel>),
    Column,
    Relation,
    Condition,
    Order,
    Session,
    Database,
    Rows,
    Other,
}

/// The names that there are.
#[derive(Debug, Default)]
pub(crate) struct Words {
    names: Vec<(String, Kind)>,
}

const QUERY: &[&str] = &[
    "all()",
    "count()",
    "delete()",
    "distinct()",
    "exists()",
    "filter(",
    "filter_by(",
    "first()",
    "get(",
    "join(",
    "limit(",
    "offset(",
    "one()",
    "one_or_none()",
    "order_by(",
    "paginate(",
    "sql()",
    "update(",
    "with(",
];
const COLUMN: &[&str] = &[
    "asc()",
    "between(",
    "contains(",
    "desc()",
    "ends_with(",
    "ilike(",
    "in_(",
    "is_not_null()",
    "is_null()",
    "like(",
    "not_in(",
    "not_like(",
    "starts_with(",
];
const RELATION: &[&str] = &["any(", "contains(", "has(", "is("];
const SESSION: &[&str] = &[
    "add(",
    "add_all(",
    "commit()",
    "delete(",
    "deleted",
    "dirty",
    "flush()",
    "get(",
    "new",
    "query(",
    "refresh(",
    "rollback()",
    "scalars(",
];
const DATABASE: &[&str] = &["create_all()", "drop_all()", "models", "session", "url"];
const MANY: &[&str] = &[
    "add(",
    "all()",
    "contains(",
    "count()",
    "filter(",
    "filter_by(",
    "first()",
    "is_empty()",
    "order_by(",
    "paginate(",
    "remove(",
    "select()",
];
const OBJECT: &[&str] = &["is_modified()", "state()", "to_map()", "update("];
const LIST: &[&str] =
    &["contains(", "filter(", "is_empty()", "len()", "map(", "pop()", "push(", "reverse()", "sort()"];
const ROWS: &[&str] = &["all()", "first()", "len()", "scalar()"];
const FUNCTIONS: &[&str] = &[
    "db", "decimal(", "echo(", "exit", "help(", "let ", "now()", "print(", "select(", "session", "sql(",
    "str(", "table(", "today()", "uuid()",
];

impl Words {
    pub(crate) fn of(running: &Running) -> Self {
        let models = running.host.models().iter().map(|m| (m.name().to_owned(), Kind::Model(*m)));
        let mut names: Vec<(String, Kind)> = models.collect();
        names.push((String::from("session"), Kind::Session));
        names.push((String::from("db"), Kind::Database));
        names.extend(running.given.iter().map(|(name, value)| (name.clone(), kind_of(value))));
        names.extend(running.scope.iter().map(|(name, _, value)| (name.to_owned(), kind_of(&value))));
        Words { names }
    }

    fn kind(&self, name: &str) -> Kind {
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.map_or(Kind::Other, |(_, kind)| *kind)
    }
}

fn kind_of(value: &Dynamic) -> Kind {
    if let Some(object) = value.read_lock::<Obj>() {
        return Kind::Object(object.entity.model());
    }
    if let Some(model) = value.read_lock::<Model>() {
        return Kind::Model(model.0);
    }
    if let Some(find) = value.read_lock::<Find>() {
        return Kind::Query(find.0.model());
    }
    if let Some(many) = value.read_lock::<Many>() {
        let target = many.owner.model().relation(many.field).map(|r| r.target());
        return target.map_or(Kind::Other, Kind::Many);
    }
    if let Some(list) = value.read_lock::<rhai::Array>() {
        let first = list.first().and_then(|item| item.read_lock::<Obj>().map(|object| object.entity.model()));
        return Kind::List(first);
    }
    let others = [
        (value.is::<Ses>(), Kind::Session),
        (value.is::<Db>(), Kind::Database),
        (value.is::<Col>(), Kind::Column),
        (value.is::<Rel>(), Kind::Relation),
        (value.is::<Cond>(), Kind::Condition),
        (value.is::<Sort>(), Kind::Order),
        (value.is::<Rows>(), Kind::Rows),
    ];
    others.into_iter().find(|(is, _)| *is).map_or(Kind::Other, |(_, kind)| kind)
}

/// Where the word begins that is being typed, and what it can become.
pub(crate) fn complete(before: &str, words: &Words) -> (usize, Vec<String>) {
    let start = before
        .rfind(|c: char| !is_word(c))
        .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    let (head, begun) = before.split_at(start);
    let mut all: Vec<String> = match head.strip_suffix('.') {
        Some(receiver) => members(evaluate(receiver, words)),
        None => {
            let names = words.names.iter().map(|(name, _)| name.clone());
            FUNCTIONS.iter().map(|word| (*word).to_owned()).chain(names).collect()
        }
    };
    all.retain(|word| word.starts_with(begun));
    all.sort();
    all.dedup();
    (start, all)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What the expression at the end of this text is: names, calls and indexes joined by dots.
fn evaluate(text: &str, words: &Words) -> Kind {
    let text = text.trim_end();
    if let Some(open) = text.strip_suffix(')').and_then(|_| opening(text)) {
        let callee = &text[..open];
        let (receiver, name) = last_word(callee);
        return match receiver {
            Some(receiver) => called(evaluate(receiver, words), name),
            None => match words.kind(name) {
                Kind::Model(model) => Kind::Object(model),
                _ if name == "sql" => Kind::Rows,
                _ if name == "select" => evaluate(&text[open + 1..text.len() - 1], words).query(),
                _ => Kind::Other,
            },
        };
    }
    if let Some(open) = text.strip_suffix(']').and_then(|_| opening(text)) {
        return match evaluate(&text[..open], words) {
            Kind::Many(model) | Kind::List(Some(model)) => Kind::Object(model),
            _ => Kind::Other,
        };
    }
    match last_word(text) {
        (Some(receiver), name) => property(evaluate(receiver, words), name),
        (None, name) => words.kind(name),
    }
}

/// The word at the end, and what stands before its dot.
fn last_word(text: &str) -> (Option<&str>, &str) {
    let start = text
        .rfind(|c: char| !is_word(c))
        .map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    (text[..start].strip_suffix('.'), &text[start..])
}

/// Where the bracket opens that this text ends with.
fn opening(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (i, c) in text.char_indices().rev() {
        match c {
            ')' | ']' => depth += 1,
            '(' | '[' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

impl Kind {
    fn query(self) -> Kind {
        match self {
            Kind::Model(model) | Kind::Query(model) => Kind::Query(model),
            _ => Kind::Other,
        }
    }
}

fn called(on: Kind, name: &str) -> Kind {
    match (on, name) {
        (Kind::Model(model), "new" | "get") => Kind::Object(model),
        (Kind::Model(model) | Kind::Query(model) | Kind::Many(model), _) => match name {
            "filter" | "where" | "filter_by" | "order_by" | "limit" | "offset" | "distinct" | "with"
            | "join" | "select" => Kind::Query(model),
            "all" => Kind::List(Some(model)),
            "first" | "one" | "one_or_none" | "get" => Kind::Object(model),
            _ => Kind::Other,
        },
        (Kind::Column, "asc" | "desc") => Kind::Order,
        (Kind::Column | Kind::Relation, _) => Kind::Condition,
        _ => Kind::Other,
    }
}

fn property(on: Kind, name: &str) -> Kind {
    match (on, name) {
        (Kind::Model(model), _) if model.column(name).is_ok() => Kind::Column,
        (Kind::Model(model), _) if model.relation(name).is_ok() => Kind::Relation,
        (Kind::Model(model), "query") => Kind::Query(model),
        (Kind::Object(model), _) => match model.relation(name) {
            Ok(relation) if relation.kind().is_many() => Kind::Many(relation.target()),
            Ok(relation) => Kind::Object(relation.target()),
            Err(_) => Kind::Other,
        },
        (Kind::Database, "session") => Kind::Session,
        _ => Kind::Other,
    }
}

fn members(of: Kind) -> Vec<String> {
    let fields = |model: AnyModel| {
        let columns = model.columns().map(|c| c.field());
        columns.chain(model.relations().map(|r| r.field())).map(str::to_owned).collect::<Vec<_>>()
    };
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match of {
        Kind::Model(model) => [fields(model), words(QUERY), words(&["new(", "query"])].concat(),
        Kind::Object(model) => [fields(model), words(OBJECT)].concat(),
        Kind::Query(_) => [words(QUERY), words(&["delete()"])].concat(),
        Kind::Many(_) => words(MANY),
        Kind::List(_) => words(LIST),
        Kind::Column => words(COLUMN),
        Kind::Relation => words(RELATION),
        Kind::Order => words(&["nulls_first()", "nulls_last()"]),
        Kind::Session => words(SESSION),
        Kind::Database => words(DATABASE),
        Kind::Rows => words(ROWS),
        Kind::Condition | Kind::Other => Vec::new(),
    }
}
