//! What nearly every file of an application uses: `use rebis::prelude::*;`. Invariant: no blanket trait, so no method appears on
//! types that are not ours.

pub use crate::{
    App, AppExt, Args, BelongsTo, Blueprint, CommandContext, Config, Database, Deferred, Entity, Enum,
    FetchMode, Form, FormEnum, FormErrors, FormExt, FormFields, HasMany, HasOne, Html, HttpError, Json,
    Model, ModelForm, Page, Pagination, Path, Query, Redirect, Result, Session, StatusCode, Templates,
    Upload, UserSession, alias, context, delete, exists, func, insert, models, select, update, window,
};
// The derives alone: the trait would add its methods to every number and text.
pub use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
pub use rebis_macros::{ColumnType, Columns};
/// SQL by hand; the function, beside the module `rebis::sql`.
pub use rebis_orm::sql;
pub use rust_decimal::Decimal;
pub use serde::{Deserialize, Serialize};
pub use uuid::Uuid;
