//! Templates in a folder.
//!
//! Invariant: in debug mode a changed file is seen at the next request.

use std::convert::Infallible;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use rebis_web::{App, Args, Blueprint, Config, Html, HttpError, Result, StatusCode, Templates, context};
use serde::Serialize;

#[derive(Serialize)]
struct Person {
    name: &'static str,
}

async fn index(templates: Templates) -> Result<Html> {
    let people = vec![Person { name: "Susan" }, Person { name: "<John>" }];
    templates.render("index.html", context! { people, title => "People" })
}

struct Site {
    root: tempfile::TempDir,
}

impl Site {
    fn new(files: &[(&str, &str)]) -> Self {
        let site = Self { root: tempfile::tempdir().unwrap() };
        fs::create_dir(site.root.path().join("templates")).unwrap();
        for (name, text) in files {
            site.write(name, text);
        }
        site
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.root.path().join("templates").join(name), text).unwrap();
    }

    fn app(&self) -> App {
        App::new(Config::new(self.root.path()))
            .templates("templates")
            .blueprint(Blueprint::new("site").get("/", index))
    }
}

#[tokio::test]
async fn inheritance_globals_filters_and_config() {
    let site = Site::new(&[
        ("base.html", "<title>{{ title }} at {{ shop }}</title>{% block body %}{% endblock %}"),
        (
            "index.html",
            "{% extends 'base.html' %}{% block body %}{% for p in people %}{{ p.name|shout }} {% endfor %}\
             {{ twice(2) }} {{ config.PAGE }} {{ config.MAIL.SERVER }} {{ config.SECRET_KEY }} {{ undefined_name }}\
             {{ url_for('site.index', page=2, q=none) }} {{ request.endpoint }} {{ request.args.a }}{% endblock %}",
        ),
    ]);
    let app = site
        .app()
        .configure("PAGE", 20)
        .configure("MAIL", serde_json::json!({ "server": "mail" }))
        .configure("SECRET_KEY", "hunter2")
        .template_global("shop", "Rebis")
        .template_function("twice", |n: i64| n * 2)
        .template_filter("shout", |text: String| format!("{}!", text.to_uppercase()));
    let text = app.test_client().get("/?a=b").await.text();
    assert_eq!(
        text,
        "<title>People at Rebis</title>SUSAN! &lt;JOHN&gt;! 4 20 mail *** /?page=2 site.index b"
    );
}

#[tokio::test]
async fn changed_templates_are_seen_in_debug_mode_only() {
    let site = Site::new(&[("index.html", "one")]);
    let debug = site.app().configure("DEBUG", true).test_client();
    let production = site.app().test_client();
    assert_eq!(debug.get("/").await.text(), "one");
    assert_eq!(production.get("/").await.text(), "one");
    site.write("index.html", "number two");
    assert_eq!(debug.get("/").await.text(), "number two");
    assert_eq!(production.get("/").await.text(), "one");
}

#[tokio::test]
async fn errors_name_file_line_and_fix() {
    let site = Site::new(&[("idnex.html", ""), ("base.html", "")]);
    let client = site.app().configure("DEBUG", true).test_client();
    let page = client.get("/").await.text();
    assert!(page.contains("searched in") && page.contains("/templates"), "{page}");
    assert!(page.contains("Did you mean &quot;idnex.html&quot;?"), "{page}");

    site.write("index.html", "<p>\n{{ url_for('site.indx') }}\n</p>");
    let page = client.get("/").await.text();
    assert!(page.contains("index.html:2") && page.contains("Did you mean &#39;site.index&#39;"), "{page}");
    assert!(page.contains("2 &gt; {{ url_for"), "{page}");

    site.write("index.html", "a\nb\n{% if %}");
    let page = client.get("/").await.text();
    assert!(page.contains("syntax error") && page.contains("index.html:3"), "{page}");

    let production = site.app().test_client().get("/").await;
    assert_eq!(production.status(), 500);
    assert!(!production.text().contains("index.html"));
}

#[test]
fn rendering_outside_a_request() {
    let site = Site::new(&[("mail.txt", "Dear {{ name }}, {{ url_for('site.index') }}")]);
    let text = site.app().render("mail.txt", context! { name => "<Susan>" }).unwrap();
    assert_eq!(text.0, "Dear <Susan>, /");

    site.write(
        "mail.txt",
        "{{ url_for('site.index', page=2, _external=true) }} {{ url_for('site.index', _external=false) }}",
    );
    let app = site.app().configure("BASE_URL", "https://shop.example");
    assert_eq!(app.render("mail.txt", ()).unwrap().0, "https://shop.example/?page=2 /");
    let unset = site.app().configure("DEBUG", true).render("mail.txt", ()).unwrap_err();
    assert!(format!("{unset:?}").contains("BASE_URL is not set"), "{unset:?}");
}

