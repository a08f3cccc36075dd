//! A model's declaration as constant data, as the derive writes it. Invariant: `const` all through, so a declaration costs no start-up.

use rebis_sql::schema::ReferentialAction;
use rebis_sql::{Cell, DecodeError, Dialect, SqlType, Stored, Value};

use super::{KindDef, Model, ModelMeta};
use crate::expr::Column;
use crate::relation::RelationDef;

macro_rules! set {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) $(=> $field:ident = $value:expr)+;)*) => {
        $($(#[$doc])* #[must_use] pub const fn $name(mut self $(, $arg: $ty)*) -> Self { $(self.$field = $value;)+ self })*
    };
}

/// A model's declaration.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct ModelDef {
    pub name: &'static str,
    pub table: &'static str,
    pub schema: Option<&'static str>,
    pub bind: Option<&'static str>,
    pub comment: Option<&'static str>,
    pub was: Option<&'static str>,
    pub columns: &'static [ColumnDef],
    /// How many of the columns, the last ones, are read only when they are asked for.
    pub deferred: usize,
    pub relations: &'static [RelationDef],
    pub uniques: &'static [UniqueDef],
    pub indexes: &'static [IndexDef],
    pub checks: &'static [CheckDef],
    /// Exclusion constraints, as PostgreSQL writes them.
    pub exclusions: &'static [CheckDef],
    /// How the table is stored, by database.
    pub options: &'static [(&'static str, &'static str)],
}

impl ModelDef {
    /// A declaration without columns yet.
    #[must_use]
    pub const fn new(name: &'static str, table: &'static str) -> Self {
        ModelDef {
            name,
            table,
            schema: None,
            bind: None,
            comment: None,
            was: None,
            columns: &[],
            deferred: 0,
            relations: &[],
            uniques: &[],
            indexes: &[],
            checks: &[],
            exclusions: &[],
            options: &[],
        }
    }

