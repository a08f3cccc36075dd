//! What a model says, as data with the spans of the user's tokens. Invariant: nothing here is made up; what the user left out is `None`.

use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, ExprClosure, ExprPath, LitInt, LitStr, Path, Type, Visibility};

/// A struct that derives `Model`.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// `#[model(crate = "…")]`: the crate that has `__private`.
    pub(crate) krate: Path,
    /// The table's name, given or made from the struct's.
    pub(crate) table: LitStr,
    pub(crate) schema: Option<LitStr>,
    pub(crate) comment: Option<LitStr>,
    pub(crate) was: Option<LitStr>,
    pub(crate) bind: Option<LitStr>,
    /// The fields of the primary key, in key order: positions in `columns`.
    pub(crate) key: Vec<usize>,
    pub(crate) uniques: Vec<Group>,
    pub(crate) indexes: Vec<Group>,
    pub(crate) checks: Vec<Check>,
    /// Exclusion constraints, as PostgreSQL writes them.
    pub(crate) exclusions: Vec<Check>,
    /// How the table is stored, by database.
    pub(crate) options: Vec<(LitStr, LitStr)>,
    /// The function that is asked whether a row may be written.
    pub(crate) validate: Option<ExprPath>,
    /// The columns, in the order of the fields, those that are deferred behind the others.
    pub(crate) columns: Vec<Column>,
    /// The relations, in the order of the fields.
    pub(crate) relations: Vec<Relation>,
    /// The structs whose fields are columns too, in the order of the fields; their columns stand behind the model's own.
    pub(crate) flats: Vec<Flat>,
    /// All fields, in their order.
    pub(crate) fields: Vec<FieldRef>,
}

/// A field marked `#[column(flatten)]`.
pub(crate) struct Flat {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    /// What stands before the names of its columns here.
    pub(crate) prefix: Option<LitStr>,
    pub(crate) docs: Vec<Attribute>,
}

/// A field, by its position in `columns`, `relations` or `flats`.
#[derive(Clone, Copy)]
pub(crate) enum FieldRef {
    Column(usize),
    Relation(usize),
    Flat(usize),
}

/// `unique(…)` or `index(…)` over several columns.
pub(crate) struct Group {
    pub(crate) parts: Vec<Ident>,
    pub(crate) name: Option<LitStr>,
    pub(crate) unique: bool,
    pub(crate) nulls_not_distinct: bool,
    /// `Some(initially_deferred)`.
    pub(crate) deferrable: Option<bool>,
}

/// `check("sql", name = "…")`.
pub(crate) struct Check {
    pub(crate) sql: LitStr,
    pub(crate) name: Option<LitStr>,
}

/// A field that is a column.
pub(crate) struct Column {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// The type of the value; of a deferred column what `Deferred<…>` is of.
    pub(crate) ty: Type,
    /// Whether the field is `Deferred<…>`: read only when it is asked for.
    pub(crate) deferred: bool,
    pub(crate) docs: Vec<Attribute>,
    /// The column's name, given or the field's.
    pub(crate) name: LitStr,
    pub(crate) primary_key: Option<Span>,
    /// Whether the field's type is written `Option<…>`.
    pub(crate) optional: bool,
    pub(crate) nullable: Option<bool>,
    pub(crate) sql_type: Option<TypeChoice>,
    pub(crate) unique: bool,
    pub(crate) index: bool,
    pub(crate) default: Option<DefaultValue>,
    /// What it is set to with each UPDATE that does not set it.
    pub(crate) onupdate: Option<DefaultValue>,
    pub(crate) server_default: Option<ServerDefault>,
    pub(crate) foreign_key: Option<ForeignKey>,
    /// `autoincrement` or `autoincrement = false`, where it was said.
    pub(crate) autoincrement: Option<(bool, Span)>,
    /// `identity`, and whether it is `identity = always`.
    pub(crate) identity: Option<(bool, Span)>,
    /// `collation`: for every database, or by what `Dialect` calls each.
    pub(crate) collation: Vec<(Option<Ident>, LitStr)>,
    pub(crate) comment: Option<LitStr>,
    pub(crate) was: Option<LitStr>,
    pub(crate) check: Option<LitStr>,
    pub(crate) computed: Option<Computed>,
    /// The column counts the row's versions.
    pub(crate) version: Option<Span>,
    /// Its values are never shown where the program is looked at.
    pub(crate) secret: bool,
    /// The function that is asked whether a value may be written.
    pub(crate) validate: Option<ExprPath>,
    /// The kind of rows that it is of, where that kind has a table of its own.
    pub(crate) kind: Option<OfKind>,
}

