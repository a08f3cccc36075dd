use rebis::prelude::*;

#[derive(Clone, Debug, PartialEq)]
pub struct Point;

#[derive(Model, Clone, Debug)]
pub struct Place {
    #[column(primary_key)]
    pub id: i64,
    pub at: Point,
}

fn main() {}
