//! `#[relation(…)]`: one field that is a relation. Invariant: what is said about another model stays a path or a name; rustc checks it.

use syn::{Expr, ExprLit, Field, Ident, Lit, LitStr, Type};

use super::ast::{Cascade, PassiveDeletes, Relation, RelationKind};
use crate::args::{self, Arg};
use crate::ctxt::Ctxt;
use crate::suggest::{Vocabulary, nearest};

const RELATION: Vocabulary = Vocabulary {
    attribute: "#[relation(…)]",
    known: &["key", "back_populates", "cascade", "passive_deletes", "order_by", "through", "target_key"],
    elsewhere: &[
        (
            "foreign_key",
            "the field that refers is `key = user_id`; the foreign key stands at that field: `#[column(foreign_key = User::id)]`",
        ),
        ("foreign_keys", "the field that refers is `key = user_id`"),
        ("backref", "name both sides: `back_populates = …` here and in the other model"),
        ("inverse", "did you mean `back_populates`?"),
        ("uselist", "a single object is `HasOne<…>`, several are `HasMany<…>`"),
        (
            "on_delete",
            "it stands at the foreign key: `#[column(foreign_key = User::id, on_delete = cascade)]`",
        ),
        (
            "secondary",
            "the model of the association is `through = PostTag`; a table alone is a model with two foreign keys as its key",
        ),
        (
            "secondaryjoin",
            "the field of the association that refers to the target is `target_key = PostTag::tag_id`",
        ),
        ("primaryjoin", "the field that refers is `key = Post::user_id`"),
        ("remote_side", "the field that refers is `key = …`"),
        ("lazy", "the way to load is chosen in the query: `select(User).with(User::posts)`"),
    ],
    later: &[
        ("viewonly", "leave it out and do not add to the relation"),
        ("post_update", "a cycle of foreign keys is broken by a second UPDATE anyway"),
    ],
};

/// Reads a field whose type is a relation.
pub(crate) fn relation(
    ctxt: &Ctxt,
    field: &Field,
    kind: RelationKind,
    target: Option<Type>,
) -> Option<Relation> {
    let ident = field.ident.clone()?;
    let Some(target) = target else {
        ctxt.fatal(&field.ty, format!("`{kind:?}` needs the other model: `{kind:?}<Post>`"));
        return None;
    };
    for attr in &field.attrs {
        if attr.path().is_ident("column") {
            ctxt.error(attr.path(), format!("`{ident}` is a relation, not a column: write `#[relation(…)]`"));
        }
    }
    let mut relation = Relation {
        ident,
        vis: field.vis.clone(),
        ty: field.ty.clone(),
        docs: field.attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect(),
        kind,
        target,
        key: Vec::new(),
        through: None,
        target_key: Vec::new(),
        back_populates: None,
        cascade: None,
        passive_deletes: None,
        order_by: Vec::new(),
    };
    for arg in args::read(ctxt, &field.attrs, "relation", &[]) {
        match arg.name.to_string().as_str() {
            "key" => relation.key = names(ctxt, &arg, kind),
            "through" | "target_key" if kind != RelationKind::HasMany => {
                ctxt.error(&arg.name, format!("`{}` is for `HasMany`; a `{kind:?}` follows a key", arg.name));
            }
            "through" => relation.through = arg.path(ctxt, "PostTag").map(|p| p.path),
            "target_key" => relation.target_key = names(ctxt, &arg, kind),
            "back_populates" => relation.back_populates = arg.word(ctxt, "author"),
            "cascade" => relation.cascade = arg.text(ctxt).and_then(|words| cascade(ctxt, &words)),
            "passive_deletes" => relation.passive_deletes = passive_deletes(ctxt, &arg),
            "order_by" if kind != RelationKind::HasMany => {
                ctxt.error(&arg.name, format!("`order_by` is for `HasMany`; a `{kind:?}` is one object"));
            }
            "order_by" => relation.order_by = order(ctxt, &arg),
            _ => {
                RELATION.refuse(ctxt, &arg.name);
            }
        }
    }
    if let (Some(PassiveDeletes::All), Some(Cascade { delete: true, .. })) =
        (relation.passive_deletes, relation.cascade)
    {
        ctxt.error(
            &relation.ident,
            "`passive_deletes = \"all\"` leaves everything to the database, and `cascade` deletes: say one of them",
        );
    }
    if relation.through.is_none() && !relation.target_key.is_empty() {
        let field = &relation.target_key[0];
        ctxt.error(field, "`target_key` needs `through = …` beside it: it is a field of the association");
    }
    if let (Some(_), Some(Cascade { delete_orphan: true, .. })) = (&relation.through, relation.cascade) {
        ctxt.error(
            &relation.ident,
            "`delete-orphan` is for objects that belong to one other; these may belong to many, and what relates them is deleted anyway",
        );
    }
    Some(relation)
}

