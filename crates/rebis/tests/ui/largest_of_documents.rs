//! Documents have no order.

use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct Shop {
    #[column(primary_key)]
    pub id: i64,
    pub settings: rebis::sql::Json<Vec<String>>,
}

fn main() {
    let _ = select(func::max(Shop::settings));
}
