//! Branches: scripts that are written into them, and databases that go through them, each on every database.

use std::fs;
use std::path::Path;

use rebis_migrate::prelude::*;
use rebis_migrate::{ErrorKind, HistoryOptions, Migrator, Operations, RevisionOptions, Script};
use rebis_sql::schema::Schema;
use rebis_testkit::{Backend, TestDatabase, each_database};

type Records = fn(&mut Operations);

/// A table of the script's own, made and dropped.
macro_rules! table {
    ($name:literal) => {{
        let make: Records = |op| {
            op.create_table($name, |t| {
                t.column("id", Integer).primary_key();
            });
        };
        let undo: Records = |op| op.drop_table($name);
        (make, undo)
    }};
}

fn script(revision: Revision, file: &'static str, (upgrade, downgrade): (Records, Records)) -> Script {
    let source: &'static str = Box::leak(format!("//! {file}\nREVISION: Revision\n").into_boxed_str());
    Script { revision, file, source, program: "tests 1", upgrade, downgrade }
}

/// One base, two branches of it, a second base whose end needs one of them.
///
/// ```text
/// aaaa1111 ─┬─ bbbb2222 (shop) ── cccc3333
///           └─ dddd4444 (blog)
/// eeee5555 (mail) ── ffff6666 + cccc3333
/// ```
fn all() -> &'static [Script] {
    vec![
        script(revision("aaaa1111"), "a_first.rs", table!("first")),
        script(revision("bbbb2222").down(&["aaaa1111"]).labels(&["shop"]), "b_goods.rs", table!("goods")),
        script(revision("cccc3333").down(&["bbbb2222"]), "c_orders.rs", table!("orders")),
        script(revision("dddd4444").down(&["aaaa1111"]).labels(&["blog"]), "d_posts.rs", table!("posts")),
        script(revision("eeee5555").labels(&["mail"]), "mail/e_letters.rs", table!("letters")),
        script(
            revision("ffff6666").down(&["eeee5555"]).depends_on(&["cccc3333"]),
            "mail/f_stamps.rs",
            table!("stamps"),
        ),
    ]
    .leak()
}

fn merged() -> &'static [Script] {
    let mut all = all().to_vec();
    all.push(script(revision("99997777").down(&["cccc3333", "dddd4444"]), "g_merge.rs", (|_| (), |_| ())));
    all.leak()
}

fn migrator(db: &TestDatabase, scripts: &'static [Script], directory: &Path) -> Migrator {
    Migrator::new(db.engine().clone(), Schema::default(), Some(scripts), directory)
        .crate_path("rebis_migrate")
}

fn at(db: &TestDatabase, scripts: &'static [Script]) -> Migrator {
    migrator(db, scripts, Path::new("/nowhere"))
}

async fn sqlite() -> TestDatabase {
    TestDatabase::create(Backend::Sqlite).await.unwrap()
}

fn folder_of(scripts: &[Script]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for script in scripts {
        let path = folder.path().join(script.file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, script.source).unwrap();
    }
    folder
}

async fn rows(m: &Migrator) -> std::string::String {
    m.current(false).await.unwrap().revisions.iter().map(|r| r.id.clone()).collect::<Vec<_>>().join(" ")
}

async fn tables(db: &TestDatabase) -> std::string::String {
    let mut connection = db.acquire().await;
    let found = rebis_engine::inspect(&mut connection, &Default::default()).await.unwrap();
    let ours = |n: &std::string::String| n != "alembic_version" && !n.starts_with("rebis_");
    found.tables.into_iter().map(|t| t.name).filter(ours).collect::<Vec<_>>().join(" ")
}

