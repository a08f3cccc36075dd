//! [`EnumType`]: a Rust enum as an enum column. Invariant: a label that the enum does not have is refused on reading.

/// A Rust enum whose variants are labels of an enum column. [`enum_column!`](crate::enum_column) makes it a
/// [`ColumnType`](crate::ColumnType).
///
/// ```
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Status { Draft, Live }
///
/// impl rebis_sql::EnumType for Status {
///     const NAME: &'static str = "status";
///     const VALUES: &'static [&'static str] = &["draft", "live"];
///     fn label(&self) -> &'static str {
///         match self { Status::Draft => "draft", Status::Live => "live" }
///     }
///     fn from_label(label: &str) -> Option<Self> {
///         match label { "draft" => Some(Status::Draft), "live" => Some(Status::Live), _ => None }
///     }
/// }
/// rebis_sql::enum_column!(Status);
///
/// use rebis_sql::{Cell, ColumnType, Value};
/// assert_eq!(Status::Live.to_value(), Value::Text("live".into()));
/// assert_eq!(Status::from_cell(Cell::Text("draft")), Ok(Status::Draft));
/// assert!(Status::from_cell(Cell::Text("gone")).is_err());
/// ```
pub trait EnumType: Sized {
    /// The type's name, where the database has named types.
    const NAME: &'static str;
    /// The labels, in order.
    const VALUES: &'static [&'static str];

    /// This variant's label.
    fn label(&self) -> &'static str;

    /// The variant of that label.
    fn from_label(label: &str) -> Option<Self>;
}

/// Makes an [`EnumType`] a [`ColumnType`](crate::ColumnType).
#[macro_export]
macro_rules! enum_column {
    ($rust:ty) => {
        impl $crate::ColumnType for $rust {
            fn sql_type() -> $crate::SqlType {
                $crate::SqlType::Enum {
                    name: <$rust as $crate::EnumType>::NAME.to_owned(),
                    values: <$rust as $crate::EnumType>::VALUES.iter().map(|v| (*v).to_owned()).collect(),
                }
            }

            fn to_value(&self) -> $crate::Value {
                $crate::Value::Text($crate::EnumType::label(self).to_owned())
            }

            fn from_cell(cell: $crate::Cell<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                if let $crate::Cell::Text(label) = cell
                    && let ::core::option::Option::Some(variant) =
                        <$rust as $crate::EnumType>::from_label(label)
                {
                    return ::core::result::Result::Ok(variant);
                }
                ::core::result::Result::Err($crate::DecodeError::new(
                    stringify!($rust),
                    ::std::format_args!("{cell:?}"),
                ))
            }
        }
    };
}
