//! One model of the chain, and the work that is done with it.

use crate::parent_model::ParentModel; //parent
use crate::child_model::ChildModel; //child

#[derive(Clone, Debug, toasty::Model)]
#[table = "this_model"]
pub struct ThisModel {
    #[key]
    #[auto]
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub count: i64,
    pub active: bool,
    pub extra: Option<String>, //extra
    #[index] //parent
    pub parent_id: i64, //parent
    #[belongs_to(key = parent_id, references = id)] //parent
    pub parent: toasty::Deferred<ParentModel>, //parent
    #[has_many(pair = parent)] //child
    pub children: toasty::Deferred<Vec<ChildModel>>, //child
}

pub async fn work(db: &mut toasty::Db) -> toasty::Result<u64> {
    let mut transaction = db.transaction().await?;
    for (count, name) in [(0, "one"), (1, "two"), (2, "three")] {
        let new = ThisModel::create().name(name).count(count).active(count != 1);
        let new = new.parent_id(1); //parent
        new.exec(&mut transaction).await?;
    }
    let active = ThisModel::filter(ThisModel::fields().active().eq(true));
    let mut found = active.order_by(ThisModel::fields().name().desc()).limit(10).exec(&mut transaction).await?;
    let mut seen = found.len() as u64; //parent
    let seen = found.len() as u64; //first
    for one in &found { //parent
        let parent = one.parent().exec(&mut transaction).await?; //parent
        seen += parent.children().exec(&mut transaction).await?.len() as u64; //parent
    } //parent
    found[0].update().name("four").exec(&mut transaction).await?;
    ThisModel::filter(ThisModel::fields().name().eq("two")).delete().exec(&mut transaction).await?;
    transaction.commit().await?;
    Ok(seen + ThisModel::all().count().exec(db).await?)
}