each_database! {
    async fn each_branch_goes_its_own_way(db: TestDatabase) {
        let m = at(&db, all());
        let error = m.upgrade("head").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Lookup);
        assert!(error.to_string().starts_with("Multiple head revisions are present"), "{error}");
        assert_eq!(tables(&db).await, "");

        m.upgrade("blog@head").await.unwrap();
        assert_eq!((rows(&m).await.as_str(), tables(&db).await.as_str()), ("dddd4444", "first posts"));
        m.upgrade("shop@+1").await.unwrap();
        assert_eq!(rows(&m).await, "bbbb2222 dddd4444");
        let error = m.upgrade("+1").await.unwrap_err().to_string();
        assert!(error.starts_with("Ambiguous upgrade from multiple current revisions (bbbb2222, dddd4444)"), "{error}");

        // What the branch depends on comes first, and its row goes into the other's.
        let steps = m.upgrade("mail@head").await.unwrap();
        let order: Vec<&str> = steps.iter().map(|s| s.to[0].as_str()).collect();
        assert_eq!(order, ["cccc3333", "eeee5555", "ffff6666"]);
        assert_eq!(rows(&m).await, "dddd4444 ffff6666");
        assert_eq!(tables(&db).await, "first goods letters orders posts stamps");
        assert!(m.is_at_head().await.unwrap());
        m.check_heads().await.unwrap();

        // And comes back with it.
        m.downgrade("mail@-1").await.unwrap();
        assert_eq!(rows(&m).await, "cccc3333 dddd4444 eeee5555");
        m.downgrade("shop@base").await.unwrap();
        assert_eq!((rows(&m).await.as_str(), tables(&db).await.as_str()), ("eeee5555", "letters"));
        let error = m.check_heads().await.unwrap_err().to_string();
        assert!(error.starts_with("Database is not on all head revisions: it is at eeee5555, and up to date at dddd4444, ffff6666"), "{error}");
        m.upgrade("blog@head cccc3333").await.unwrap();
        assert_eq!(rows(&m).await, "cccc3333 dddd4444 eeee5555");
        m.upgrade("heads").await.unwrap();
        m.downgrade("base").await.unwrap();
        assert_eq!((rows(&m).await.as_str(), tables(&db).await.as_str()), ("", ""));
    }

    async fn a_merge_joins_two_rows_and_parts_them_again(db: TestDatabase) {
        let m = at(&db, merged());
        m.upgrade("9999").await.unwrap();
        assert_eq!((rows(&m).await.as_str(), tables(&db).await.as_str()), ("99997777", "first goods orders posts"));
        let error = m.downgrade("-1").await.unwrap_err().to_string();
        assert!(error.starts_with("Ambiguous walk: -1 passes a branch; name one of cccc3333, dddd4444"), "{error}");
        m.downgrade("cccc3333").await.unwrap();
        assert_eq!(rows(&m).await, "cccc3333 dddd4444");
        m.upgrade("heads").await.unwrap();
        assert_eq!(rows(&m).await, "99997777 ffff6666");
        m.downgrade("blog@aaaa1111").await.unwrap();
        assert!(!tables(&db).await.contains("posts"));
        m.downgrade("base").await.unwrap();
        assert_eq!(tables(&db).await, "");
    }

    async fn several_are_stamped_at_once(db: TestDatabase) {
        let m = at(&db, all());
        m.ensure_version().await.unwrap();
        m.ensure_version().await.unwrap();
        assert_eq!(rows(&m).await, "");
        m.stamp("cccc3333 dddd4444").await.unwrap();
        assert_eq!(rows(&m).await, "cccc3333 dddd4444");
        m.stamp("heads").await.unwrap();
        assert_eq!(rows(&m).await, "dddd4444 ffff6666");
        m.stamp_purging("eeee5555").await.unwrap();
        assert_eq!(rows(&m).await, "eeee5555");
        assert_eq!(tables(&db).await, "");
    }
}

