//! The models of the seeds: users and their posts (001, 002), movies (003), roles and users (004).

use chrono::{DateTime, Utc};
use rebis::{BelongsTo, Database, Deferred, HasMany};
use rebis_macros::{Columns, Model};
use rebis_shell::{Done, Shell, ShellError};
use rebis_testkit::TestDatabase;
use rust_decimal::Decimal;

#[derive(Model, Clone, Debug)]
pub(crate) struct User {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(length = 64, unique, index)]
    pub(crate) username: String,
    #[column(length = 120, unique, index)]
    pub(crate) email: String,
    #[column(length = 256)]
    pub(crate) password_hash: Option<String>,
    #[relation(back_populates = author, cascade = "all, delete-orphan")]
    pub(crate) posts: HasMany<Post>,
}

#[derive(Model, Clone, Debug)]
pub(crate) struct Post {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(length = 140)]
    pub(crate) body: String,
    #[column(index, default = Utc::now)]
    pub(crate) timestamp: DateTime<Utc>,
    #[column(index, foreign_key = User::id)]
    pub(crate) user_id: i64,
    #[relation(key = user_id, back_populates = posts)]
    pub(crate) author: BelongsTo<User>,
}

impl std::fmt::Display for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<Post {}>", self.body)
    }
}

#[derive(Model, Clone, Debug)]
pub(crate) struct Movie {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(length = 80)]
    pub(crate) title: String,
    pub(crate) year: i32,
    pub(crate) directors: rebis_sql::Json<Vec<String>>,
    #[column(default = true)]
    pub(crate) theatre: bool,
    #[column(precision = 6, scale = 2)]
    pub(crate) price: Option<Decimal>,
    #[column(text)]
    pub(crate) plot: Deferred<Option<String>>,
}

impl std::fmt::Display for Movie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<Movie {}>", self.title)
    }
}

/// Of no database that a test opens.
#[derive(Model, Clone, Debug)]
#[model(bind = "archive")]
pub(crate) struct Elsewhere {
    #[column(primary_key)]
    pub(crate) id: i64,
}

#[derive(Model, Clone, Debug)]
#[model(table = "roles")]
pub(crate) struct Role {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(length = 64, unique)]
    pub(crate) name: String,
    #[relation(back_populates = role)]
    pub(crate) users: HasMany<Member>,
}

#[derive(Model, Clone, Debug)]
#[model(table = "members")]
pub(crate) struct Member {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(length = 64, unique, index)]
    pub(crate) username: String,
    #[column(foreign_key = Role::id)]
    pub(crate) role_id: Option<i64>,
    #[relation(key = role_id, back_populates = users)]
    pub(crate) role: BelongsTo<Option<Role>>,
}

/// Kinds of rows, one with a table of its own.
#[derive(Model, Clone, Debug)]
pub(crate) struct Worker {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(length = 40)]
    pub(crate) name: String,
    #[column(flatten)]
    pub(crate) job: Job,
}

#[derive(Columns, Clone, Debug, PartialEq)]
#[model(tag = "job")]
pub(crate) enum Job {
    #[model(table = "coder")]
    Coder {
        #[column(length = 20)]
        language: String,
    },
    Trainee,
}

/// A database with the tables.
pub(crate) async fn tables(test: &TestDatabase) -> Database {
    let db = Database::with_engine(test.engine().clone());
    db.create_all().await.unwrap();
    db
}

/// A shell that writes the answers of the prompt down: `said(text)` of each line.
pub(crate) async fn answers(db: &Database, lines: &[&str]) -> Vec<String> {
    // Each expression's value as the prompt would show it, in one session.
    let listed: Vec<String> = lines
        .iter()
        .map(|line| match line.strip_prefix("= ") {
            Some(expression) => format!("answers.push(str({expression}));"),
            None => format!("{line};"),
        })
        .collect();
    let script = format!(
        "let answers = [];\n{}\nanswers.reduce(|all, one| all + one + \"\\n\", \"\")",
        listed.join("\n")
    );
    let done = Shell::new(db.clone()).script(script).await.unwrap_or_else(|error| panic!("{error}"));
    let text = done.text.unwrap_or_default();
    let text: String = serde_json::from_str(&text).unwrap_or(text);
    text.lines().map(str::to_owned).collect()
}

/// What one line comes to, in a session of its own.
pub(crate) async fn typed(db: &Database, line: &str) -> Result<Done, ShellError> {
    Shell::new(db.clone()).command(line).await
}

/// Why one line comes to nothing.
pub(crate) async fn refused(db: &Database, line: &str) -> String {
    match typed(db, line).await {
        Ok(done) => panic!("{line} gave {:?}", done.text),
        Err(error) => error.to_string(),
    }
}

/// The value of one line.
pub(crate) async fn value(db: &Database, line: &str) -> String {
    let done = typed(db, line).await.unwrap_or_else(|error| panic!("{line}: {error}"));
    done.text.unwrap_or_default()
}
