//! What only the author knows, where nobody can be asked: the program is run without a terminal.

use rebis_testkit::each_database;

use crate::program::{done, refused};

each_database! {
    async fn what_looks_like_a_rename_is_refused_until_somebody_says(test: TestDatabase) {
        done(&test, &["upgrade", "heads"]);
        test.acquire().await.script("ALTER TABLE article RENAME COLUMN title TO headline").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let written = || std::fs::read_dir(folder.path()).unwrap().count();
        let heads = done(&test, &["heads"]).out;
        let head = heads.split_whitespace().next().unwrap();
        let migrate = ["-d", folder.path().to_str().unwrap(), "migrate", "-m", "headlines", "--head", head];
        let log = refused(&test, &migrate);
        assert!(log.contains("looks like a rename") && log.contains("nobody can be asked"), "{log}");
        assert!(log.contains("--rename article.headline:title"), "{log}");
        assert!(log.contains("--no-rename article.headline:title"), "{log}");
        assert_eq!(written(), 0, "nothing is written");
        done(&test, &[&migrate[..], &["--rename", "article.headline:title"]].concat());
        let mut files = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path());
        let script = files.find(|f| f.to_string_lossy().contains("headlines")).unwrap();
        let script = std::fs::read_to_string(script).unwrap();
        assert!(script.contains("op.rename_column(\"article\", \"headline\", \"title\");"), "{script}");
    }
}
