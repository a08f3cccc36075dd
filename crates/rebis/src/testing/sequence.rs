//! [`sequence`]: numbers for values that must differ. Invariant: each test counts from 1, whatever other tests do.

use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    static NEXT: RefCell<HashMap<String, u64>> = RefCell::default();
}

/// The next number of that name in this test: 1, 2, 3 …
///
/// ```
/// use rebis::testing::sequence;
///
/// assert_eq!(format!("user{}@example.com", sequence("user")), "user1@example.com");
/// assert_eq!(format!("user{}@example.com", sequence("user")), "user2@example.com");
/// assert_eq!(sequence("post"), 1);
/// ```
///
/// A test counts on its own thread: what it does on another one counts by itself.
pub fn sequence(name: &str) -> u64 {
    NEXT.with_borrow_mut(|all| {
        let next = all.entry(name.to_owned()).or_default();
        *next += 1;
        *next
    })
}

/// A new test begins on this thread.
pub(super) fn restart() {
    NEXT.with_borrow_mut(HashMap::clear);
}
