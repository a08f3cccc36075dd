//! Futures are `Send`, so that they work in axum handlers. This test runs nothing; it compiles or not.

use rebis::{Database, Entity, Session, func, select};

use crate::handwritten::{Post, User};

fn send<T: Send>(_: T) {}

#[allow(dead_code)]
fn futures(db: &Database, session: &Session, user: &Entity<User>, post: &Entity<Post>) {
    send(session.get(User, 1));
    send(session.commit());
    send(session.rollback());
    send(session.refresh(user));
    send(user.posts.all());
    send(post.author.get());
    send(select(User).with(User::posts).all(session));
    send(select(User).all(db));
    send(select((User, func::count(Post::id))).outer_join(User::posts).all(session));
    send(select(User).count(db));
    send(select(User).paginate(session, rebis::Page::new(1, 2)));
    send(rebis::update(User).set(User::email, "x").execute(session));
    send(rebis::delete(User).execute(db));
    send(db.create_all());
    send(db.transaction(async |session: Session| {
        session.get_or_404(User, 1).await?;
        Ok::<_, rebis::Error>(())
    }));
}

#[test]
fn handles_are_send_and_sync() {
    fn both<T: Send + Sync>() {}
    both::<Database>();
    both::<Session>();
    both::<Entity<User>>();
    both::<rebis::Error>();
}
