//! Two operations that follow each other as fewer. Invariant: what is left leads to the same schema from any schema that took both.

use rebis_sql::Ddl;
use rebis_sql::schema::Schema;

use super::Op;

/// The operations with what undoes or completes its predecessor taken in.
pub(super) fn all(ops: &[Op]) -> Vec<Op> {
    let mut out: Vec<Op> = Vec::new();
    for op in ops {
        let mut next = Some(op.clone());
        while let (Some(last), Some(op)) = (out.last(), &next) {
            let Some(fewer) = two(last, op) else { break };
            out.pop();
            next = fewer;
        }
        out.extend(next);
    }
    out
}

/// `Some(Some(op))` when one stands for both, `Some(None)` when nothing is left, `None` when both are needed.
fn two(first: &Op, second: &Op) -> Option<Option<Op>> {
    let (one, other) = (first.to_ddl()?, second.to_ddl()?);
    if let Ddl::CreateTable { table, if_not_exists: false } = one
        && second.table() == first.table()
    {
        return match other {
            Ddl::DropTable { .. } => Some(None),
            // An index is a statement of its own, and rows are not the schema's business.
            Ddl::CreateIndex { .. } | Ddl::DropIndex { .. } | Ddl::Fill { .. } => None,
            Ddl::AddNotValid { .. } | Ddl::ValidateConstraint { .. } | Ddl::Guarded(_) => None,
            _ => {
                let mut made = Schema { tables: vec![table.clone()] };
                second.apply(&mut made).ok()?;
                let table = made.tables.pop()?;
                Some(Some(Ddl::CreateTable { table, if_not_exists: false }.into()))
            }
        };
    }
    if first.table() != second.table() {
        return None;
    }
    match (one, other) {
        (Ddl::AddColumn { schema, table, column }, Ddl::AlterColumn { existing, .. })
            if column.name == existing.name =>
        {
            let mut made = Schema {
                tables: vec![rebis_sql::schema::Table {
                    schema: schema.clone(),
                    columns: vec![column.clone()],
                    ..rebis_sql::schema::Table::new(table.clone())
                }],
            };
            second.apply(&mut made).ok()?;
            let column = made.tables.pop()?.columns.pop()?;
            Some(Some(Ddl::AddColumn { schema: schema.clone(), table: table.clone(), column }.into()))
        }
        (Ddl::AddColumn { column, .. }, Ddl::DropColumn { column: gone, .. }) if column.name == *gone => {
            Some(None)
        }
        (Ddl::CreateIndex { index, .. }, Ddl::DropIndex { name, .. }) if index.name == *name => Some(None),
        (Ddl::RenameColumn { schema, table, from, to }, Ddl::RenameColumn { from: again, to: last, .. })
            if to == again =>
        {
            if from == last {
                return Some(None);
            }
            let (schema, table) = (schema.clone(), table.clone());
            Some(Some(Ddl::RenameColumn { schema, table, from: from.clone(), to: last.clone() }.into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rebis_sql::SqlType;

    use super::*;
    use crate::Operations;

    #[test]
    fn what_is_undone_or_completed_is_taken_in() {
        let mut op = Operations::new();
        op.create_table("t", |t| {
            t.column("id", SqlType::Integer).primary_key();
            t.column("a", SqlType::Integer);
        });
        op.add_column("t", "b", SqlType::Integer);
        op.alter_column("t", "b").set_nullable(false);
        op.drop_column("t", "a");
        op.create_unique_constraint("uq", "t", ["b"]);
        op.create_index("ix", "t", ["b"]);
        op.drop_index("ix", "t");
        op.add_column("u", "x", SqlType::Integer);
        op.rename_column("v", "a", "b");
        op.rename_column("v", "b", "c");
        op.create_table("w", |t| {
            t.column("id", SqlType::Integer).primary_key();
        });
        op.drop_table("w");
        let reduced = Op::reduce(op.ops());
        let words: Vec<String> = reduced.iter().map(Op::describe).collect();
        assert_eq!(words, ["create table t", "add column u.x", "rename column v.a to c"]);

        let play = |ops: &[Op]| {
            let mut schema = Schema { tables: ["u", "v"].map(rebis_sql::schema::Table::new).to_vec() };
            schema.tables[1].columns.push(rebis_sql::schema::Column::new("a", SqlType::Integer));
            ops.iter().for_each(|op| op.apply(&mut schema).unwrap());
            schema
        };
        assert_eq!(play(op.ops()), play(&reduced));
    }
}
