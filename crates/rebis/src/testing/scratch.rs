//! [`Scratch`]: a database that lives as long as its test, and the names of those on a server.
//!
//! **Invariant.** Every name begins with `rebis_test_` and the day it was made on: what a test that was killed left behind is known, and
//! dropped by a later one.

use std::hash::{DefaultHasher, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rebis_engine::{DatabaseUrl, Server};
use rebis_web::BoxError;

const PREFIX: &str = "rebis_test_";

/// A database of one test.
#[derive(Debug)]
pub(super) enum Scratch {
    /// A file, in the test's folder and gone with it.
    File(DatabaseUrl),
    /// A database on a server, dropped with this value.
    OnServer { server: Server, name: String, keep: bool },
}

impl Scratch {
    /// One on the server, not made yet.
    pub(super) fn on_server(server: &Server, keep: bool) -> Self {
        Scratch::OnServer { server: server.clone(), name: unique(), keep }
    }

    pub(super) fn url(&self) -> DatabaseUrl {
        match self {
            Scratch::File(url) => url.clone(),
            Scratch::OnServer { server, name, .. } => server.url(name),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Scratch::OnServer { server, name, keep } = self else { return };
        if *keep {
            eprintln!("kept: {}", server.url(name));
            return;
        }
        let (server, name) = (server.clone(), name.clone());
        // A destructor cannot wait, and runs inside of the test's runtime: another thread has a runtime of its own.
        let thread = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build()
                && let Err(error) = runtime.block_on(server.drop(&name))
            {
                eprintln!("the test's database {name} is left behind: {error}");
            }
        });
        let _ = thread.join();
    }
}

/// Whether `REBIS_TEST_KEEP` asks for what tests made.
pub(super) fn keeps() -> bool {
    std::env::var("REBIS_TEST_KEEP").is_ok_and(|value| !value.is_empty() && value != "0")
}

/// The name of the template that holds what `made_of` says. Each program of tests has its own, so that a new one can replace the last one.
pub(super) fn template_name(made_of: &impl std::hash::Hash) -> String {
    format!("{}{:08x}", of_this_program(today()), short(made_of))
}

/// Drops what is no longer wanted: older templates of this program, and whatever is older than yesterday.
pub(super) async fn tidy(server: &Server, template: &str) -> Result<(), BoxError> {
    for name in server.databases().await? {
        let Some(day) = day_of(&name) else { continue };
        let old = day + 1 < today();
        let replaced = name.starts_with(&of_this_program(day)) && name != template;
        if old || replaced {
            // Another program may be at the same.
            let _ = server.drop(&name).await;
        }
    }
    Ok(())
}

/// A name that nobody else has.
pub(super) fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let here = (std::process::id(), now.as_nanos(), NEXT.fetch_add(1, Ordering::Relaxed));
    format!("{PREFIX}{}_{:x}_{:08x}", today(), std::process::id(), short(&here))
}

fn of_this_program(day: u64) -> String {
    format!("{PREFIX}{day}_t{:08x}_", short(&std::env::current_exe().unwrap_or_default()))
}

/// The day of a name of ours.
fn day_of(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.split('_').next()?.parse().ok()
}

/// Days since 1970.
fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs() / 86_400)
}

fn short(of: &impl std::hash::Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    // The low half is as good as the whole, and names are short.
    (hasher.finish() & u64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_day_and_differ() {
        let (one, two) = (unique(), unique());
        assert_ne!(one, two);
        assert_eq!(day_of(&one), Some(today()));
        assert_eq!(template_name(&1), template_name(&1));
        assert_ne!(template_name(&1), template_name(&2));
        assert!(template_name(&1).len() <= 63);
        // The project's own tests have other names, and are let alone.
        assert_eq!(day_of("rebis_test_people"), None);
        assert_eq!(day_of("shop"), None);
    }
}
