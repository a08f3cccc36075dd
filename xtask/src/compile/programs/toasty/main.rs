//! The measured program, of Toasty: makes the tables, works with every model and prints what they add up to.

mod this_model; //each

#[tokio::main(flavor = "current_thread")]
async fn main() -> toasty::Result<()> {
    let mut db = toasty::Db::builder()
        .models(toasty::models!(crate::*))
        .connect("sqlite::memory:")
        .await?;
    db.push_schema().await?;
    let mut total = 0;
    total += this_model::work(&mut db).await?; //each
    println!("{total}");
    Ok(())
}
