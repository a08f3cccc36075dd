//! What is written is laid out as rustfmt would, whatever the names' lengths.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{
    Check, Column, ForeignKey, Index, IndexKey, PrimaryKey, ReferentialAction, ServerDefault, Table, Unique,
};
use rebis_sql::{Ddl, SqlType, Value};

use super::{NewScript, script};
use crate::Op;
use crate::diff::{DiffOptions, Noted, diff};

fn name(length: usize) -> String {
    "abcdefghijklmnopqrstuvwxyz_".chars().cycle().take(length).collect()
}

/// One of each operation, with names of that length.
fn ops(n: usize) -> Vec<Op> {
    let (a, b, table) = (name(n), name(n / 2 + 1), name(n / 3 + 1));
    let schema: Option<String> = n.is_multiple_of(5).then(|| "other".into());
    let text = |t: &str| Some(ServerDefault::Value(Value::Text(t.into())));
    let labels: Vec<String> = (0..n % 13).map(|i| name(i + n % 7)).collect();
    let mut full = Table { schema: schema.clone(), comment: Some(a.clone()), ..Table::new(a.as_str()) };
    for (i, ty) in [
        SqlType::String(Some(n as u32)),
        SqlType::Numeric { precision: Some(10), scale: Some(2) },
        SqlType::Enum { name: b.clone(), values: labels.clone() },
        SqlType::Array(Box::new(SqlType::Other(a.clone()))),
        SqlType::Json,
    ]
    .into_iter()
    .enumerate()
    {
        let mut column = Column::new(format!("{b}{i}"), ty);
        column.nullable = i % 2 == 0;
        column.comment = (i > 2).then(|| a.clone());
        column.default =
            [text(&a), None, text(&b), Some(ServerDefault::Sql(a.clone())), Some(ServerDefault::Now)][i]
                .clone();
        full.columns.push(column);
    }
    full.primary_key =
        Some(PrimaryKey { name: Some(b.clone()), columns: vec![format!("{b}0"), format!("{b}1")] });
    let key = ForeignKey {
        name: Some(a.clone()),
        columns: vec![b.clone()],
        ref_table: table.clone(),
        ref_columns: vec!["id".into()],
        on_delete: if n.is_multiple_of(2) { ReferentialAction::Cascade } else { ReferentialAction::NoAction },
        ..ForeignKey::default()
    };
    full.foreign_keys.push(key.clone());
    full.uniques.push(Unique {
        name: Some(a.clone()),
        columns: vec![b.clone(), table.clone()],
        deferrable: None,
        nulls_not_distinct: n.is_multiple_of(2),
    });
    full.checks.push(Check { name: Some(b.clone()), sql: a.clone() });

    let index = Index {
        unique: n.is_multiple_of(2),
        filter: n.is_multiple_of(3).then(|| b.clone()),
        lengths: vec![(b.clone(), n as u32)],
        options: vec![(a.clone(), b.clone())],
        nulls_not_distinct: n.is_multiple_of(2),
        ..Index::new(a.as_str(), [b.clone(), table.clone()])
    };
    let expressions = Index {
        keys: vec![IndexKey::Expression(a.clone()), IndexKey::Column { name: b.clone(), descending: true }],
        ..index.clone()
    };
    let existing = Column { default: text(&b), ..Column::new(b.as_str(), SqlType::String(Some(5))) };
    let change = ColumnChange {
        ty: Some(SqlType::Text),
        nullable: Some(false),
        default: Some(text(&a)),
        ..ColumnChange::default()
    };
    let small = ColumnChange { nullable: Some(true), ..ColumnChange::default() };
    let of = || (schema.clone(), table.clone());
    let add = |constraint: Constraint| Ddl::AddConstraint { schema: of().0, table: of().1, constraint };
    let create = |index: Index| Ddl::CreateIndex {
        schema: of().0,
        table: of().1,
        index,
        if_not_exists: false,
        concurrently: false,
    };
    [
        Ddl::CreateTable { table: full.clone(), if_not_exists: false },
        Ddl::DropTable { schema: of().0, table: a.clone(), if_exists: false },
        Ddl::RenameTable { schema: of().0, from: a.clone(), to: b.clone() },
        Ddl::AddColumn { schema: of().0, table: of().1, column: full.columns[0].clone() },
        Ddl::AddColumn { schema: of().0, table: of().1, column: full.columns[2].clone() },
        Ddl::AddColumn { schema: of().0, table: of().1, column: Column::new(a.as_str(), SqlType::Integer) },
        Ddl::DropColumn { schema: of().0, table: of().1, column: a.clone() },
        Ddl::RenameColumn { schema: of().0, table: of().1, from: a.clone(), to: b.clone() },
        Ddl::AlterColumn { schema: of().0, table: of().1, existing: existing.clone(), change },
        Ddl::AlterColumn { schema: of().0, table: of().1, existing, change: small },
        create(index),
        create(expressions),
        create(Index::new(a.as_str(), [b.clone()])),
        Ddl::DropIndex {
            schema: of().0,
            table: of().1,
            name: a.clone(),
            if_exists: false,
            concurrently: false,
        },
        add(Constraint::PrimaryKey(PrimaryKey { name: None, columns: vec![a.clone(), b.clone()] })),
        add(Constraint::ForeignKey(key)),
        add(Constraint::Unique(Unique {
            name: Some(a.clone()),
            columns: vec![b.clone()],
            deferrable: None,
            nulls_not_distinct: false,
        })),
        add(Constraint::Check(Check { name: Some(a.clone()), sql: b.clone() })),
        Ddl::DropConstraint { schema: of().0, table: of().1, name: a.clone(), kind: ConstraintKind::Unique },
        Ddl::CommentTable { schema: of().0, table: of().1, comment: Some(a.clone()) },
        Ddl::CommentTable { schema: of().0, table: of().1, comment: None },
        Ddl::CreateType { name: b.clone(), values: labels },
        Ddl::DropType { name: a.clone() },
    ]
    .into_iter()
    .map(Op::Schema)
    .chain([Op::Execute { sql: a, binds: Vec::new() }])
    .collect()
}

