//! [`ModelMeta`]: a model's declaration, worked out once: its table, its key, how its relations join.

use std::any::TypeId;
use std::sync::{Arc, LazyLock, OnceLock};

use rebis_sql::schema::{
    Check, Column, Computed, Exclusion, ForeignKey, Identity, Index, NamingConvention, PrimaryKey,
    ReferentialAction, ServerDefault, Table, Unique,
};
use rebis_sql::{Expr, Name, Value};

use super::link::Link;
use super::text::Texts;
use super::{CheckDef, ColumnDef, ColumnSet, ForeignKeyDef, KindTable, Model, ModelDef, ServerDefaultDef};
use crate::dynamic::Ops;
use crate::entity::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::relation::{Between, RelationDef};
use crate::session::Shared;

/// Metadata that is made on first use.
pub type LazyMeta = LazyLock<ModelMeta>;

/// A model's metadata.
#[derive(Debug)]
pub struct ModelMeta {
    pub(crate) def: ModelDef,
    pub(crate) type_id: TypeId,
    /// Positions of the key's columns.
    pub(crate) key: Vec<usize>,
    /// The column that counts the row's versions.
    pub(crate) version: Option<usize>,
    /// Columns whose value the database makes where it is 0.
    pub(crate) autoincrement: ColumnSet,
    /// Columns that no INSERT or UPDATE names.
    pub(crate) computed: ColumnSet,
    /// Columns that take a new value with each UPDATE that does not set them.
    pub(crate) renewed: ColumnSet,
    /// Columns that a row cannot do without, and that nobody but the program fills in.
    pub(crate) needed: ColumnSet,
    /// The column sets whose values no two rows share, the primary key not among them.
    pub(crate) uniques: Vec<ColumnSet>,
    /// The tables of kinds of rows that have one of their own.
    pub(crate) kinds: Vec<KindTable>,
    /// The columns that stand in these.
    pub(crate) apart: ColumnSet,
    pub(crate) texts: Texts,
    /// What is done with its objects where their type is not known.
    pub(crate) ops: Ops,
    /// The relations of many and many that go through this model.
    pub(crate) between: OnceLock<Vec<Between>>,
    known: fn(&Shared, TypeId, &[Value]) -> Option<Object>,
    links: Vec<OnceLock<std::result::Result<Arc<Link>, String>>>,
    tables: OnceLock<Vec<Table>>,
}

impl ModelMeta {
    /// The metadata of a model.
    #[must_use]
    pub fn of<M: Model>() -> Self {
        Self::new(M::DEF, TypeId::of::<M>(), Ops::of::<M>(), crate::relation::known::<M::Key>)
    }

    fn new(
        def: ModelDef,
        type_id: TypeId,
        ops: Ops,
        known: fn(&Shared, TypeId, &[Value]) -> Option<Object>,
    ) -> Self {
        let [mut autoincrement, mut computed, mut needed, mut renewed] = [ColumnSet::EMPTY; 4];
        for (i, column) in def.columns.iter().enumerate() {
            autoincrement = autoincrement.with_if(i, column.autoincrement);
            computed = computed.with_if(i, column.computed.is_some());
            renewed = renewed.with_if(i, column.onupdate.is_some());
            let made = column.autoincrement || column.server_default.is_some() || column.computed.is_some();
            needed = needed.with_if(i, !made && !column.nullable);
        }
        let kinds = KindTable::all(&def);
        ModelMeta {
            def,
            type_id,
            key: (0..def.columns.len()).filter(|&i| def.columns[i].primary_key).collect(),
            version: def.columns.iter().position(|c| c.version),
            autoincrement,
            computed,
            needed,
            renewed,
            uniques: uniques(&def),
            apart: kinds.iter().fold(ColumnSet::EMPTY, |all, kind| all.union(kind.columns)),
            kinds,
            texts: Texts::default(),
            ops,
            between: OnceLock::new(),
            known,
            links: def.relations.iter().map(|_| OnceLock::new()).collect(),
            tables: OnceLock::new(),
        }
    }

