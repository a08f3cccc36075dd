//! The seed's session in the Python shell, line by line; the comment is the seed's line.

use flasky::{Role, User, create_app, insert_rows};
use rebis::prelude::*;
use rebis_testkit::each_database;

fn shown<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

each_database! {
    async fn rows_are_inserted_changed_deleted_and_found(test: TestDatabase) {
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        let db = app.db().unwrap();
        // db.create_all(); db.drop_all(); db.create_all()
        db.create_all().await.unwrap();
        db.drop_all().await.unwrap();
        db.create_all().await.unwrap();

        // admin_role = Role(name='Admin') … db.session.add_all([…])
        let session = db.session();
        let admin_role = session.add(Role::builder().name("Admin"));
        // print(admin_role.id): None
        assert_eq!(admin_role.key(), None);
        session.rollback().await.unwrap();
        let (roles, _) = insert_rows(&session).await.unwrap();
        let [admin_role, mod_role, user_role] = &roles[..] else { panic!("three roles") };
        // print(admin_role.id): 1; mod_role.id: 2; user_role.id: 3
        assert!(admin_role.id < mod_role.id && mod_role.id < user_role.id);

        // admin_role.name = 'Administrator'; db.session.commit()
        admin_role.edit().name = "Administrator".into();
        session.commit().await.unwrap();
        // db.session.delete(mod_role); db.session.commit()
        session.delete(mod_role);
        session.commit().await.unwrap();

        // Role.query.all(), User.query.all()
        let roles = select(Role).order_by(Role::id).all(&session).await.unwrap();
        assert_eq!(shown(&roles), ["<Role 'Administrator'>", "<Role 'User'>"]);
        let users = select(User).order_by(User::id).all(&session).await.unwrap();
        assert_eq!(shown(&users), ["<User 'john'>", "<User 'susan'>", "<User 'david'>"]);
        // User.query.filter_by(role=user_role).all()
        let those = select(User).filter(User::role.is(user_role)).order_by(User::id);
        assert_eq!(shown(&those.clone().all(&session).await.unwrap()), ["<User 'susan'>", "<User 'david'>"]);
        // str(User.query.filter_by(role=user_role))
        let text = those.sql(rebis::Dialect::Sqlite).to_string();
        assert!(text.contains("FROM \"users\"") && text.contains("\"role_id\" = "), "{text}");

        // user_role = Role.query.filter_by(name='User').first(), in a new session
        let session = db.session();
        let user_role = select(Role).filter(Role::name.eq("User")).first(&session).await.unwrap().unwrap();
        assert_eq!(user_role.to_string(), "<Role 'User'>");
        // users = user_role.users; users[0].role
        let users = user_role.users.all().await.unwrap();
        assert!(users[0].role.get().await.unwrap().unwrap().same(&user_role));
        // user_role.users.order_by(User.username).all(), user_role.users.count()
        let ordered = user_role.users.select().order_by(User::username).all(&session).await.unwrap();
        assert_eq!(shown(&ordered), ["<User 'david'>", "<User 'susan'>"]);
        assert_eq!(user_role.users.count().await.unwrap(), 2);
    }

    async fn the_tables_of_filters_and_executors(test: TestDatabase) {
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        let db = app.db().unwrap();
        db.create_all().await.unwrap();
        let session = db.session();
        insert_rows(&session).await.unwrap();
        // filter(), filter_by(), limit(), offset(), order_by()
        let some = select(User).filter(User::username.ne("john")).order_by(User::username).limit(1).offset(1);
        assert_eq!(shown(&some.all(&session).await.unwrap()), ["<User 'susan'>"]);
        // group_by()
        let counts = select((User::role_id, func::count(User::id))).group_by(User::role_id).order_by(User::role_id);
        assert_eq!(counts.all(&session).await.unwrap().iter().map(|row| row.1).collect::<Vec<_>>(), [1, 2]);
        // first(), first_or_404(), get(), get_or_404(), count(), paginate()
        assert!(select(User).filter(User::username.eq("nobody")).first(&session).await.unwrap().is_none());
        assert!(select(User).filter(User::username.eq("nobody")).first_or_404(&session).await.is_err());
        let john = select(User).filter(User::username.eq("john")).one(&session).await.unwrap();
        assert!(session.get(User, john.id).await.unwrap().unwrap().same(&john));
        assert!(session.get_or_404(User, 4711).await.is_err());
        assert_eq!(select(User).count(&session).await.unwrap(), 3);
        let page = select(User).order_by(User::id).paginate(&session, Page::new(1, 2)).await.unwrap();
        assert_eq!((page.items.len(), page.total, page.next_num()), (2, 3, Some(2)));
    }
}
