//! Views and triggers that an application declares, and those that its migrations made. Invariant: what nobody declared and no migration made is
//! left alone; an object goes before what it needs changes, and comes when all that it needs is there.

use std::collections::BTreeSet;

use rebis_engine::{Connection, inspect_objects};
use rebis_sql::schema::{Objects, Trigger, View};
use rebis_sql::{Ddl, Dialect};

use super::words::same_sql;
use super::{DiffOptions, Noted};
use crate::op::mentions;
use crate::{Op, Result, dialect};

/// What is declared and what may go, for a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredObjects {
    /// What the application declares.
    pub declared: Objects,
    /// The names of views and triggers that some migration made: only these can be ours to drop.
    pub made: BTreeSet<String>,
}

impl DeclaredObjects {
    fn are_none(&self) -> bool {
        self.declared.is_empty() && self.made.is_empty()
    }
}

/// Adds to what was found of the tables what differs of views and triggers.
pub(super) async fn compare(
    conn: &mut Connection,
    options: &DiffOptions,
    found: Vec<Noted>,
) -> Result<Vec<Noted>> {
    let wanted = &options.objects;
    if wanted.are_none() {
        return Ok(found);
    }
    let mut held = inspect_objects(conn).await?;
    settle(conn, &mut held, &wanted.declared).await?;
    Ok(around(conn.dialect(), &held, wanted, found))
}

/// The same against what the scripts make.
pub(crate) fn compare_history(
    dialect: Dialect,
    held: &Objects,
    wanted: &DeclaredObjects,
    found: Vec<Noted>,
) -> Vec<Noted> {
    if wanted.are_none() { found } else { around(dialect, held, wanted, found) }
}

/// What operations make of views and triggers.
pub(crate) fn replay(objects: &mut Objects, op: &Op) {
    match op.to_ddl() {
        Some(Ddl::CreateView { view }) => objects.views.push(view.clone()),
        Some(Ddl::DropView { view }) => objects.views.retain(|v| v.name != view.name),
        Some(Ddl::CreateTrigger { trigger }) => objects.triggers.push(trigger.clone()),
        Some(Ddl::DropTrigger { trigger }) => {
            objects.triggers.retain(|t| t.name != trigger.name || t.table != trigger.table);
        }
        // A trigger goes with its table, and follows it.
        Some(Ddl::DropTable { table, .. }) => objects.triggers.retain(|t| t.table != *table),
        Some(Ddl::RenameTable { from, to, .. }) => {
            objects.triggers.iter_mut().filter(|t| t.table == *from).for_each(|t| t.table.clone_from(to));
        }
        _ => {}
    }
}

/// Gives the texts of the database that mean what the declared ones say the declared words.
async fn settle(conn: &mut Connection, held: &mut Objects, declared: &Objects) -> Result<()> {
    for wanted in &declared.views {
        let Some(now) = held.views.iter_mut().find(|v| v.name == wanted.name) else { continue };
        if !same_view(now, wanted)
            && now.materialized == wanted.materialized
            && dialect::kept_view(conn, wanted).await?.as_deref() == Some(&now.sql)
        {
            now.sql.clone_from(&wanted.sql);
        }
    }
    for wanted in &declared.triggers {
        let now = held.triggers.iter_mut().find(|t| t.name == wanted.name && t.table == wanted.table);
        let Some(now) = now else { continue };
        if !same_trigger(now, wanted)
            && dialect::kept_trigger(conn, wanted).await?.is_some_and(|kept| same_trigger(&kept, now))
        {
            *now = wanted.clone();
        }
    }
    Ok(())
}

