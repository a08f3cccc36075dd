//! How an application wants its migrations: names, forms, and what it decides itself. Invariant: what is not set is as Alembic has it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use rebis_engine::Connection;
use rebis_sql::Dialect;
use rebis_sql::schema::{Trigger, View};

use super::Migrator;
use crate::Op;
use crate::diff::{ColumnPair, Noted, Object};
use crate::execute::{ApplyHook, OnApply, OnApplyWith, VersionApplied};

/// A script that is about to be written: see [`Migrator::on_revision`].
#[derive(Debug)]
pub struct Draft<'a> {
    /// Its message.
    pub message: &'a str,
    /// What an upgrade does, with what is noted on each operation.
    pub upgrade: Vec<Noted>,
    /// What a downgrade does.
    pub downgrade: Vec<Op>,
}

pub(super) type DraftHook = dyn Fn(&mut Draft<'_>) + Send + Sync;

/// What an application sets on the [`Migrator`] of each of its commands.
#[derive(Clone)]
pub struct MigratorSetup(Arc<dyn Fn(Migrator) -> Migrator + Send + Sync>);

impl MigratorSetup {
    /// Sets what this function sets.
    pub fn new(configure: impl Fn(Migrator) -> Migrator + Send + Sync + 'static) -> Self {
        MigratorSetup(Arc::new(configure))
    }

    /// The migrator as it is wanted.
    #[must_use]
    pub fn apply(&self, migrator: Migrator) -> Migrator {
        (self.0)(migrator)
    }
}

impl Default for MigratorSetup {
    fn default() -> Self {
        MigratorSetup::new(|migrator| migrator)
    }
}

impl fmt::Debug for MigratorSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MigratorSetup(…)")
    }
}

impl Migrator {
    /// The version table's name (default `alembic_version`): for several applications that share a database.
    ///
    /// ```
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// migrator.version_table("shop_version").file_template("{year}_{month}_{day}_{rev}_{slug}")
    /// # }
    /// ```
    #[must_use]
    pub fn version_table(mut self, name: &str) -> Self {
        name.clone_into(&mut self.version.name);
        self
    }

    /// The schema that holds the version table (PostgreSQL), or its database (MySQL); it has to be there. Refused on SQLite.
    #[must_use]
    pub fn version_table_schema(mut self, schema: &str) -> Self {
        self.version.schema = Some(schema.to_owned());
        self
    }

    /// What a new script's file is called, without its ending (default `{rev}_{slug}`). It may hold `{rev}`, `{slug}`, `{epoch}`, `{year}`,
    /// `{month}`, `{day}`, `{hour}`, `{minute}` and `{second}`; a `/` makes folders.
    #[must_use]
    pub fn file_template(mut self, template: &str) -> Self {
        template.clone_into(&mut self.files.template);
        self
    }

    /// How many characters of the message's words a file's name takes (default 40).
    #[must_use]
    pub fn truncate_slug_length(mut self, most: usize) -> Self {
        self.files.longest_slug = most;
        self
    }

    /// The time zone of new scripts' dates (default UTC): `chrono::Local`, a `chrono::FixedOffset`, a zone of `chrono-tz`.
    #[must_use]
    pub fn timezone<Z>(mut self, zone: Z) -> Self
    where
        Z: TimeZone + Send + Sync + 'static,
    {
        self.files.set_clock(move |now: DateTime<Utc>| now.with_timezone(&zone).fixed_offset());
        self
    }

    /// Runs a program on each new script; `{file}` in its arguments is the file. Several run in the order in which they are given. Scripts are
    /// laid out as rustfmt does by themselves.
    ///
    /// ```
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// migrator.post_write_hook(&["git", "add", "{file}"])
    /// # }
    /// ```
    #[must_use]
    pub fn post_write_hook(mut self, command: &[&str]) -> Self {
        self.files.hooks.push(command.iter().map(|part| (*part).to_owned()).collect());
        self
    }

    /// Calls a function with each step's connection before the step is committed: what it writes belongs to the step. An error undoes the step
    /// where the database can. The closure holds nothing of its surroundings (as [`Operations::run`](crate::Operations::run)'s): what it needs
    /// of them, [`on_version_apply_with`](Self::on_version_apply_with) hands to it.
    ///
    /// ```
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// migrator.on_version_apply(async |connection, applied| {
    ///     let said = format!("{} {}", applied.direction, applied.to.join(", "));
    ///     connection.execute("INSERT INTO deployment (what) VALUES ('migrated')", &[]).await?;
    ///     println!("{said}");
    ///     Ok(())
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn on_version_apply<F>(mut self, tell: F) -> Self
    where
        F: AsyncFn(&mut Connection, VersionApplied) -> rebis_engine::Result<()>
            + for<'a> OnApply<'a>
            + 'static,
    {
        self.applied = Some(ApplyHook::new(tell));
        self
    }

