//! The statements that load relations. Invariant: made of metadata alone, so they are written once, not per model.

use rebis_sql::expr::{OrderBy, Window};
use rebis_sql::stmt::{Distinct, Join, JoinKind, SelectItem, TableRef};
use rebis_sql::{Expr, Name, Select, Value};

use super::handle::joined;
use super::plan::Part;
use super::{RelationDef, RelationKind};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::equal;
use crate::model::{Link, ModelMeta};

/// Whose related objects a statement loads.
pub(crate) enum Owners {
    /// Those with these values in the columns that are related.
    Keys(Vec<Vec<Value>>),
    /// Those of this query, which selects these columns.
    Query(Box<Select>),
}

/// The columns of the owner, and those of the other side, that a relation compares: [`Link`] seen from the owner.
pub(crate) fn ends<'a>(def: &RelationDef, link: &'a Link) -> (&'a [usize], &'a [usize]) {
    if def.kind == RelationKind::BelongsTo {
        (&link.child, &link.parent)
    } else {
        (&link.parent, &link.child)
    }
}

/// Selects the target's columns, and behind them, of a relation through an association, the columns that refer to the owner.
pub(crate) fn related(
    owner: &'static ModelMeta,
    relation: usize,
    owners: Owners,
    part: Option<&Part>,
) -> Result<Select> {
    let (def, link) = (owner.relation(relation), owner.link(relation)?);
    let target = (def.target)();
    let mut select = target.select_all();
    let mut refers = target;
    if let (Some(through), Some(far)) = (def.through, &link.far) {
        refers = (through.meta)();
        let keys = link.child.iter().map(|&c| refers.column_expr(c).into());
        select.columns.extend(keys);
        select.joins.push(Join {
            kind: JoinKind::Inner,
            table: refers.table_ref(),
            on: Some(joined(refers, &far.child, target, &far.parent)),
        });
    }
    let (_, theirs) = ends(def, link);
    match owners {
        Owners::Keys(keys) => select.and_where(among(refers, theirs, keys)),
        Owners::Query(query) => {
            let pairs = theirs.iter().enumerate();
            let on = pairs.map(|(i, &c)| equal(of("owners", "k", i), refers.column_expr(c))).collect();
            let table = TableRef::Select { select: query, alias: "owners".into() };
            select.joins.push(Join { kind: JoinKind::Inner, table, on: Some(Expr::And(on)) });
        }
    }
    select.order_by = declared_order(def, target, None);
    let Some(part) = part else { return Ok(select) };
    part.filter.iter().for_each(|condition| select.and_where(condition.clone()));
    if !part.order_by.is_empty() {
        select.order_by.clone_from(&part.order_by);
    }
    Ok(match part.limit {
        Some(most) => first_of_each(select, refers, theirs, target, most),
        None => select,
    })
}

/// The first rows for each owner.
fn first_of_each(
    mut select: Select,
    refers: &ModelMeta,
    theirs: &[usize],
    target: &ModelMeta,
    most: u64,
) -> Select {
    let mut order_by = std::mem::take(&mut select.order_by);
    order_by.extend(by_key(target, None));
    let window = Window {
        partition_by: theirs.iter().map(|&c| refers.column_expr(c)).collect(),
        order_by,
        frame: None,
    };
    let number = Expr::Func { name: "row_number".into(), args: Vec::new(), distinct: false };
    let place = Expr::Over(Box::new(number), Box::new(window));
    let mut outer = nested(select, "part");
    if let Some(TableRef::Select { select: inner, .. }) = outer.from.first_mut() {
        inner.columns.push(SelectItem { expr: place, alias: Some("place".into()) });
    }
    let place = Expr::Column { table: Some("part".into()), name: "place".into() };
    let most = Expr::Value(Value::Int(i64::try_from(most).unwrap_or(i64::MAX)));
    outer.filter = Some(Expr::Binary(Box::new(place.clone()), rebis_sql::expr::BinaryOp::Le, Box::new(most)));
    outer.order_by = vec![OrderBy { expr: place, descending: false, nulls: None }];
    outer
}

