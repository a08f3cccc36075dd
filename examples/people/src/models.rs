//! The table `people`.

use rebis::prelude::*;

/// Somebody, with a name and perhaps an age and a job.
#[derive(Model, Clone, Debug, Serialize)]
#[model(table = "people")]
pub struct Person {
    #[column(primary_key)]
    pub pid: i64,
    #[column(text)]
    pub name: String,
    pub age: Option<i32>,
    #[column(text)]
    pub job: Option<String>,
}