    /// The struct's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.def.name
    }

    /// The database it belongs to, when an app has several.
    #[must_use]
    pub fn bind(&self) -> Option<&'static str> {
        self.def.bind
    }

    /// The table as schema data.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.tables()[0]
    }

    /// The table, and behind it those of the kinds of rows that have one of their own.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        self.tables.get_or_init(|| self.tables_named(&NamingConvention::default()))
    }

    /// The same tables, where what nobody named is called as another convention says.
    #[must_use]
    pub fn tables_named(&self, names: &NamingConvention) -> Vec<Table> {
        let own = std::iter::once(table(&self.def, names));
        own.chain(self.kinds.iter().map(|kind| kind.schema(self, names))).collect()
    }

    /// The struct's field whose column has that name.
    #[must_use]
    pub fn field_of(&self, column: &str) -> Option<&'static str> {
        self.def.columns.iter().find(|c| c.name == column).map(|c| c.field)
    }

    /// The names of the columns whose values are not to be shown: those that say `#[column(secret)]`.
    pub fn secret_columns(&self) -> impl Iterator<Item = &'static str> {
        self.def.columns.iter().filter(|column| column.secret).map(|column| column.name)
    }

    /// What an UPDATE that sets these columns sets besides.
    pub(crate) fn renew(&self, changed: ColumnSet) -> Vec<(usize, Value)> {
        let renewed = self.renewed.minus(changed).iter();
        renewed.filter_map(|c| Some((c, self.def.columns[c].onupdate?()))).collect()
    }

    pub(crate) fn column(&self, index: usize) -> Name {
        Name::Borrowed(self.def.columns[index].name)
    }

    pub(crate) fn column_expr(&self, index: usize) -> Expr {
        self.def.column_expr(None, index)
    }

    pub(crate) fn schema_name(&self) -> Option<Name> {
        self.def.schema.map(Name::Borrowed)
    }

    pub(crate) fn table_ref(&self) -> rebis_sql::stmt::TableRef {
        self.table_as(None)
    }

    pub(crate) fn relation(&self, index: usize) -> &'static RelationDef {
        &self.def.relations[index]
    }

    /// How a relation joins, worked out on first use (the other model's metadata may not exist before).
    pub(crate) fn link(&self, relation: usize) -> Result<&Arc<Link>> {
        self.links[relation].get_or_init(|| self.find_link(relation).map(Arc::new)).as_ref().map_err(|why| {
            Error::new(
                ErrorKind::Mapping,
                format!("the relation {}.{} {why}", self.def.name, self.relation(relation).name),
            )
            .on(self.def.name)
        })
    }

    /// Whether the declaration can work: a primary key, foreign keys to columns that exist, relations that join.
    ///
    /// [`Database::create_all`](crate::Database::create_all) asks it of every model; the first use of a wrong relation is told it otherwise.
    ///
    /// # Errors
    /// What cannot work, and what to declare instead.
    pub fn check(&self) -> Result<()> {
        let wrong = |what: String| Error::new(ErrorKind::Mapping, what).on(self.def.name);
        if self.key.is_empty() {
            return Err(wrong(format!("{} has no primary key", self.def.name))
                .advise("mark one column or more with `#[column(primary_key)]`"));
        }
        let mut names: Vec<String> = self.def.columns.iter().map(|c| c.name.to_lowercase()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|w| w[0] == w[1]) {
            return Err(wrong(format!("{} has two columns called `{}`", self.def.name, twice[0])).advise(
                "rename one of them with `#[column(name = \"…\")]`; a struct that is flattened twice takes `#[column(flatten, prefix = \"…\")]`",
            ));
        }
        if self.kinds.iter().any(|kind| kind.table == self.def.table) {
            let what = format!(
                "a kind of {} has the table `{}`, which is the model's",
                self.def.name, self.def.table
            );
            return Err(
                wrong(what).advise("give the kind another one: `#[model(table = \"…\")]` at the variant")
            );
        }
        for column in self.def.columns {
            let Some(fk) = column.foreign_key else { continue };
            let target = (fk.target)();
            if target.bind() != self.bind() {
                let (model, field, other) = (self.def.name, column.field, target.def.name);
                return Err(wrong(format!(
                    "the foreign key {model}.{field} refers to {other}, which lives in another database"
                ))
                .advise("no database can check it: leave the foreign key out"));
            }
            if !target.def.columns.iter().any(|c| c.name == fk.column) {
                let (model, field, other) = (self.def.name, column.field, target.def.name);
                return Err(wrong(format!(
                    "the foreign key {model}.{field} refers to a column `{}` that {other} does not have",
                    fk.column
                )));
            }
        }
        let keys = self.tables().iter().flat_map(|table| &table.foreign_keys);
        if let Some(torn) = keys.filter(|key| key.columns.len() > 1).find(|key| self.is_torn(key)) {
            return Err(wrong(format!(
                "the columns {} of {} are one foreign key, and say different things of it",
                torn.columns.join(", "),
                self.def.name
            ))
            .advise("say `on_delete`, `on_update`, `deferrable`, `match_full` and `foreign_key_name` at one of them, or the same at each"));
        }
        (0..self.def.relations.len()).try_for_each(|relation| self.link(relation).map(drop))
    }

    /// Whether a column of a foreign key says something else of it than another one did.
    fn is_torn(&self, key: &ForeignKey) -> bool {
        let columns = self.def.columns.iter().filter(|c| key.columns.iter().any(|name| name == c.name));
        columns.filter_map(|c| c.foreign_key).any(|said| {
            let own = |one: ReferentialAction, whole| one != ReferentialAction::NoAction && one != whole;
            own(said.on_delete, key.on_delete)
                || own(said.on_update, key.on_update)
                || said.deferrable.is_some_and(|d| key.deferrable != Some(d))
                || said.name.is_some_and(|name| key.name.as_deref() != Some(name))
        })
    }

    /// The object that a session holds under a key.
    pub(crate) fn known(&self, session: &Shared, key: &[Value]) -> Option<Object> {
        (self.known)(session, self.type_id, key)
    }

    pub(crate) fn position(&self, field: &str) -> Option<usize> {
        self.def.columns.iter().position(|c| c.field == field)
    }

    pub(crate) fn is_self(&self, other: &ModelMeta) -> bool {
        self.type_id == other.type_id
    }
}