/// The statement as a table of another that selects the same columns. What it is sorted by stays inside.
pub(crate) fn nested(mut inner: Select, alias: &'static str) -> Select {
    for (i, item) in inner.columns.iter_mut().enumerate() {
        item.alias = Some(format!("c{i}").into());
    }
    Select {
        columns: (0..inner.columns.len()).map(|i| of(alias, "c", i).into()).collect(),
        from: vec![TableRef::Select { select: Box::new(inner), alias: alias.into() }],
        ..Select::default()
    }
}

/// `alias.k0`
pub(crate) fn of(alias: &'static str, letter: &str, i: usize) -> Expr {
    Expr::Column { table: Some(alias.into()), name: format!("{letter}{i}").into() }
}

/// The columns of the owners that a query brings, each combination once. The owner's columns are the first that it selects.
pub(crate) fn owners_of(query: &Select, owner: &ModelMeta, own: &[usize]) -> Result<Select> {
    leads(query, owner)?;
    let mut base = query.clone();
    base.lock = None;
    let keys = own.iter().enumerate().filter_map(|(i, &c)| {
        Some(SelectItem { expr: query.columns.get(c)?.expr.clone(), alias: Some(format!("k{i}").into()) })
    });
    let keys: Vec<SelectItem> = keys.collect();
    let cut = base.limit.is_some() || base.offset.is_some() || base.distinct.is_some();
    if !cut && base.compounds.is_empty() {
        base.order_by.clear();
        base.distinct = Some(Distinct::Rows);
        base.columns = keys;
        return Ok(base);
    }
    // What is cut off depends on everything that is selected.
    let outer = nested(base, "page");
    let columns = own
        .iter()
        .enumerate()
        .map(|(i, &c)| SelectItem { expr: of("page", "c", c), alias: Some(format!("k{i}").into()) });
    Ok(Select { columns: columns.collect(), distinct: Some(Distinct::Rows), ..outer })
}

/// Whether a query selects that model first.
pub(crate) fn leads(query: &Select, owner: &ModelMeta) -> Result<()> {
    let names = |item: &SelectItem| match &item.expr {
        Expr::Column { name, .. } => Some(name.clone()),
        _ => None,
    };
    let columns = owner.def.columns[..owner.def.read()].iter().enumerate();
    let mut is_so = columns.map(|(i, c)| {
        let item = query.columns.get(i)?;
        let name = item.alias.clone().or_else(|| names(item))?;
        Some(name == c.name || name == format!("c{i}").as_str())
    });
    if is_so.all(|yes| yes == Some(true)) && query.group_by.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::State,
        format!(
            "a relation of {} is loaded by its query, and this query does not select {0} first",
            owner.def.name
        ),
    )
    .on(owner.def.name)
    .advise("leave out `.joined()` and `.subquery()`: then it is loaded by keys"))
}

/// How a relation says that its objects are sorted.
pub(crate) fn declared_order(def: &RelationDef, target: &ModelMeta, alias: Option<&Name>) -> Vec<OrderBy> {
    let table = alias.cloned().unwrap_or(Name::Borrowed(target.def.table));
    let column = |name| Expr::Column { table: Some(table.clone()), name: Name::Borrowed(name) };
    let entry = |&(name, descending)| OrderBy { expr: column(name), descending, nulls: None };
    def.order_by.iter().map(entry).collect()
}

/// By primary key.
pub(crate) fn by_key(target: &ModelMeta, alias: Option<&Name>) -> impl Iterator<Item = OrderBy> {
    let table = alias.cloned().unwrap_or(Name::Borrowed(target.def.table));
    target.key.iter().map(move |&k| OrderBy {
        expr: Expr::Column { table: Some(table.clone()), name: target.column(k) },
        descending: false,
        nulls: None,
    })
}

/// `column IN (…)`, or for composite keys `(a = … AND b = …) OR …`.
pub(crate) fn among(meta: &ModelMeta, columns: &[usize], rows: Vec<Vec<Value>>) -> Expr {
    if let [column] = columns {
        let list = rows.into_iter().flatten().map(Expr::Value).collect();
        return Expr::In { expr: Box::new(meta.column_expr(*column)), list, negated: false };
    }
    let one = |values: Vec<Value>| {
        Expr::And(
            columns.iter().zip(values).map(|(&c, v)| equal(meta.column_expr(c), Expr::Value(v))).collect(),
        )
    };
    Expr::Or(rows.into_iter().map(one).collect())
}