    set! {
        /// The schema that holds the table.
        schema(name: &'static str) => schema = Some(name);
        /// The database that holds it.
        bind(name: &'static str) => bind = Some(name);
        /// The table's comment.
        comment(text: &'static str) => comment = Some(text);
        /// What the table was called before.
        was(name: &'static str) => was = Some(name);
        /// The columns.
        columns(all: &'static [ColumnDef]) => columns = all;
        /// So many of the columns, the last ones, are read only when they are asked for.
        deferred(last: usize) => deferred = last;
        /// The relations.
        relations(all: &'static [RelationDef]) => relations = all;
        /// Unique constraints over several columns.
        unique(all: &'static [UniqueDef]) => uniques = all;
        /// Indexes over several columns.
        indexes(all: &'static [IndexDef]) => indexes = all;
        /// Check constraints.
        checks(all: &'static [CheckDef]) => checks = all;
        /// Exclusion constraints: `USING gist (room WITH =, during WITH &&)`.
        exclusions(all: &'static [CheckDef]) => exclusions = all;
        /// How the table is stored: `mysql_engine`, `postgresql_fillfactor`.
        options(all: &'static [(&'static str, &'static str)]) => options = all;
    }
}

impl ModelDef {
    /// How many columns a query of the model reads.
    #[must_use]
    pub const fn read(&self) -> usize {
        self.columns.len() - self.deferred
    }

    /// Whether anything of an object is loaded after its row: then it knows what came with it.
    #[must_use]
    pub const fn loads_later(&self) -> bool {
        !self.relations.is_empty() || self.deferred > 0
    }
}

/// Reads a cell as the value that the column's Rust type has for it: what stands in a row can be compared with what stands in an object.
pub(crate) type Decode = fn(Cell<'_>) -> Result<Value, DecodeError>;

/// A column's declaration.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct ColumnDef {
    pub field: &'static str,
    pub name: &'static str,
    pub sql_type: fn() -> SqlType,
    pub(crate) decode: Decode,
    pub nullable: bool,
    /// Whether the field can hold NULL: that of a kind of rows may be no `Option` though the column is NULL in others.
    pub holds_null: bool,
    pub length: Option<u32>,
    pub precision: Option<(u32, u32)>,
    pub primary_key: bool,
    pub autoincrement: bool,
    /// `GENERATED … AS IDENTITY` where the database has it, and whether ALWAYS.
    pub identity: Option<bool>,
    pub unique: bool,
    pub index: bool,
    pub version: bool,
    pub secret: bool,
    pub foreign_key: Option<ForeignKeyDef>,
    pub server_default: Option<ServerDefaultDef>,
    /// What the program gives a new row that says nothing.
    pub(crate) default: Option<fn() -> Value>,
    pub onupdate: Option<fn() -> Value>,
    pub computed: Option<(&'static str, bool)>,
    pub collation: &'static [(Option<Dialect>, &'static str)],
    pub comment: Option<&'static str>,
    pub was: Option<&'static str>,
    /// The kind of rows that it is of, where that kind has a table of its own.
    pub kind: Option<KindDef>,
}

impl ColumnDef {
    /// A column for a field of the type that is stored so.
    #[must_use]
    pub const fn new(stored: Stored, field: &'static str, name: &'static str) -> Self {
        ColumnDef {
            field,
            name,
            sql_type: stored.sql_type,
            decode: stored.value,
            nullable: stored.nullable,
            holds_null: stored.nullable,
            length: None,
            precision: None,
            primary_key: false,
            autoincrement: false,
            identity: None,
            unique: false,
            index: false,
            version: false,
            secret: false,
            foreign_key: None,
            server_default: None,
            default: None,
            onupdate: None,
            computed: None,
            collation: &[],
            comment: None,
            was: None,
            kind: None,
        }
    }

    set! {
        /// A column of one kind of rows, in a table of that kind's own.
        of_kind(kind: KindDef) => kind = Some(kind);
        /// Part of the primary key.
        primary_key() => primary_key = true;
        /// The database makes the key.
        autoincrement() => autoincrement = true;
        /// The database makes the key by `GENERATED … AS IDENTITY`, where it has that.
        identity(always: bool) => identity = Some(always);
        /// Unique.
        unique() => unique = true;
        /// Indexed.
        index() => index = true;
        /// Counts the row's versions: an UPDATE or DELETE of an object meets the row only at the version that was read.
        version() => version = true;
        /// Its values are never shown where the program is looked at: on debug pages, in the data browser.
        secret() => secret = true;
        /// The most characters.
        length(most: u32) => length = Some(most);
        /// Digits in all and after the point.
        precision(digits: u32, scale: u32) => precision = Some((digits, scale));
        /// Whether NULL is allowed, when the Rust type does not say.
        nullable(yes: bool) => nullable = yes;
        /// Whether the field of each kind of rows that has this column can hold NULL.
        holds_null(yes: bool) => holds_null = yes;
        /// Another SQL type than the Rust type's own.
        sql_type(ty: fn() -> SqlType) => sql_type = ty;
        /// What it refers to.
        foreign_key(to: ForeignKeyDef) => foreign_key = Some(to);
        /// The default the database fills in.
        server_default(default: ServerDefaultDef) => server_default = Some(default);
        /// The value it takes in a new row that is given none.
        default(value: fn() -> Value) => default = Some(value);
        /// The value it takes with each UPDATE that does not set it.
        onupdate(value: fn() -> Value) => onupdate = Some(value);
        /// A generated column.
        computed(sql: &'static str, stored: bool) => computed = Some((sql, stored));
        /// By which rules its texts are compared: a name for every database, or for some.
        collation(names: &'static [(Option<Dialect>, &'static str)]) => collation = names;
        /// The column's comment.
        comment(text: &'static str) => comment = Some(text);
        /// What the column was called before.
        was(name: &'static str) => was = Some(name);
    }
}

impl ColumnDef {
    /// The SQL type, its length and precision included.
    pub(crate) fn full_type(&self) -> SqlType {
        match ((self.sql_type)(), self.length, self.precision) {
            (SqlType::String(_) | SqlType::Text, Some(n), _) => SqlType::String(Some(n)),
            (SqlType::Numeric { .. }, _, Some((precision, scale))) => {
                SqlType::Numeric { precision: Some(precision), scale: Some(scale) }
            }
            (ty, ..) => ty,
        }
    }

    /// Whether its table allows NULL. Of the row of another kind it is NULL in any case.
    pub(crate) fn may_be_null(&self) -> bool {
        self.kind.map_or(self.nullable, |kind| !kind.required)
    }
}

/// A default that the database fills in.
#[derive(Clone, Copy, Debug)]
pub enum ServerDefaultDef {
    /// The current moment.
    Now,
    /// An SQL expression.
    Sql(&'static str),
    /// A constant.
    Value(fn() -> Value),
}

/// What a column refers to.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct ForeignKeyDef {
    pub target: fn() -> &'static ModelMeta,
    pub column: &'static str,
    pub on_delete: ReferentialAction,
    pub on_update: ReferentialAction,
    pub name: Option<&'static str>,
    pub deferrable: Option<bool>,
    pub match_full: bool,
}

impl ForeignKeyDef {
    /// A reference to another model's column of type `T`.
    #[must_use]
    pub const fn to<M: Model, T>(column: Column<M, T>) -> Self {
        ForeignKeyDef {
            target: M::meta,
            column: column.name(),
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            name: None,
            deferrable: None,
            match_full: false,
        }
    }

    set! {
        /// What happens when the other row is deleted.
        on_delete(action: ReferentialAction) => on_delete = action;
        /// What happens when the other row's key changes.
        on_update(action: ReferentialAction) => on_update = action;
        /// The constraint's name.
        named(name: &'static str) => name = Some(name);
        /// The check can wait until the end of the transaction, and does when `initially`.
        deferrable(initially: bool) => deferrable = Some(initially);
        /// Of several columns all are NULL or none is.
        match_full() => match_full = true;
    }
}

macro_rules! named_columns {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $ty:ty $(, $(#[$says:meta])* $flag:ident)* })*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs)]
        pub struct $name { pub name: Option<&'static str>, pub $field: $ty, $(pub $flag: bool),* }

        impl $name {
            /// Without a name of its own.
            #[must_use]
            pub const fn new($field: $ty) -> Self { $name { name: None, $field, $($flag: false),* } }

            set! {
                /// With that name.
                named(name: &'static str) => name = Some(name);
                $($(#[$says])*
                $flag() => $flag = true;)*
            }
        })*
    };
}

named_columns! {
    /// A unique constraint over columns.
    UniqueDef {
        columns: &'static [&'static str],
        /// Two NULLs are duplicates.
        nulls_not_distinct,
        /// The check can wait until the end of the transaction.
        deferrable,
        /// The check waits until the end of the transaction.
        initially_deferred
    }
    /// An index over columns.
    IndexDef {
        columns: &'static [&'static str],
        /// Without duplicates.
        unique,
        /// Two NULLs are duplicates.
        nulls_not_distinct
    }
    /// A check constraint.
    CheckDef { sql: &'static str }
}