#[tokio::test]
async fn listings_mark_branches_as_alembic_does() {
    let db = sqlite().await;
    let m = at(&db, merged());
    assert_eq!(
        m.branches(false).await.unwrap().to_string(),
        "aaaa1111 (branchpoint)\n         -> bbbb2222 (shop)\n         -> dddd4444 (blog)"
    );
    let verbose = m.branches(true).await.unwrap().to_string();
    assert!(
        verbose.starts_with(
            "Rev: aaaa1111 (branchpoint)\nParent: <base>\nBranches into: bbbb2222, dddd4444\nPath: "
        ),
        "{verbose}"
    );
    assert!(
        verbose.ends_with("-> bbbb2222 (shop), b_goods.rs\n         -> dddd4444 (blog), d_posts.rs"),
        "{verbose}"
    );
    assert_eq!(
        m.heads(false, false).await.unwrap().to_string(),
        "99997777 (blog, shop) (head)\nffff6666 (mail) (head)"
    );
    let m = at(&db, all());
    assert_eq!(
        m.heads(false, false).await.unwrap().to_string(),
        "cccc3333 (shop) (effective head)\ndddd4444 (blog) (head)\nffff6666 (mail) (head)"
    );
    assert_eq!(m.heads(false, true).await.unwrap().revisions.len(), 2);
    let history =
        m.history(HistoryOptions { range: Some("mail@base:mail@head".into()), ..Default::default() });
    assert_eq!(
        history.await.unwrap().to_string(),
        "eeee5555 (cccc3333) -> ffff6666 (mail) (head), mail/f_stamps.rs\n<base> -> eeee5555 (mail), mail/e_letters.rs\n\
         bbbb2222 -> cccc3333 (shop) (effective head), c_orders.rs\naaaa1111 -> bbbb2222 (shop), b_goods.rs\n\
         <base> -> aaaa1111 (branchpoint), a_first.rs"
    );
}

fn options(change: impl FnOnce(&mut RevisionOptions)) -> RevisionOptions {
    let mut options = RevisionOptions { rev_id: Some("12345678".into()), ..RevisionOptions::default() };
    change(&mut options);
    options
}

async fn written(
    change: impl FnOnce(&mut RevisionOptions),
) -> Result<(std::string::String, std::string::String), rebis_migrate::Error> {
    let folder = folder_of(all());
    let made = migrator(&sqlite().await, all(), folder.path()).revision("new", options(change)).await?;
    let text = fs::read_to_string(&made.path).unwrap();
    let line = text.split("pub const REVISION: Revision = ").nth(1).unwrap().split(';').next().unwrap();
    let file = made.path.strip_prefix(folder.path().canonicalize().unwrap()).unwrap_or(&made.path);
    let file = file.strip_prefix(folder.path()).unwrap_or(file).display().to_string();
    assert!(
        fs::read_to_string(folder.path().join("mod.rs")).unwrap().contains(&format!("#[path = \"{file}\"]"))
    );
    Ok((line.split_whitespace().collect(), file))
}

#[tokio::test]
async fn a_new_revision_stands_where_it_is_told_to() {
    let place = |line: &str, file: &str| (line.to_owned(), file.to_owned());
    let of = |o: &mut RevisionOptions, head: &str| o.head = Some(head.into());
    assert_eq!(
        written(|o| of(o, "blog@head")).await.unwrap(),
        place("revision(\"12345678\").down(&[\"dddd4444\"])", "12345678_new.rs")
    );
    // Beside what it follows, unless it is told otherwise.
    assert_eq!(
        written(|o| of(o, "ffff")).await.unwrap(),
        place("revision(\"12345678\").down(&[\"ffff6666\"])", "mail/12345678_new.rs")
    );
    let labelled = written(|o| {
        of(o, "base");
        o.labels = vec!["news".into()];
        o.depends_on = vec!["shop".into(), "dddd".into()];
        o.version_path = Some("letters-1".into());
    });
    assert_eq!(
        labelled.await.unwrap(),
        place(
            "revision(\"12345678\").down(&[]).labels(&[\"news\"]).depends_on(&[\"shop\",\"dddd4444\"])",
            "letters-1/12345678_new.rs"
        )
    );
    let spliced = written(|o| {
        of(o, "aaaa");
        o.splice = true;
    });
    assert_eq!(spliced.await.unwrap().0, "revision(\"12345678\").down(&[\"aaaa1111\"])");
}