/// The expressions of `= a`, `= (a, b)`.
fn several<'a>(ctxt: &Ctxt, arg: &'a Arg, example: &str) -> Vec<&'a Expr> {
    match arg.expr(ctxt, example) {
        Some(Expr::Tuple(t)) => t.elems.iter().collect(),
        Some(Expr::Paren(p)) => vec![&p.expr],
        Some(e) => vec![e],
        None => Vec::new(),
    }
}

/// `user_id`, `Post::user_id` → `user_id`. The other model's columns may be written with its name before them.
fn names(ctxt: &Ctxt, arg: &Arg, kind: RelationKind) -> Vec<Ident> {
    let own = kind == RelationKind::BelongsTo;
    let example = if own { "user_id" } else { "Post::user_id" };
    several(ctxt, arg, example)
        .into_iter()
        .filter_map(|e| match e {
            Expr::Path(p) if !own || p.path.segments.len() == 1 => p.path.segments.last().map(|s| s.ident.clone()),
            Expr::Path(p) if p.path.segments.len() == 2 && p.path.segments[0].ident == "Self" => Some(p.path.segments[1].ident.clone()),
            Expr::Path(p) => {
                ctxt.error(p, format!("the key of a `BelongsTo` is a field of this model, by its name alone: `key = {example}`"));
                None
            }
            Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => {
                ctxt.error(s, format!("`key` takes a name without quotes: `key = {}`", s.value()));
                None
            }
            e => {
                ctxt.error(e, format!("`key` needs the name of a field, as in `key = {example}`, or several: `key = (a, b)`"));
                None
            }
        })
        .collect()
}

/// `Post::timestamp`, `Post::timestamp.desc()`, or several in parentheses.
fn order(ctxt: &Ctxt, arg: &Arg) -> Vec<(Ident, bool)> {
    let example = "Post::timestamp.desc()";
    several(ctxt, arg, example)
        .into_iter()
        .filter_map(|e| {
            let (path, descending) = match e {
                Expr::MethodCall(call) if call.method == "desc" && call.args.is_empty() => {
                    (&*call.receiver, true)
                }
                Expr::MethodCall(call) if call.method == "asc" && call.args.is_empty() => {
                    (&*call.receiver, false)
                }
                e => (e, false),
            };
            match path {
                Expr::Path(p) => p.path.segments.last().map(|s| (s.ident.clone(), descending)),
                _ => {
                    ctxt.error(
                        e,
                        format!("`order_by` needs columns of the other model, as in `order_by = {example}`"),
                    );
                    None
                }
            }
        })
        .collect()
}

const CASCADES: [&str; 8] =
    ["all", "save-update", "merge", "refresh-expire", "expunge", "delete", "delete-orphan", "none"];

/// SQLAlchemy's words, comma between them. `all` is everything but `delete-orphan`.
fn cascade(ctxt: &Ctxt, words: &LitStr) -> Option<Cascade> {
    let mut cascade = Cascade::default();
    for word in words.value().split(',').map(str::trim).filter(|w| !w.is_empty()) {
        match word {
            "all" => {
                let delete_orphan = cascade.delete_orphan;
                cascade = Cascade {
                    save_update: true,
                    merge: true,
                    refresh_expire: true,
                    expunge: true,
                    delete: true,
                    delete_orphan,
                };
            }
            "save-update" => cascade.save_update = true,
            "merge" => cascade.merge = true,
            "refresh-expire" => cascade.refresh_expire = true,
            "expunge" => cascade.expunge = true,
            "delete" => cascade.delete = true,
            "delete-orphan" => cascade.delete_orphan = true,
            "none" => {}
            _ => {
                let near = nearest(&word.replace('_', "-"), CASCADES)
                    .map(|n| format!(": did you mean `{n}`?"))
                    .unwrap_or_default();
                ctxt.error(words, format!("unknown cascade `{word}`{near}\nknown: {}", CASCADES.join(", ")));
                return None;
            }
        }
    }
    if cascade.delete_orphan && !cascade.delete {
        ctxt.error(words, "`delete-orphan` needs `delete` beside it: `cascade = \"all, delete-orphan\"`");
    }
    Some(cascade)
}

/// `passive_deletes`, `passive_deletes = false`, `passive_deletes = "all"`.
fn passive_deletes(ctxt: &Ctxt, arg: &args::Arg) -> Option<PassiveDeletes> {
    let quiet = Ctxt::default();
    match arg.flag(&quiet) {
        Some(on) => on.then_some(PassiveDeletes::Unloaded),
        None => {
            let word = arg.text(ctxt)?;
            if word.value() != "all" {
                ctxt.error(
                    &word,
                    "`passive_deletes` alone leaves to the database what is not loaded, `\"all\"` everything",
                );
            }
            Some(PassiveDeletes::All)
        }
    }
}
