//! What `help()` says. Invariant: one screen; `help(User)` says the rest.

use rebis_orm::dynamic::AnyModel;

use crate::host::Host;

const PAGE: &str = r#"let u = User.new(#{username: "susan"});      a new object; relations too: #{author: u}
session.add(u); session.commit();            add_all([…]), delete(u), flush(), rollback(), refresh(u)
u.email = "x"; u.email; u.update(#{…})       fields; what changes is written with commit()
u.posts; p.author; u.posts.add(p)            relations: remove(p), count(), filter(…), for p in u.posts { … }
User.all(); User.get(1); User.first()        one(), count(), exists(), paginate(1, 20), table(User)
User.filter(User.username.like("s%"))        == != < <= > >= & | !, in_([…]), between(a, b), is_null(), contains("x")
  .order_by(User.id.desc()).limit(5).all()   offset(n), filter_by(#{…}), with(User.posts), join(User.posts), sql()
User.filter(User.posts.any(Post.id > 1))     conditions over relations
sql("SELECT … WHERE id = {}", [1])           SQL by hand; table(…) shows a list as a table; echo(true) shows the SQL
db.create_all(); db.drop_all(); help(User)   now(), today(), uuid(), decimal("1.5"); exit or Ctrl-D leaves"#;

/// The language in one screen.
pub(crate) fn page(host: &Host) -> String {
    let models: Vec<&str> = host.models().iter().map(|m| m.name()).collect();
    format!("{PAGE}\nModels: {}", if models.is_empty() { String::from("none") } else { models.join(", ") })
}

/// A model's columns and relations.
pub(crate) fn of_model(model: AnyModel) -> String {
    let mut lines = vec![format!("{}, table {}", model.name(), model.table())];
    for column in model.columns() {
        let mut words = vec![column.sql_type().to_string()];
        let said: [(bool, &str); 6] = [
            (column.is_primary_key(), "key"),
            (column.is_unique() && !column.is_primary_key(), "unique"),
            (column.is_nullable(), "may be NULL"),
            (column.is_computed(), "computed"),
            (column.is_deferred(), "deferred"),
            (column.is_required(), "required"),
        ];
        words.extend(said.iter().filter(|(yes, _)| *yes).map(|(_, word)| (*word).to_owned()));
        words.extend(column.refers_to().map(|(other, field)| format!("refers to {}.{field}", other.name())));
        lines.push(format!("  {:16} {}", column.field(), words.join(", ")));
    }
    for relation in model.relations() {
        let through = relation.through().map(|m| format!(" through {}", m.name())).unwrap_or_default();
        lines.push(format!(
            "  {:16} {:?} {}{through}",
            relation.field(),
            relation.kind(),
            relation.target().name()
        ));
    }
    lines.join("\n")
}
