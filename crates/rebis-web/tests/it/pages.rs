//! The templates that Rebis brings: a page on Bootstrap, links to pages, tables.

use std::io::Read as _;

use rebis_web::{App, Args, Html, Result, Templates, UserSession, context};
use serde::Serialize;

use crate::bare;

async fn index(templates: Templates) -> Result<Html> {
    templates.render("index.html", context! {})
}

fn app(source: &str) -> App {
    bare().configure("DEBUG", true).template("index.html", source).get("/", index)
}

#[tokio::test]
async fn a_page_on_bootstrap() {
    let source = "{% extends 'rebis/base.html' %}{% block title %}Shop{% endblock %}\
                  {% block navbar %}<nav>menu</nav>{% endblock %}{% block content %}<h1>Hi</h1>{% endblock %}";
    let text = app(source).bootstrap().test_client().get("/").await.text();
    for part in [
        "<!doctype html>\n<html lang=\"en\">",
        "<title>Shop</title>",
        "<link rel=\"stylesheet\" href=\"/_rebis/bootstrap-5.3.8/bootstrap.min.css\">",
        "<script src=\"/_rebis/bootstrap-5.3.8/theme-1.js\"></script>",
        "<nav>menu</nav>",
        "<h1>Hi</h1>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("http:") && !text.contains("https:"), "no other host: {text}");
    let without = app(source).test_client().get("/").await;
    assert_eq!(without.status(), 500);
    assert!(without.text().contains("add .bootstrap() to it"), "{}", without.text());
}

#[tokio::test]
async fn messages_are_shown_once() {
    async fn say(session: UserSession) {
        session.flash("Saved <it>.", "success");
        session.flash("Not that.", "error");
    }
    let app = app("{% extends 'rebis/base.html' %}").bootstrap().post("/say", say);
    let client = app.configure("SECRET_KEY", "a secret for the tests, long enough").test_client();
    client.post("/say").await;
    let text = client.get("/").await.text();
    assert!(
        text.contains("<div class=\"alert alert-success\" role=\"alert\">Saved &lt;it&gt;.</div>"),
        "{text}"
    );
    assert!(text.contains("<div class=\"alert alert-danger\" role=\"alert\">Not that.</div>"), "{text}");
    assert!(!client.get("/").await.text().contains("alert"));
}

#[tokio::test]
async fn the_files_of_bootstrap() {
    let client = bare().bootstrap().test_client();
    for (name, kind) in [
        ("bootstrap.min.css", "text/css; charset=utf-8"),
        ("bootstrap.bundle.min.js", "text/javascript; charset=utf-8"),
        ("theme-1.js", "text/javascript; charset=utf-8"),
    ] {
        let path = format!("/_rebis/bootstrap-5.3.8/{name}");
        let plain = client.get(&path).await;
        assert_eq!(plain.header("content-type"), Some(kind));
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(plain.header("vary"), Some("Accept-Encoding"));
        assert_eq!(plain.header("content-encoding"), None);
        let packed = client.get(&path).header("accept-encoding", "br, gzip;q=0.8").await;
        if name != "theme-1.js" {
            assert!(plain.text().contains("Licensed under MIT"), "{name}");
            assert_eq!(packed.header("content-encoding"), Some("gzip"));
            let mut text = String::new();
            flate2::read::GzDecoder::new(&packed.bytes()[..]).read_to_string(&mut text).unwrap();
            assert!(text == plain.text(), "{name}: the packed file is another one");
        }
        let refused = client.get(&path).header("accept-encoding", "gzip;q=0").await;
        assert_eq!(refused.header("content-encoding"), None);
    }
    assert_eq!(client.get("/_rebis/bootstrap-5.3.8/..%2fform.html").await.status(), 404);
}

#[tokio::test]
async fn links_to_pages() {
    async fn list(templates: Templates, args: Args) -> Result<Html> {
        let page = args.get_or("page", 1_u64);
        let pagination = context! { page, pages => 20, has_prev => page > 1, has_next => page < 20 };
        templates.render("list.html", context! { pagination })
    }
    let source = "{% from 'rebis/pagination.html' import render_pagination %}\
                  {{ render_pagination(pagination, 'list', args={'q': 'a&b'}) }}";
    let short = source.replace(", 'list'", "");
    let here = bare().get("/here", list).template("list.html", short).test_client();
    let text = here.get("/here?page=7").await.text();
    assert!(text.contains("href=\"/here?page=8&amp;q=a%26b\""), "without an endpoint: {text}");
    let client = bare().get("/list", list).template("list.html", source).test_client();
    let text = client.get("/list?page=7").await.text();
    for part in [
        "<nav aria-label=\"Pages\">",
        "<a class=\"page-link\" rel=\"prev\" href=\"/list?page=6&amp;q=a%26b\">Previous</a>",
        "<a class=\"page-link\" aria-current=\"page\" href=\"/list?page=7&amp;q=a%26b\">7</a>",
        "<a class=\"page-link\" rel=\"next\" href=\"/list?page=8&amp;q=a%26b\">Next</a>",
        ">20</a>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(text.matches("…").count(), 2, "{text}");
    let first = client.get("/list").await.text();
    assert!(
        first.contains("<li class=\"page-item disabled\"><span class=\"page-link\">Previous</span></li>"),
        "{first}"
    );
}

#[tokio::test]
async fn rows_as_a_table() {
    #[derive(Serialize)]
    struct Row {
        id: i64,
        name: Option<&'static str>,
    }
    async fn list(templates: Templates) -> Result<Html> {
        let rows = [Row { id: 1, name: Some("<Susan>") }, Row { id: 2, name: None }];
        let none: [Row; 0] = [];
        templates.render("list.html", context! { rows, none })
    }
    let source = "{% from 'rebis/table.html' import render_table %}\
                  {{ render_table(rows, [('name', 'Who'), 'id'], caption='People') }}|{{ render_table(rows) }}|{{ render_table(none) }}";
    let text = bare()
        .configure("DEBUG", true)
        .get("/", list)
        .template("list.html", source)
        .test_client()
        .get("/")
        .await
        .text();
    let tables: Vec<&str> = text.split('|').collect();
    assert!(tables[0].contains("<caption>People</caption>"), "{text}");
    assert!(tables[0].contains("<tr><th scope=\"col\">Who</th><th scope=\"col\">id</th></tr>"), "{text}");
    assert!(tables[0].contains("<tr><td>&lt;Susan&gt;</td><td>1</td></tr>"), "{text}");
    assert!(tables[0].contains("<tr><td></td><td>2</td></tr>"), "{text}");
    assert!(tables[1].contains("<th scope=\"col\">id</th><th scope=\"col\">name</th>"), "{text}");
    assert!(tables[2].contains("Nothing to show."), "{text}");
}