#[test]
fn lines_break_where_rustfmt_breaks_them() {
    for n in (1..80).step_by(2) {
        let note =
            format!("{} and a few words more, which make the line so long that it has to be broken", name(n));
        let upgrade: Vec<Noted> = ops(n)
            .into_iter()
            .map(|op| Noted { op, detected: String::new(), notes: vec![note.clone()] })
            .collect();
        let new = NewScript {
            message: "every operation",
            id: &name(n),
            down: &[name(n / 2 + 1)],
            labels: &[],
            depends_on: &[],
            created: chrono::DateTime::UNIX_EPOCH.fixed_offset(),
            krate: "rebis::migrate",
            upgrade: &upgrade,
            downgrade: &ops(n + 1),
        };
        let text = script(&new).unwrap();
        let Some(wanted) = formatted(&text) else {
            println!("not tested: there is no rustfmt");
            return;
        };
        for (i, (a, b)) in text.lines().zip(wanted.lines()).enumerate() {
            let around: Vec<&str> = wanted.lines().skip(i.saturating_sub(4)).take(12).collect();
            assert_eq!(a, b, "n = {n}, line {i}:\n{}", around.join("\n"));
        }
        assert_eq!(text, wanted);
    }
}

fn formatted(text: &str) -> Option<String> {
    let mut run = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=100,use_small_heuristics=Default"])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    run.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = run.wait_with_output().ok()?;
    assert!(output.status.success(), "rustfmt cannot read it:\n{text}");
    String::from_utf8(output.stdout).ok()
}

#[test]
fn branches_are_declared_as_rustfmt_lays_them_out() {
    for n in (1..60).step_by(2) {
        for (labels, depends_on) in [(1, 0), (0, 1), (1, 1), (2, 2)] {
            let new = NewScript {
                message: "a branch",
                id: "aaaa1111",
                down: &[name(n)],
                labels: &vec![name(n); labels],
                depends_on: &vec![name(n); depends_on],
                created: chrono::DateTime::UNIX_EPOCH.fixed_offset(),
                krate: "rebis::migrate",
                upgrade: &[],
                downgrade: &[],
            };
            let text = script(&new).unwrap();
            let Some(wanted) = formatted(&text) else { return };
            assert_eq!(text, wanted);
        }
    }
}

#[test]
fn what_has_no_source_is_refused() {
    let run = |op: Op| {
        let noted = Noted { op, detected: String::new(), notes: Vec::new() };
        let created = chrono::DateTime::UNIX_EPOCH.fixed_offset();
        let new = NewScript {
            message: "",
            id: "a",
            down: &[],
            labels: &[],
            depends_on: &[],
            created,
            krate: "k",
            upgrade: &[noted],
            downgrade: &[],
        };
        script(&new).unwrap_err().to_string()
    };
    let error = run(Op::Execute { sql: "SELECT ?".into(), binds: vec![Value::Int(1)] });
    assert!(error.contains("cannot be written as a script"), "{error}");
    let mut table = Table::new("t");
    table.columns.push(Column::new("c", SqlType::Numeric { precision: None, scale: Some(2) }));
    let schema = rebis_sql::schema::Schema { tables: vec![table] };
    let mut found = diff(&Default::default(), &schema, rebis_sql::Dialect::ALL[0], &DiffOptions::default());
    let error = run(found.remove(0).op);
    assert!(error.contains("the type Numeric"), "{error}");
}