fn uniques(def: &ModelDef) -> Vec<ColumnSet> {
    let position = |name: &str| def.columns.iter().position(|c| c.name == name);
    let set =
        |names: &[&str]| names.iter().filter_map(|n| position(n)).fold(ColumnSet::EMPTY, ColumnSet::with);
    let single = def.columns.iter().enumerate().filter(|(_, c)| c.unique);
    let mut all: Vec<ColumnSet> = single.map(|(i, _)| ColumnSet::EMPTY.with(i)).collect();
    all.extend(def.uniques.iter().map(|u| set(u.columns)));
    all.extend(def.indexes.iter().filter(|i| i.unique).map(|i| set(i.columns)));
    all
}

/// A table with the columns of these numbers, and what each of them says for itself; nothing else has a name yet.
pub(super) fn table_of(def: &ModelDef, name: &str, has: &dyn Fn(&usize) -> bool) -> Table {
    let own = || (0..def.columns.len()).filter(has).map(|c| &def.columns[c]);
    let mut table = Table::new(name);
    table.schema = def.schema.map(str::to_owned);
    table.columns = own().map(column).collect();
    table.foreign_keys = foreign_keys(own());
    for c in own() {
        match (c.unique, c.index) {
            (true, false) => table.uniques.push(Unique {
                name: None,
                columns: vec![c.name.to_owned()],
                deferrable: None,
                nulls_not_distinct: false,
            }),
            (unique, true) => {
                let mut index = Index::new("", [c.name]);
                index.unique = unique;
                table.indexes.push(index);
            }
            (false, false) => {}
        }
    }
    table
}

