use rebis_macros::{Enum, Model};

#[derive(Model)]
pub struct Pair(i64, i64);

#[derive(Model)]
pub enum Status {
    Draft,
}

#[derive(Model)]
pub struct Page<T> {
    #[column(primary_key)]
    pub id: T,
}

#[derive(Enum)]
pub enum Shape {
    Circle(f64),
}

fn main() {}
