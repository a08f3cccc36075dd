//! Structs whose fields are columns of the models that flatten them, and types of one field.

use rebis::{KeyPart, select, update};
use rebis_macros::{ColumnType, Columns, Model};
use rebis_testkit::each_database;

use crate::support::{insert, rows, sql, tables};

/// What several models have.
#[derive(Columns, Clone, Debug, PartialEq)]
pub struct Audit {
    #[column(default = 1)]
    pub edition: i32,
    #[column(length = 20, server_default = "'nobody'")]
    pub author: String,
    pub note: Option<String>,
}

/// Has to be given.
#[derive(Columns, Clone, Debug, PartialEq)]
pub struct Size {
    pub width: i32,
    #[column(name = "tall")]
    pub height: i32,
}

/// The program says when and how often.
#[derive(Model, Clone, Debug)]
pub struct Gauge {
    #[column(primary_key)]
    pub id: i64,
    pub level: i32,
    #[column(length = 20, default = "made", onupdate = || String::from("touched"))]
    pub mark: String,
    #[column(onupdate = 7)]
    pub count: Option<i32>,
}

#[derive(ColumnType, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SheetId(i64);

impl KeyPart for SheetId {}

#[derive(ColumnType, Clone, Debug, PartialEq)]
pub struct Title {
    pub text: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub struct Sheet {
    #[column(primary_key, autoincrement)]
    pub id: SheetId,
    #[column(flatten)]
    pub audit: Audit,
    #[column(length = 40)]
    pub title: Title,
    #[column(flatten)]
    pub size: Size,
    #[column(foreign_key = Sheet::id)]
    pub next_id: Option<SheetId>,
}

#[derive(Model, Clone, Debug)]
pub struct Twice {
    #[column(primary_key)]
    pub id: i64,
    #[column(flatten)]
    pub a: Size,
    #[column(flatten)]
    pub b: Size,
}

/// The same struct twice, under names of their own.
#[derive(Model, Clone, Debug)]
pub struct Parcel {
    #[column(primary_key)]
    pub id: i64,
    #[column(flatten, prefix = "inner_")]
    pub inner: Size,
    #[column(flatten, prefix = "outer_")]
    pub outer: Size,
    #[column(flatten)]
    pub audit: Audit,
}

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Sheet, Gauge, Parcel].to_vec()
}

fn title(text: &str) -> Title {
    Title { text: text.to_owned() }
}

each_database! {
    async fn a_flattened_struct_is_columns_of_its_model(test: TestDatabase) {
        let db = tables(&test).await;
        let names: Vec<&str> = rebis::models![Sheet][0].table().columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["id", "title", "next_id", "edition", "author", "note", "width", "tall"]);
        let session = db.session();
        let size = Size { width: 3, height: 4 };
        let first = session.add(Sheet::builder().title(title("one")).size(size.clone()));
        session.commit().await.unwrap();
        // What is given back by the database depends on whether it can give columns back with an INSERT.
        assert!(test.dialect().capabilities().generated_keys != rebis_sql::GeneratedKeys::Returning
            || sql(&test)[0] == insert(&test, "sheet", "title, next_id, edition, note, width, tall", 1, "id, author"));
        assert_eq!(first.id, SheetId(1));
        assert_eq!(first.audit, Audit { edition: 1, author: "nobody".into(), note: None });
        let audit = Audit { edition: 7, author: "ada".into(), note: Some("n".into()) };
        let second = Sheet::builder().title(title("two")).size(size).audit(audit).next_id(first.id);
        let second = session.add(second);
        session.commit().await.unwrap();
        let _ = test.statements();
        second.edit().size.height = 9;
        second.edit().audit.note = None;
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE sheet SET note = ?, tall = ? WHERE id = ?"]);

        let tall = select(Sheet).filter(Sheet::size.height.gt(5) & Sheet::audit.author.eq("ada"));
        assert_eq!(tall.one(&db).await.unwrap(), (*second).clone());
        let done = update(Sheet).filter(Sheet::id.eq(SheetId(2))).set(Sheet::audit.edition, 8).execute(&session).await;
        assert_eq!((done.unwrap(), second.audit.edition), (1, 8));
        let again = db.session().get(Sheet, SheetId(2)).await.unwrap().unwrap();
        assert_eq!((again.title.text.as_str(), again.next_id), ("two", Some(SheetId(1))));
        assert_eq!(select(Sheet::title).order_by(Sheet::id).all(&db).await.unwrap(), [title("one"), title("two")]);
        assert_eq!(rows::<Sheet>(&db).await, 2);
    }
}

each_database! {
    async fn a_column_is_renewed_with_each_update_that_does_not_set_it(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [one, two] = [1, 2].map(|level| session.add(Gauge::builder().level(level)));
        session.commit().await.unwrap();
        assert_eq!((one.mark.as_str(), one.count), ("made", None));
        let _ = test.statements();
        one.edit().level = 5;
        {
            let mut edit = two.edit();
            edit.level = 6;
            edit.mark = "mine".into();
        }
        session.flush().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE gauge SET level = ?, mark = ?, count = ? WHERE id = ?"]);
        assert_eq!((one.mark.as_str(), one.count, two.mark.as_str(), two.count), ("touched", Some(7), "mine", Some(7)));
        session.rollback().await.unwrap();
        assert_eq!((one.level, one.mark.as_str()), (1, "made"));
        update(Gauge).set(Gauge::level, 9).filter(Gauge::id.eq(two.id)).execute(&session).await.unwrap();
        assert_eq!((two.mark.as_str(), two.count), ("touched", Some(7)));
        assert_eq!(
            crate::support::plain(&update(Gauge).set(Gauge::mark, "x").sql(test.dialect())),
            "UPDATE gauge SET mark = ?, count = ?"
        );
    }
}

#[test]
fn two_structs_cannot_have_one_column() {
    let error = rebis::models![Twice][0].check().unwrap_err();
    for part in ["Twice has two columns called `tall`", "flattened twice takes"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

each_database! {
    async fn a_struct_is_flattened_twice_with_prefixes(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let (inner, outer) = (Size { width: 1, height: 2 }, Size { width: 3, height: 4 });
        let parcel = session.add(Parcel::builder().inner(inner.clone()).outer(outer.clone()));
        session.commit().await.unwrap();
        let row = db.get(Parcel, parcel.id).await.unwrap().unwrap();
        assert_eq!((&row.inner, &row.outer, row.audit.edition), (&inner, &outer, 1));
        let _ = test.statements();
        let found = select(Parcel::outer.width).filter(Parcel::inner.height.lt(Parcel::outer.height));
        assert_eq!(found.all(&db).await.unwrap(), [3]);
        assert_eq!(sql(&test), ["SELECT parcel.outer_width FROM parcel WHERE parcel.inner_tall < parcel.outer_tall"]);
        parcel.edit().outer.width = 5;
        session.commit().await.unwrap();
        assert!(sql(&test).iter().any(|s| s == "UPDATE parcel SET outer_width = ? WHERE id = ?"));
    }
}
