//! The application's own command: `cargo run -p flasky -- insert` writes the seed's roles and users.

use rebis::clap::Command;
use rebis::prelude::*;

use crate::models::{Role, User};

/// How the command is called.
pub(crate) fn description() -> Command {
    Command::new("insert").about("Inserts three roles and three users")
}

/// What it does.
pub(crate) async fn insert(context: CommandContext) -> Result<()> {
    let session = context.app.db()?.session();
    let (roles, users) = insert_rows(&session).await?;
    for role in roles {
        println!("{} {role}", role.id);
    }
    for user in users {
        println!("{} {user}", user.id);
    }
    Ok(())
}

/// The roles Admin, Moderator and User; john, who administers, and the users susan and david.
///
/// # Errors
/// When they are there already, or the database refuses.
pub async fn insert_rows(session: &Session) -> rebis::orm::Result<(Vec<Entity<Role>>, Vec<Entity<User>>)> {
    let roles = session.add_all(["Admin", "Moderator", "User"].map(|name| Role::builder().name(name)));
    let users = vec![
        session.add(User::builder().username("john").role(&roles[0])),
        session.add(User::builder().username("susan").role(&roles[2])),
        session.add(User::builder().username("david").role(&roles[2])),
    ];
    session.commit().await?;
    Ok((roles, users))
}
