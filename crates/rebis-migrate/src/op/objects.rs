//! Directives for views, triggers and sequences. Invariant: as the other directives, they record and do nothing.

use rebis_sql::Ddl;
use rebis_sql::schema::{Identity, Trigger, View};

use super::Operations;

impl Operations {
    /// Creates a view: `op.create_view("active_user", "SELECT * FROM user WHERE active")`.
    ///
    /// ```
    /// use rebis_migrate::Operations;
    ///
    /// let mut op = Operations::new();
    /// op.create_view("active_user", "SELECT id, name FROM user WHERE active");
    /// assert_eq!(op.ops()[0].describe(), "create view active_user");
    /// ```
    pub fn create_view(&mut self, name: &str, sql: &str) {
        self.push(Ddl::CreateView { view: View::new(name, sql) });
    }

    /// Drops a view.
    pub fn drop_view(&mut self, name: &str) {
        self.push(Ddl::DropView { view: View::new(name, "") });
    }

    /// Creates a view whose rows are kept until they are refreshed (PostgreSQL).
    pub fn create_materialized_view(&mut self, name: &str, sql: &str) {
        self.push(Ddl::CreateView { view: View::new(name, sql).materialized() });
    }

    /// Drops a view whose rows are kept.
    pub fn drop_materialized_view(&mut self, name: &str) {
        self.push(Ddl::DropView { view: View::new(name, "").materialized() });
    }

    /// Creates a trigger, `CREATE TRIGGER name when ON table body`:
    /// `op.create_trigger("post_counted", "post", "AFTER INSERT", "BEGIN UPDATE user SET posts = posts + 1 WHERE id = NEW.user_id; END")`.
    pub fn create_trigger(&mut self, name: &str, table: &str, when: &str, body: &str) {
        self.push(Ddl::CreateTrigger { trigger: Trigger::new(name, table, when, body) });
    }

    /// Drops a trigger.
    pub fn drop_trigger(&mut self, name: &str, table: &str) {
        self.push(Ddl::DropTrigger { trigger: Trigger::new(name, table, "", "") });
    }

    /// Creates a sequence, where there are sequences: `op.create_sequence("s", Identity::default().start(10))`.
    pub fn create_sequence(&mut self, name: &str, options: Identity) {
        self.push(Ddl::CreateSequence { schema: self.schema.clone(), name: name.to_owned(), options });
    }

    /// Drops a sequence.
    pub fn drop_sequence(&mut self, name: &str) {
        self.push(Ddl::DropSequence { schema: self.schema.clone(), name: name.to_owned(), if_exists: false });
    }
}
