//! The tables `user` and `post`, `student` and `course`, and `enrollments` between the latter two.

use std::fmt;

use rebis::prelude::*;

/// Somebody who writes.
#[derive(Model, Clone, Debug, Serialize)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 80, unique)]
    pub username: String,
    #[column(length = 120, unique)]
    pub email: String,
    // Filled in when the user is written, unless it is given.
    #[column(default = Utc::now)]
    pub created_at: DateTime<Utc>,
    // Posts go with their author, and a post that loses its author goes too.
    #[relation(back_populates = author, cascade = "all, delete-orphan")]
    pub posts: HasMany<Post>,
}

/// What somebody wrote.
#[derive(Model, Clone, Debug, Serialize)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 200)]
    pub title: String,
    // Text without a limit; a `String` with neither `text` nor `length` is VARCHAR.
    #[column(text)]
    pub content: String,
    #[column(default = Utc::now)]
    pub created_at: DateTime<Utc>,
    #[column(foreign_key = User::id)]
    pub user_id: i64,
    #[relation(key = user_id, back_populates = posts)]
    pub author: BelongsTo<User>,
}

/// Somebody who takes courses.
#[derive(Model, Clone, Debug, Serialize)]
pub struct Student {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 80)]
    pub name: String,
    #[relation(through = Enrollment, back_populates = students)]
    pub courses: HasMany<Course>,
}

/// What students take.
#[derive(Model, Clone, Debug, Serialize)]
pub struct Course {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 80)]
    pub name: String,
    #[relation(through = Enrollment, back_populates = courses)]
    pub students: HasMany<Student>,
}

/// Who takes what: the table between the two. It is a model too, so that it can have columns of its own one day.
#[derive(Model, Clone, Debug)]
#[model(table = "enrollments", primary_key(student_id, course_id))]
pub struct Enrollment {
    #[column(foreign_key = Student::id, on_delete = cascade)]
    pub student_id: i64,
    #[column(foreign_key = Course::id, on_delete = cascade)]
    pub course_id: i64,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<User {}>", self.username)
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Post {}>", self.title)
    }
}