#[tokio::test]
async fn what_would_break_the_graph_is_not_written() {
    let refused = [
        (
            options(|_| ()),
            "Multiple heads are present (cccc3333, dddd4444, ffff6666); please specify the head revision",
        ),
        (
            options(|o| o.head = Some("aaaa".into())),
            "Revision aaaa1111 is not a head revision; please specify --splice",
        ),
        (options(|o| o.head = Some("zzzz".into())), "Can't locate revision identified by 'zzzz'"),
        (options(|o| o.head = Some("current".into())), "a new revision cannot follow 'current'"),
    ];
    let base = |change: fn(&mut RevisionOptions)| {
        options(|o| {
            o.head = Some("base".into());
            change(o);
        })
    };
    let refused_at_base = [
        (
            base(|o| o.rev_id = Some("a:b".into())),
            "Character(s) ':' not allowed in revision identifier 'a:b'",
        ),
        (base(|o| o.rev_id = Some("head".into())), "'head' has a meaning in commands"),
        (base(|o| o.rev_id = Some("aaaa1111".into())), "Revision aaaa1111 is present already"),
        (
            base(|o| o.labels = vec!["shop".into()]),
            "Branch name 'shop' in revision 12345678 already used by revision bbbb2222",
        ),
        (base(|o| o.labels = vec!["aaaa1111".into()]), "Branch name 'aaaa1111' is a revision's id already"),
        (base(|o| o.labels = vec!["a@b".into()]), "'a@b' cannot name a branch"),
        (base(|o| o.depends_on = vec!["nobody".into()]), "Can't locate revision identified by 'nobody'"),
        (base(|o| o.depends_on = vec!["base".into()]), "a revision cannot depend on 'base'"),
        (
            base(|o| o.version_path = Some("../out".into())),
            "Path ../out is not represented in current version locations",
        ),
        (
            base(|o| o.version_path = Some("/tmp".into())),
            "Path /tmp is not represented in current version locations",
        ),
    ];
    let db = sqlite().await;
    let folder = folder_of(all());
    let m = migrator(&db, all(), folder.path());
    for (options, why) in refused.into_iter().chain(refused_at_base) {
        let error = m.revision("new", options).await.unwrap_err().to_string();
        assert!(error.starts_with(why), "{error}");
        assert!(!folder.path().join("mod.rs").exists());
    }
}

#[tokio::test]
async fn a_merge_says_what_both_sides_change() {
    let db = sqlite().await;
    let same: Records = |op| {
        op.add_column("first", "more", Integer);
    };
    let own: Records = |op| op.execute("UPDATE first SET more = 1");
    let both = vec![
        all()[0],
        script(revision("bbbb2222").down(&["aaaa1111"]), "b_more.rs", (same, same)),
        script(revision("cccc3333").down(&["aaaa1111"]), "c_also.rs", (same, own)),
        script(revision("dddd4444").down(&["cccc3333"]), "d_own.rs", (own, own)),
    ]
    .leak();
    let folder = folder_of(both);
    let m = migrator(&db, both, folder.path());
    let merged = m.merge(&["heads"], "", options(|o| o.labels = vec!["joined".into()])).await.unwrap();
    assert_eq!(
        merged.remarks,
        [
            "more than one branch changes table first: bbbb2222 and cccc3333",
            "revision dddd4444 holds code (execute UPDATE first SET more = 1), which may touch anything"
        ]
    );
    let text = fs::read_to_string(&merged.generated.path).unwrap();
    assert!(text.starts_with("//! merge bbbb2222 and dddd4444\n"), "{text}");
    assert!(
        text.contains(
            "revision(\"12345678\")\n    .down(&[\"bbbb2222\", \"dddd4444\"])\n    .labels(&[\"joined\"]);"
        ),
        "{text}"
    );

    let folder = folder_of(all());
    let m = migrator(&db, all(), folder.path());
    let merged = m.merge(&["shop@head", "dddd"], "em", options(|_| ())).await.unwrap();
    assert_eq!(merged.remarks, [""; 0]);
    let folder = folder_of(all());
    let m = migrator(&db, all(), folder.path());
    for (revisions, why) in [
        (&["cccc", "cccc3333"][..], "Duplicate head revisions specified"),
        (&["cccc"], "there is nothing to merge: cccc3333"),
        (&["cccc", "bbbb"], "bbbb2222 is an ancestor of cccc3333"),
        (&["bbbb", "dddd"], "Revision bbbb2222 is not a head revision"),
    ] {
        let error = m.merge(revisions, "", options(|_| ())).await.unwrap_err().to_string();
        assert!(error.starts_with(why), "{error}");
    }
    m.merge(&["bbbb", "dddd"], "", options(|o| o.splice = true)).await.unwrap();
}