    /// The same for a function that needs something of the application: `state` is handed to it each time.
    ///
    /// ```
    /// use std::sync::{Arc, mpsc::Sender};
    /// # fn example(migrator: rebis_migrate::Migrator, sender: Sender<String>) -> rebis_migrate::Migrator {
    /// let sender = std::sync::Mutex::new(sender);
    /// migrator.on_version_apply_with(sender, async |_connection, applied, sender: Arc<std::sync::Mutex<Sender<String>>>| {
    ///     if let Ok(sender) = sender.lock() {
    ///         let _ = sender.send(applied.to.join(", "));
    ///     }
    ///     Ok(())
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn on_version_apply_with<S, F>(mut self, state: S, tell: F) -> Self
    where
        S: Send + Sync + 'static,
        F: AsyncFn(&mut Connection, VersionApplied, Arc<S>) -> rebis_engine::Result<()>
            + for<'a> OnApplyWith<'a, S>
            + 'static,
    {
        self.applied = Some(ApplyHook::with(state, tell));
        self
    }

    /// Declares a view: `db migrate` makes, changes and drops it as it does tables. Its SQL names columns and tables as the database does; on
    /// PostgreSQL and MariaDB/MySQL the database is asked whether what it keeps means the same.
    ///
    /// ```
    /// use rebis_migrate::View;
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// migrator.view(View::new("active_user", "SELECT id, name FROM user WHERE active"))
    /// # }
    /// ```
    #[must_use]
    pub fn view(mut self, view: View) -> Self {
        self.objects.views.retain(|v| v.name != view.name);
        self.objects.views.push(view);
        self
    }

    /// Declares a trigger, `CREATE TRIGGER name when ON table body`, in the words of the database: see [`dialect`](Self::dialect). A function that
    /// it calls (PostgreSQL) is made by a migration's own SQL.
    ///
    /// ```
    /// use rebis_migrate::Trigger;
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// let body = "BEGIN UPDATE user SET posts = posts + 1 WHERE id = NEW.user_id; END";
    /// migrator.trigger(Trigger::new("post_counted", "post", "AFTER INSERT", body))
    /// # }
    /// ```
    #[must_use]
    pub fn trigger(mut self, trigger: Trigger) -> Self {
        self.objects.triggers.retain(|t| t.name != trigger.name || t.table != trigger.table);
        self.objects.triggers.push(trigger);
        self
    }

    /// The database that is migrated, as its URL says: a view or a trigger may need other words on another.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    /// Asks a function about each table, column, index and constraint that differs; what it does not want is left alone.
    ///
    /// ```
    /// use rebis_migrate::diff::ObjectKind;
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// // Indexes that somebody made by hand stay.
    /// migrator.include_object(|object| !(object.kind == ObjectKind::Index && object.goes))
    /// # }
    /// ```
    #[must_use]
    pub fn include_object(mut self, include: impl Fn(&Object<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.hooks.include = Some(Arc::new(include));
        self
    }

    /// Asks a function whether the types of two columns differ; `None` leaves it to the comparison.
    #[must_use]
    pub fn compare_type(
        mut self,
        differs: impl Fn(&ColumnPair<'_>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.types = Some(Arc::new(differs));
        self
    }

    /// Asks a function whether the server defaults of two columns differ; `None` leaves it to the comparison.
    #[must_use]
    pub fn compare_server_default(
        mut self,
        differs: impl Fn(&ColumnPair<'_>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.defaults = Some(Arc::new(differs));
        self
    }

    /// Changes a script before it is written: operations are added, replaced, left out. A script of `db migrate` that has none left is not
    /// written.
    ///
    /// ```
    /// use rebis_migrate::Op;
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// // Whoever takes a migration back wants the data to stay.
    /// migrator.on_revision(|draft| draft.downgrade.retain(|op| !op.describe().starts_with("drop table")))
    /// # }
    /// ```
    #[must_use]
    pub fn on_revision(mut self, change: impl Fn(&mut Draft<'_>) + Send + Sync + 'static) -> Self {
        self.draft = Some(DraftDone(Arc::new(change)));
        self
    }
}

/// The function of [`Migrator::on_revision`].
#[derive(Clone)]
pub(super) struct DraftDone(Arc<DraftHook>);

impl DraftDone {
    pub(super) fn change(&self, draft: &mut Draft<'_>) {
        (self.0)(draft);
    }
}

impl fmt::Debug for DraftDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DraftDone(…)")
    }
}

/// What a new script holds once the application has had its say.
pub(super) fn drafted(
    m: &Migrator,
    message: &str,
    upgrade: Vec<Noted>,
    downgrade: Vec<Op>,
) -> (Vec<Noted>, Vec<Op>) {
    let mut draft = Draft { message, upgrade, downgrade };
    if let Some(hook) = &m.draft {
        hook.change(&mut draft);
    }
    (draft.upgrade, draft.downgrade)
}