#[tokio::test]
async fn blueprints_bring_templates_along() {
    let site = Site::new(&[]);
    fs::create_dir(site.root.path().join("templates/admin")).unwrap();
    site.write("admin/base.html", "ours {% block body %}{% endblock %}");
    fs::create_dir_all(site.root.path().join("admin/admin")).unwrap();
    let own =
        |name: &str, text: &str| fs::write(site.root.path().join("admin/admin").join(name), text).unwrap();
    own("base.html", "theirs {% block body %}{% endblock %}");
    own("index.html", "{% extends 'admin/base.html' %}{% block body %}admin{% endblock %}");
    async fn index(templates: Templates) -> Result<Html> {
        templates.render("admin/index.html", context! {})
    }
    let inner = Blueprint::new("inner").templates("admin").get("/admin", index);
    let app = site.app().blueprint(Blueprint::new("outer").blueprint(inner));
    assert_eq!(app.test_client().get("/admin").await.text(), "ours admin");
}

#[tokio::test]
async fn a_folder_that_is_compiled_in() {
    async fn page(templates: Templates) -> Result<Html> {
        templates.render("rebis/table.html", context! {})
    }
    let folder = rebis_macros::templates!("src/template", crate = rebis_web);
    let app = App::new(Config::new("/nowhere")).templates(folder).get("/", page);
    assert_eq!(app.test_client().get("/").await.status(), 200);
    // A release build: the folder is gone, the text is not.
    let carried =
        rebis_web::__private::TemplateFolder::embedded("/nowhere", &[("rebis/table.html", "carried")], true);
    let app = App::new(Config::new("/nowhere")).templates(carried).get("/", page);
    assert_eq!(app.test_client().get("/").await.text(), "carried");
}

async fn hello(templates: Templates) -> Result<Html> {
    templates.render("hello.html", context! { own => "handler" })
}

async fn plain() -> &'static str {
    "plain"
}

async fn not_found(templates: Templates) -> Result<Html> {
    templates.render("hello.html", context! { own => "lost" })
}

#[tokio::test]
async fn variables_of_a_request_are_seen_by_all_its_templates() {
    let site = Site::new(&[
        ("hello.html", "{% include 'part.html' %}"),
        ("part.html", "{{ page }} {{ me }} {{ own }} {{ both }} {{ request.path }}"),
    ]);
    let app = site
        .app()
        .template_context(async |args: Args| {
            if args.text("fail").is_some() {
                return Err(HttpError::forbidden());
            }
            let me = args.text("me").unwrap_or("nobody").to_owned();
            Ok(context! { me, own => "context", both => "first" })
        })
        .template_context(async |page: Uri, args: Args| {
            assert!(page.path() != "/plain" && args.text("fail").is_none(), "nobody asked for templates");
            Ok(context! { page => page.path(), both => "last" })
        })
        .error_handler(StatusCode::NOT_FOUND, not_found)
        .get("/hello", hello)
        .get("/plain", plain);
    let client = app.test_client();
    assert_eq!(client.get("/hello?me=%3Cb%3E").await.text(), "/hello &lt;b&gt; handler last /hello");
    assert_eq!(client.get("/lost").await.text(), "/lost nobody lost last /lost");
    assert_eq!(client.get("/plain").await.text(), "plain");
    assert_eq!(client.get("/hello?fail").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_link_to_nothing_is_told() {
    let site = Site::new(&[("index.html", "{{ url_for(home) }}"), ("hello.html", "{{ url_for('') }}")]);
    let client = site.app().configure("DEBUG", true).get("/hello", hello).test_client();
    let said = client.get("/").await.text();
    assert!(
        said.contains("url_for takes the name of an endpoint") && said.contains("got undefined"),
        "{said}"
    );
    assert!(client.get("/hello").await.text().contains("got an empty text"));
}

/// What another crate's extractor makes once for a request, as the session of a database.
#[derive(Clone)]
struct Once(Arc<AtomicUsize>);

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get_or_insert_with(|| Once(Arc::default())).clone())
    }
}

#[tokio::test]
async fn what_variables_are_made_of_is_what_the_handler_gets() {
    async fn look(templates: Templates, once: Once) -> Result<Html> {
        let looked = once.0.load(Ordering::Relaxed);
        templates.render("hello.html", context! { looked })
    }
    let site = Site::new(&[("hello.html", "{{ looked }}")]);
    let app = site.app().get("/look", look).template_context(async |once: Once| {
        once.0.fetch_add(1, Ordering::Relaxed);
        Ok(context! {})
    });
    assert_eq!(app.test_client().get("/look").await.text(), "1");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let app =
        App::new(Config::new("/nowhere")).templates("templatez").configure("DEBUG", true).get("/", hello);
    let said = app.test_client().get("/").await.text();
    assert!(said.contains("/nowhere/templatez (there is no such folder)"), "{said}");
}
