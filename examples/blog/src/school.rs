//! `/students` and `/courses`: a relation between many and many.

use rebis::prelude::*;

use crate::models::{Course, Student};

/// The routes.
pub(crate) fn routes() -> Blueprint {
    Blueprint::new("school")
        .post("/students", create_student)
        .get("/students/{id}", get_student)
        .post("/students/{id}/courses", enroll)
        .get("/courses/{id}", get_course)
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Serialize)]
struct StudentPage {
    id: i64,
    name: String,
    courses: Vec<String>,
}

#[derive(Serialize)]
struct CoursePage {
    id: i64,
    name: String,
    students: Vec<String>,
}

/// `POST /students` with `{"name": …}`.
async fn create_student(session: Session, Json(new): Json<Named>) -> Result<(StatusCode, Json<StudentPage>)> {
    let student = session.add(Student::builder().name(new.name));
    session.commit().await?;
    Ok((StatusCode::CREATED, Json(page_of(&student).await?)))
}

/// `GET /students/1`: somebody, with the courses.
async fn get_student(session: Session, Path(id): Path<i64>) -> Result<Json<StudentPage>> {
    let student = session.get_or_404(Student, id).await?;
    Ok(Json(page_of(&student).await?))
}

/// `POST /students/1/courses` with `{"name": …}`: takes part in the course of that name, which is made when there is none.
async fn enroll(
    session: Session,
    Path(id): Path<i64>,
    Json(wanted): Json<Named>,
) -> Result<Json<StudentPage>> {
    let student = session.get_or_404(Student, id).await?;
    match select(Course).filter(Course::name.eq(wanted.name.as_str())).first(&session).await? {
        Some(course) => student.courses.add(&course),
        None => student.courses.add(Course::builder().name(wanted.name)),
    };
    session.commit().await?;
    Ok(Json(page_of(&student).await?))
}

/// `GET /courses/1`: a course, with those who take it.
async fn get_course(session: Session, Path(id): Path<i64>) -> Result<Json<CoursePage>> {
    let course = session.get_or_404(Course, id).await?;
    let students = course.students.all().await?;
    let students = students.iter().map(|student| student.name.clone()).collect();
    Ok(Json(CoursePage { id: course.id, name: course.name.clone(), students }))
}

async fn page_of(student: &Entity<Student>) -> Result<StudentPage> {
    let courses = student.courses.all().await?;
    let courses = courses.iter().map(|course| course.name.clone()).collect();
    Ok(StudentPage { id: student.id, name: student.name.clone(), courses })
}
