//! The application's own command: `cargo run -p microblog -- demo` writes example data.

use rebis::clap::Command;
use rebis::prelude::*;

use crate::models::{Post, User};

/// How the command is called.
pub fn demo_description() -> Command {
    Command::new("demo").about("Adds two users and a post, unless they are there")
}

/// What it does.
pub async fn demo(context: CommandContext) -> Result<()> {
    let session = context.app.db()?.session();
    if select(User).count(&session).await? > 0 {
        println!("There are users already; nothing was added.");
        return Ok(());
    }
    let john = session.add(User::builder().username("john").email("john@example.com"));
    session.add(User::builder().username("susan").email("susan@example.com"));
    session.add(Post::builder().body("my first post!").author(&john));
    session.commit().await?;
    println!("Added john, susan and john's first post.");
    Ok(())
}
