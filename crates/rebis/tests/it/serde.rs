//! Objects in JSON: every type of a column that the prelude or `rebis::sql` offers has serde's traits, so a model can derive them.

use rebis::prelude::*;
use rebis::serde_json::{self, json};
use rebis::sql::{Array, Blob};

#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    News,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Size {
    width: u32,
}

#[derive(Model, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    #[column(primary_key)]
    id: Uuid,
    kind: Kind,
    price: Decimal,
    day: NaiveDate,
    at: DateTime<Utc>,
    size: rebis::sql::Json<Size>,
    free: Option<serde_json::Value>,
    packed: Blob<Size>,
}

#[test]
fn a_model_is_written_and_read_as_json() {
    let document = json!({
        "id": "67e55044-10b1-426f-9247-bb680e5fe0c8",
        "kind": "News",
        "price": "19.90",
        "day": "2026-11-21",
        "at": "2026-11-21T12:00:00Z",
        "size": {"width": 3},
        "free": {"any": ["thing"]},
        "packed": {"width": 4},
    });
    let object: Everything = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(object.price, Decimal::new(1990, 2));
    assert_eq!(object.size.0, Size { width: 3 });
    assert_eq!(serde_json::to_value(&object).unwrap(), document);
    // No column of the model, which would be one on databases without arrays too.
    assert_eq!(serde_json::to_value(Array(vec![1, 2])).unwrap(), json!([1, 2]));
}
