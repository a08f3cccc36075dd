//! [`each_database!`](crate::each_database): one test function, a test for each database.

use crate::{Backend, TestDatabase};

/// Runs a test on a database of its own, on a runtime with two threads.
///
/// # Panics
/// When the test does.
pub fn run<F, Fut>(backend: Backend, test: F)
where
    F: FnOnce(TestDatabase) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        if let Some(database) = TestDatabase::create(backend).await {
            test(database).await;
        }
    });
}

/// Makes of each function, or of each named [case](crate::cases), a module with the tests `sqlite`, `postgres` and `mysql`.
#[macro_export]
macro_rules! each_database {
    ($($(#[$attribute:meta])* async fn $name:ident($db:ident: TestDatabase) $body:block)*) => {
        $(
            $(#[$attribute])*
            mod $name {
                #[allow(unused_imports)]
                use super::*;

                async fn run($db: $crate::TestDatabase) $body

                #[test]
                fn sqlite() {
                    $crate::run($crate::Backend::Sqlite, run);
                }

                #[test]
                fn postgres() {
                    $crate::run($crate::Backend::Postgres, run);
                }

                #[test]
                fn mysql() {
                    $crate::run($crate::Backend::MySql, run);
                }
            }
        )*
    };
    ($(case $module:ident :: $part:ident { $($name:ident),+ $(,)? })+) => { $( $(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::run($crate::Backend::Sqlite, $crate::$module::$part::$name);
            }

            #[test]
            fn postgres() {
                $crate::run($crate::Backend::Postgres, $crate::$module::$part::$name);
            }

            #[test]
            fn mysql() {
                $crate::run($crate::Backend::MySql, $crate::$module::$part::$name);
            }
        }
    )+ )+ };
}
