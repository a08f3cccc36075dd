//! Rows of several kinds in one table: an enum whose variants' fields are columns.

use rebis::{BelongsTo, HasMany, func, select};
use rebis_macros::{Columns, Model};
use rebis_testkit::each_database;

use crate::support::{insert_all, sql, tables};

#[derive(Model, Clone, Debug)]
pub struct Staff {
    #[column(primary_key, autoincrement = false)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[column(flatten)]
    pub role: Role,
    #[column(foreign_key = Office::id)]
    pub office_id: i64,
    #[relation(back_populates = staff)]
    pub office: BelongsTo<Office>,
}

#[derive(Columns, Clone, Debug, PartialEq)]
pub enum Role {
    Engineer {
        #[column(length = 20)]
        language: String,
        grade: i32,
    },
    #[column(name = "boss")]
    Manager {
        grade: i32,
        budget: Option<i64>,
    },
    Intern,
}

#[derive(Model, Clone, Debug)]
pub struct Office {
    #[column(primary_key)]
    pub id: i64,
    #[relation(back_populates = office)]
    pub staff: HasMany<Staff>,
}

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Staff, Office].to_vec()
}

fn engineer(language: &str, grade: i32) -> Role {
    Role::Engineer { language: language.to_owned(), grade }
}

each_database! {
    async fn rows_of_several_kinds_share_a_table(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let office = session.add(Office::builder());
        let ada = office.staff.add(Staff::builder().id(1).name("ada").role(engineer("rust", 3)));
        office.staff.add(Staff::builder().id(2).name("bob").role(Role::Manager { grade: 5, budget: None }));
        office.staff.add(Staff::builder().id(3).name("cid").role(Role::Intern));
        session.flush().await.unwrap();
        let columns = "id, name, office_id, kind, language, grade, budget";
        assert_eq!(sql(&test)[1], insert_all(&test, "staff", columns, 3));
        session.commit().await.unwrap();

        // A query brings every kind.
        let other = db.session();
        let all = select(Staff).order_by(Staff::id).all(&other).await.unwrap();
        assert_eq!(all.iter().map(|s| s.role.clone()).collect::<Vec<_>>(), [
            engineer("rust", 3), Role::Manager { grade: 5, budget: None }, Role::Intern,
        ]);
        assert_eq!(all[1].role.kind(), RoleKind::Manager);
        let raw: Vec<(String,)> = db.fetch_all(rebis::sql("SELECT CAST(kind AS CHAR(10)) FROM staff WHERE id = 2")).await.unwrap();
        assert_eq!(raw[0].0.trim(), "boss");
        // Kinds and their columns in conditions.
        let names = async |query: rebis::SelectStatement<rebis::Column<Staff, String>>| query.order_by(Staff::id).all(&db).await.unwrap();
        assert_eq!(names(select(Staff::name).filter(Staff::role.kind.eq(RoleKind::Engineer))).await, ["ada"]);
        assert_eq!(names(select(Staff::name).filter(Staff::role.grade.gt(2))).await, ["ada", "bob"]);
        assert_eq!(names(select(Staff::name).filter(Staff::role.language.is_null())).await, ["bob", "cid"]);
        let most = select(func::max(Staff::role.grade)).one(&db).await.unwrap();
        assert_eq!(most, Some(5));
        assert_eq!(select(Office).with(Office::staff.joined()).one(&other).await.unwrap().staff.loaded().unwrap().len(), 3);

        // Within a kind, only what changed is written; another kind leaves no column of the old one behind.
        let _ = test.statements();
        if let Role::Engineer { language, .. } = &mut ada.edit().role {
            language.push_str(" 2");
        }
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE staff SET language = ? WHERE id = ?"]);
        ada.edit().role = Role::Manager { grade: 3, budget: Some(10) };
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE staff SET kind = ?, language = ?, budget = ? WHERE id = ?"]);
        let row = db.get(Staff, 1).await.unwrap().unwrap();
        assert_eq!(row.role, Role::Manager { grade: 3, budget: Some(10) });
        assert_eq!(select(Staff::role.language).filter(Staff::id.eq(1)).one(&db).await.unwrap(), None);
        ada.edit().role = Role::Intern;
        session.flush().await.unwrap();
        session.rollback().await.unwrap();
        assert_eq!(ada.role, row.role);

        // A copy of another kind comes in whole.
        let session = db.session();
        let merged = session.merge(Staff::builder().id(3).name("cid").role(engineer("sql", 1)).office_id(office.id)).await.unwrap();
        session.commit().await.unwrap();
        assert_eq!((&merged.role, &db.get(Staff, 3).await.unwrap().unwrap().role), (&engineer("sql", 1), &engineer("sql", 1)));
    }
}