/// A kind of rows with a table of its own.
pub(crate) struct OfKind {
    pub(crate) table: LitStr,
    pub(crate) label: LitStr,
    /// Whether rows of that kind need a value.
    pub(crate) required: bool,
}

/// A column type that is not the one of the field's Rust type.
pub(crate) enum TypeChoice {
    /// `length = 64`.
    Length(LitInt),
    /// `text`.
    Text,
    /// `precision = 10, scale = 2`.
    Numeric { precision: LitInt, scale: Option<LitInt> },
    /// `type = SqlType::…`.
    Expr(Box<Expr>),
}

/// `default = …`.
pub(crate) enum DefaultValue {
    /// A string literal, which becomes the field's type by `Into`.
    Text(LitStr),
    /// Any other literal.
    Literal(Box<Expr>),
    /// A path to a function (its last name is small), which is called for each new object.
    Call(ExprPath),
    /// A closure, which is called for each new object.
    Closure(ExprClosure),
    /// Any other expression, evaluated for each new object.
    Value(Box<Expr>),
}

/// `server_default = …`.
pub(crate) enum ServerDefault {
    /// `now`: CURRENT_TIMESTAMP.
    Now,
    /// A string: SQL, as it is.
    Sql(LitStr),
    /// A number or boolean.
    Value(Box<Expr>),
}

/// `foreign_key = User::id, on_delete = cascade`.
pub(crate) struct ForeignKey {
    /// `User`.
    pub(crate) model: Path,
    /// `id`.
    pub(crate) column: Ident,
    pub(crate) on_delete: Option<Action>,
    pub(crate) on_update: Option<Action>,
    /// `Some(initially_deferred)`.
    pub(crate) deferrable: Option<bool>,
    pub(crate) match_full: bool,
    /// `foreign_key_name = "fk_post_author"`.
    pub(crate) name: Option<LitStr>,
}

/// What a foreign key does: a variant of `ReferentialAction`, at the user's word.
pub(crate) struct Action(pub(crate) Ident);

/// `computed = "sql"`, `stored` or made when it is read.
pub(crate) struct Computed {
    pub(crate) sql: LitStr,
    pub(crate) stored: bool,
}

/// A field that is a relation.
pub(crate) struct Relation {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) kind: RelationKind,
    /// The other model.
    pub(crate) target: Type,
    /// The foreign key's fields, in the order of the primary key they refer to: of this model for `BelongsTo`, else of the other one.
    pub(crate) key: Vec<Ident>,
    /// The association model that it goes through.
    pub(crate) through: Option<Path>,
    /// The fields of the association that refer to the target.
    pub(crate) target_key: Vec<Ident>,
    pub(crate) back_populates: Option<Ident>,
    pub(crate) cascade: Option<Cascade>,
    pub(crate) passive_deletes: Option<PassiveDeletes>,
    /// Columns of the other model, and whether each is sorted from high to low.
    pub(crate) order_by: Vec<(Ident, bool)>,
}

/// What a deletion leaves to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PassiveDeletes {
    Unloaded,
    All,
}

/// Which way a relation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelationKind {
    HasMany,
    HasOne,
    BelongsTo,
}

impl RelationKind {
    /// The kind of a type called so.
    pub(crate) fn of(name: &Ident) -> Option<Self> {
        match name.to_string().as_str() {
            "HasMany" => Some(Self::HasMany),
            "HasOne" => Some(Self::HasOne),
            "BelongsTo" => Some(Self::BelongsTo),
            _ => None,
        }
    }
}

/// `cascade = "all, delete-orphan"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cascade {
    pub(crate) save_update: bool,
    pub(crate) merge: bool,
    pub(crate) refresh_expire: bool,
    pub(crate) expunge: bool,
    pub(crate) delete: bool,
    pub(crate) delete_orphan: bool,
}
