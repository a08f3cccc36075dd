//! `ALGORITHM` and `LOCK` of the operation recorded last. Invariant: they are said of a change of the schema, and of no other operation.

use rebis_sql::Ddl;

use super::{Op, Operations};

impl Operations {
    /// How the change recorded last is made (MySQL, MariaDB): `INSTANT`, `INPLACE`, `NOCOPY`, `COPY`. The database refuses what it cannot do that
    /// way, so nobody waits by surprise. Other databases make the change as they do.
    ///
    /// ```
    /// use rebis_migrate::prelude::*;
    /// use rebis_sql::Dialect;
    ///
    /// let mut op = Operations::new();
    /// op.create_index("ix_post_title", "post", ["title"]);
    /// op.algorithm("INPLACE");
    /// op.lock("NONE");
    /// let made = rebis_migrate::offline(Dialect::MySql, op.ops(), &mut Default::default())?;
    /// assert_eq!(made.statements, ["CREATE INDEX `ix_post_title` ON `post` (`title`) ALGORITHM=INPLACE LOCK=NONE"]);
    /// # Ok::<(), rebis_migrate::Error>(())
    /// ```
    pub fn algorithm(&mut self, algorithm: &str) {
        self.online(|known, _| *known = Some(algorithm.to_owned()));
    }

    /// Who waits while the change recorded last is made (MySQL, MariaDB): `NONE`, `SHARED`, `EXCLUSIVE`.
    pub fn lock(&mut self, lock: &str) {
        self.online(|_, known| *known = Some(lock.to_owned()));
    }

    fn online(&mut self, set: impl FnOnce(&mut Option<String>, &mut Option<String>)) {
        let Some(Op::Schema(change)) = self.ops.pop_if(|op| matches!(op, Op::Schema(_))) else { return };
        let (change, mut algorithm, mut lock) = match change {
            Ddl::Online { change, algorithm, lock } => (change, algorithm, lock),
            change => (Box::new(change), None, None),
        };
        set(&mut algorithm, &mut lock);
        self.push(Ddl::Online { change, algorithm, lock });
    }
}