fn around(dialect: Dialect, held: &Objects, wanted: &DeclaredObjects, found: Vec<Noted>) -> Vec<Noted> {
    let DeclaredObjects { declared, made } = wanted;
    // The change of a table takes along what its database would not let stand.
    let hold = dialect::holds_columns(dialect);
    let in_the_way = |name: &str, text: &str| hold && found.iter().any(|n| is_in_the_way(&n.op, name, text));
    let mut views: Vec<(&View, &str)> = Vec::new();
    for now in &held.views {
        match declared.views.iter().find(|v| v.name == now.name) {
            None if made.contains(&now.name) => views.push((now, "removed")),
            Some(wanted) if !same_view(now, wanted) => views.push((now, "changed")),
            Some(_) if in_the_way("", &now.sql) => views.push((now, "in the way: view")),
            _ => {}
        }
    }
    // What is over a view that goes has to go as well: where the database would let it stand, no table could be changed meanwhile.
    loop {
        let next = held.views.iter().find(|v| {
            declared.views.iter().any(|d| d.name == v.name)
                && !views.iter().any(|(gone, _)| gone.name == v.name)
                && views.iter().any(|(gone, _)| mentions(&v.sql, &gone.name))
        });
        match next {
            Some(view) => views.push((view, "in the way: view")),
            None => break,
        }
    }
    let mut triggers: Vec<(&Trigger, &str)> = Vec::new();
    for now in &held.triggers {
        let same = |t: &&Trigger| t.name == now.name && t.table == now.table;
        let text = format!("{} {}", now.when, now.body);
        match declared.triggers.iter().find(same) {
            None if made.contains(&now.name) => triggers.push((now, "removed")),
            Some(wanted) if !same_trigger(now, wanted) => triggers.push((now, "changed")),
            Some(_) if in_the_way(&now.table, &text) => triggers.push((now, "in the way:")),
            _ => {}
        }
    }
    let gone = |name: &str, of: &[(&View, &str)]| of.iter().any(|(v, _)| v.name == name);
    let mut all = Vec::new();
    for (trigger, what) in &triggers {
        all.push(Noted::new(
            Ddl::DropTrigger { trigger: (*trigger).clone() },
            format!("{what} trigger '{}' on '{}'", trigger.name, trigger.table),
        ));
    }
    let going: Vec<&View> = views.iter().map(|(v, _)| *v).collect();
    for view in in_order(&going).into_iter().rev() {
        let what = views.iter().find(|(v, _)| v.name == view.name).map_or("", |(_, what)| what);
        let said = format!("{} view '{}'", what.trim_end_matches(" view"), view.name);
        all.push(Noted::new(Ddl::DropView { view: view.clone() }, said));
    }
    all.extend(found);
    let coming: Vec<&View> = declared
        .views
        .iter()
        .filter(|v| gone(&v.name, &views) || !held.views.iter().any(|h| h.name == v.name))
        .collect();
    for view in in_order(&coming) {
        let what = views.iter().find(|(v, _)| v.name == view.name).map_or("added", |(_, what)| what);
        let said = format!("{} view '{}'", what.trim_end_matches(" view"), view.name);
        let noted = Noted::new(Ddl::CreateView { view: view.clone() }, said);
        let note = view.materialized && what != "added";
        all.push(if note {
            noted.note(format!("{}: its indexes have to be made again.", view.name))
        } else {
            noted
        });
    }
    for trigger in &declared.triggers {
        let same = |t: &Trigger| t.name == trigger.name && t.table == trigger.table;
        let what = match triggers.iter().find(|(t, _)| same(t)) {
            Some((_, what)) => what,
            None if held.triggers.iter().any(same) => continue,
            None => "added",
        };
        all.push(Noted::new(
            Ddl::CreateTrigger { trigger: trigger.clone() },
            format!("{what} trigger '{}' on '{}'", trigger.name, trigger.table),
        ));
    }
    all
}

/// Whether an operation changes a column that a text over its table speaks of; `table` is the text's own, when it does not name it.
fn is_in_the_way(op: &Op, own: &str, text: &str) -> bool {
    let (table, column) = match op.to_ddl() {
        Some(Ddl::DropColumn { table, column, .. }) => (table, column),
        Some(Ddl::AlterColumn { table, existing, change, .. })
            if change.ty.is_some() || change.collation.is_some() =>
        {
            (table, &existing.name)
        }
        _ => return false,
    };
    (own == table || mentions(text, table)) && (mentions(text, column) || text.contains('*'))
}

/// Each view behind those that it speaks of; by name where that leaves it open.
fn in_order<'a>(views: &[&'a View]) -> Vec<&'a View> {
    let mut rest: Vec<&View> = views.to_vec();
    rest.sort_by(|a, b| a.name.cmp(&b.name));
    let mut sorted = Vec::new();
    while !rest.is_empty() {
        let free = |v: &&View| !rest.iter().any(|o| o.name != v.name && mentions(&v.sql, &o.name));
        let next = rest.iter().position(free).unwrap_or(0);
        sorted.push(rest.remove(next));
    }
    sorted
}

fn same_view(a: &View, b: &View) -> bool {
    a.materialized == b.materialized && same_sql(a.sql.trim_end_matches(';'), b.sql.trim_end_matches(';'))
}

fn same_trigger(a: &Trigger, b: &Trigger) -> bool {
    let body = |t: &Trigger| t.body.trim().trim_end_matches(';').to_owned();
    same_sql(&a.when, &b.when) && same_sql(&body(a), &body(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_go_before_tables_change_and_come_after() {
        let held = Objects {
            views: vec![
                View::new("a", "SELECT 1 FROM b"),
                View::new("b", "SELECT x FROM t"),
                View::new("foreign", "SELECT 2"),
            ],
            triggers: vec![Trigger::new("old", "t", "AFTER INSERT", "BEGIN SELECT 1; END")],
        };
        let declared = Objects {
            views: vec![View::new("a", "select 1 from b"), View::new("b", "SELECT y FROM t")],
            triggers: vec![Trigger::new("new", "t", "AFTER INSERT", "BEGIN SELECT 1; END")],
        };
        let wanted = DeclaredObjects { declared, made: ["old".to_owned()].into() };
        let change = Ddl::DropColumn { schema: None, table: "t".into(), column: "x".into() };
        let found = vec![Noted::new(change, "")];
        let order = |all: Vec<Noted>| all.iter().map(|n| n.op.describe()).collect::<Vec<_>>();
        let postgres = Dialect::ALL.into_iter().find(|d| d.capabilities().named_enums).unwrap();
        assert_eq!(
            order(around(postgres, &held, &wanted, found.clone())),
            [
                "drop trigger old on t",
                "drop view a",
                "drop view b",
                "drop column t.x",
                "create view b",
                "create view a",
                "create trigger new on t",
            ]
        );
        // Elsewhere only what changed goes, with what is over it.
        let same = DeclaredObjects {
            declared: Objects { views: held.views[..2].to_vec(), triggers: Vec::new() },
            made: Default::default(),
        };
        let sqlite = Dialect::ALL.into_iter().find(|d| !d.capabilities().alter_table).unwrap();
        assert_eq!(order(around(sqlite, &held, &same, found.clone())), ["drop column t.x"]);
        assert_eq!(order(around(sqlite, &held, &wanted, found)).len(), 7);
    }
}