fn table(def: &ModelDef, names: &NamingConvention) -> Table {
    let mut table = table_of(def, def.table, &|&c| def.columns[c].kind.is_none());
    table.comment = def.comment.map(str::to_owned);
    table.was = def.was.map(str::to_owned);
    let key: Vec<String> = def.columns.iter().filter(|c| c.primary_key).map(|c| c.name.to_owned()).collect();
    table.primary_key = (!key.is_empty()).then_some(PrimaryKey { name: None, columns: key });
    for u in def.uniques {
        let columns = u.columns.iter().map(|c| (*c).to_owned()).collect();
        table.uniques.push(Unique {
            name: u.name.map(str::to_owned),
            columns,
            deferrable: (u.deferrable || u.initially_deferred).then_some(u.initially_deferred),
            nulls_not_distinct: u.nulls_not_distinct,
        });
    }
    for i in def.indexes {
        let mut index = Index::new(i.name.unwrap_or_default(), i.columns.iter().copied());
        (index.unique, index.nulls_not_distinct) = (i.unique, i.nulls_not_distinct);
        table.indexes.push(index);
    }
    table.checks =
        def.checks.iter().map(|c| Check { name: c.name.map(str::to_owned), sql: c.sql.to_owned() }).collect();
    table.exclusions = def.exclusions.iter().map(exclusion).collect();
    table.options =
        def.options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    names.apply(&mut table);
    table
}

/// What cannot be taken apart stays a text, which the database refuses when it is made.
fn exclusion(def: &CheckDef) -> Exclusion {
    let whole = |_| Exclusion { elements: vec![(def.sql.to_owned(), String::new())], ..Exclusion::default() };
    let found = def.sql.parse().unwrap_or_else(whole);
    Exclusion { name: def.name.map(str::to_owned), ..found }
}

pub(super) fn column(def: &ColumnDef) -> Column {
    let mut column = Column::new(def.name, def.full_type());
    column.nullable = def.may_be_null() && !def.primary_key;
    column.autoincrement = def.autoincrement;
    column.identity = def.identity.map(|always| Identity { always, ..Identity::default() });
    column.default = def.server_default.map(|d| match d {
        ServerDefaultDef::Now => ServerDefault::Now,
        ServerDefaultDef::Sql(sql) => ServerDefault::Sql(sql.to_owned()),
        ServerDefaultDef::Value(value) => ServerDefault::Value(value()),
    });
    column.computed = def.computed.map(|(sql, stored)| Computed { sql: sql.to_owned(), stored });
    let collation = || def.collation.iter().map(|(dialect, name)| (*dialect, (*name).to_owned())).collect();
    column.collation = (!def.collation.is_empty()).then(collation);
    column.comment = def.comment.map(str::to_owned);
    column.was = def.was.map(str::to_owned);
    column
}

/// Adds what another column of a foreign key says of it.
fn tell(key: &mut ForeignKey, said: ForeignKeyDef) {
    let first = |one, other| if one == ReferentialAction::NoAction { other } else { one };
    key.on_delete = first(key.on_delete, said.on_delete);
    key.on_update = first(key.on_update, said.on_update);
    key.deferrable = key.deferrable.or(said.deferrable);
    key.match_full |= said.match_full;
    key.name = key.name.take().or(said.name.map(str::to_owned));
}

/// Columns that refer to the same model's different columns are one composite key, unless they give it different names; else each is a key of
/// its own.
fn foreign_keys<'a>(columns: impl Iterator<Item = &'a ColumnDef>) -> Vec<ForeignKey> {
    let mut all: Vec<(TypeId, ForeignKey)> = Vec::new();
    for c in columns {
        let Some(fk) = c.foreign_key else { continue };
        let target = (fk.target)();
        let composite = target.key.len() > 1;
        let open = all.iter_mut().find(|(id, known)| {
            composite
                && *id == target.type_id
                && !known.ref_columns.iter().any(|r| r == fk.column)
                && fk.name.is_none_or(|name| known.name.as_deref().is_none_or(|other| other == name))
        });
        if let Some((_, known)) = open {
            known.columns.push(c.name.to_owned());
            known.ref_columns.push(fk.column.to_owned());
            tell(known, fk);
            continue;
        }
        all.push((
            target.type_id,
            ForeignKey {
                name: fk.name.map(str::to_owned),
                columns: vec![c.name.to_owned()],
                ref_schema: target.def.schema.map(str::to_owned),
                ref_table: target.def.table.to_owned(),
                ref_columns: vec![fk.column.to_owned()],
                on_delete: fk.on_delete,
                on_update: fk.on_update,
                deferrable: fk.deferrable,
                match_full: fk.match_full,
            },
        ));
    }
    all.into_iter().map(|(_, fk)| fk).collect()
}