/// Scripts that only change the schema become the tables as they are in the end.
#[tokio::test]
async fn a_squash_of_schemas_is_the_last_schema() {
    let db = sqlite().await;
    let source = |id: &str| {
        let text = format!(
            "//! {id}\n\nuse rebis_migrate::prelude::*;\n\npub const REVISION: Revision = revision(\"{id}\");\n\n\
             pub fn upgrade(op: &mut Operations) {{\n    let _ = op;\n}}\n\npub fn downgrade(op: &mut Operations) {{\n    let _ = op;\n}}\n"
        );
        &*Box::leak(text.into_boxed_str())
    };
    let change: Records = |op| {
        op.add_column("first", "more", Integer);
        op.alter_column("first", "more").existing_type(Integer).set_type(BigInteger);
        op.create_index("ix_first_more", "first", ["more"]);
        op.rename_table("first", "last");
    };
    let mut scripts = vec![
        script(revision("aaaa1111"), "a.rs", table!("first")),
        script(revision("bbbb2222").down(&["aaaa1111"]), "b.rs", (change, |_| ())),
        script(revision("cccc3333").down(&["bbbb2222"]), "c.rs", (|_| (), |_| ())),
    ];
    scripts.iter_mut().for_each(|s| s.source = source(s.revision.id));
    let scripts = scripts.leak();
    let folder = folder_of(scripts);
    let made = migrator(&db, scripts, folder.path()).squash("bbbb", "").await.unwrap();
    assert_eq!((made.revision.as_str(), made.replaces.join(" ").as_str()), ("bbbb2222", "aaaa1111"));
    let text = fs::read_to_string(&made.path).unwrap();
    assert!(text.starts_with("//! everything up to bbbb2222\n"), "{text}");
    let body = &text[text.find("pub const").unwrap()..];
    assert_eq!(
        body,
        "pub const REVISION: Revision = revision(\"bbbb2222\").down(&[]).replaces(&[\"aaaa1111\"]);\n\n\
         pub fn upgrade(op: &mut Operations) {\n    op.create_table(\"last\", |t| {\n        t.column(\"id\", Integer).primary_key();\n        \
         t.column(\"more\", BigInteger);\n    });\n    op.create_index(\"ix_first_more\", \"last\", [\"more\"]);\n}\n\n\
         pub fn downgrade(op: &mut Operations) {\n    op.drop_index(\"ix_first_more\", \"last\");\n    op.drop_table(\"last\");\n}\n"
    );
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}: the squash, the one after it, mod.rs");

    let with_more = scripts.to_vec().leak();
    with_more[0].source = Box::leak(format!("{}\nfn helper() {{}}\n", with_more[0].source).into_boxed_str());
    let folder = folder_of(with_more);
    let m = migrator(&db, with_more, folder.path());
    let error = m.squash("cccc", "").await.unwrap_err().to_string();
    assert!(
        error.starts_with("a.rs cannot be squashed: it holds more than its two functions (`fn helper() {}`)"),
        "{error}"
    );
    assert!(m.squash("aaaa", "").await.unwrap_err().to_string().starts_with("there is nothing to squash"));
}
