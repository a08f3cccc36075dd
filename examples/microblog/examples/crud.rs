//! Seed 001's session with the database, line by line: `cargo run -p microblog --example crud`.
//!
//! It runs on a database in memory, or on the one that `DATABASE_URL` names (which it expects to be empty, and leaves empty).

use microblog::{Post, User};
use rebis::prelude::*;

#[rebis::main]
async fn main() -> Result<()> {
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| String::from("sqlite://"));
    let db = Database::connect(&url)?;
    db.create_all().await?;
    let session = db.session();

    // Create two users.
    session.add(User::builder().username("john").email("john@example.com"));
    session.commit().await?;
    session.add(User::builder().username("susan").email("susan@example.com"));
    session.commit().await?;

    // All the users.
    let users = select(User).order_by(User::id).all(&session).await?;
    println!("{}", list(&users));
    for u in &users {
        println!("{} {}", u.id, u.username);
    }

    // One user by its key.
    let u = session.get_or_404(User, 1).await?;
    println!("{u}");

    // A post by that user: `author` fills in `user_id`.
    session.add(Post::builder().body("my first post!").author(&u));
    session.commit().await?;

    // All posts of a user, and of one who has none.
    let posts = u.posts.select().all(&session).await?;
    println!("{}", list(&posts));
    let u = session.get_or_404(User, 2).await?;
    println!("{u}");
    println!("{}", list(&u.posts.select().all(&session).await?));

    // Author and body of every post.
    for p in select(Post).all(&session).await? {
        println!("{} {} {}", p.id, p.author.get().await?.username, p.body);
    }

    // Users in reverse alphabetical order, and those whose names start with "s".
    println!("{}", list(&select(User).order_by(User::username.desc()).all(&session).await?));
    println!("{}", list(&select(User).filter(User::username.like("s%")).all(&session).await?));

    // Update: only what changed is written.
    let user = select(User).filter(User::username.eq("susan")).one(&session).await?;
    user.edit().username = "susan_updated".into();
    session.commit().await?;
    println!("{user}");

    // Delete a post, then the users.
    let post = select(Post).one(&session).await?;
    session.delete(&post);
    session.commit().await?;
    println!("{} posts", select(Post).count(&session).await?);
    for user in select(User).all(&session).await? {
        session.delete(&user);
    }
    session.commit().await?;
    println!("{} users", select(User).count(&session).await?);

    // The session's last question began a transaction: it ends with the session.
    drop(session);
    db.drop_all().await?;
    Ok(())
}

/// `[<User john>, <User susan>]`
fn list<T: std::fmt::Display>(items: &[T]) -> String {
    let shown: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", shown.join(", "))
}
