//! `Model::DEF`: the declaration as constant data. Invariant: one call per thing that was said, nothing for what was not.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;

use crate::model::ast::{
    Action, Cascade, Column, ForeignKey, Group, Model, OfKind, PassiveDeletes, Relation, RelationKind,
    ServerDefault, TypeChoice,
};
use crate::model::parse::unraw;

use super::{autoincrement, plain, target};

/// `type Key`, `TABLE`, `DEF`, `meta`.
pub(super) fn definition(model: &Model, p: &TokenStream) -> TokenStream {
    let (name, table) = (&model.ident, &model.table);
    let text = unraw(name);
    let key = model.key.iter().map(|&i| &model.columns[i].ty);
    let key = if model.key.len() == 1 { quote!(#(#key)*) } else { quote!((#(#key),*)) };
    let schema = model.schema.iter().map(|s| quote!(.schema(#s)));
    let bind = model.bind.iter().map(|s| quote!(.bind(#s)));
    let comment = model.comment.iter().map(|s| quote!(.comment(#s)));
    let was = model.was.iter().map(|s| quote!(.was(#s)));
    let columns = columns(model, p);
    let relations = list("relations", model.relations.iter().map(|r| relation(r, p)).collect());
    let uniques =
        list("unique", model.uniques.iter().map(|g| group(model, g, &quote!(#p::UniqueDef))).collect());
    let indexes =
        list("indexes", model.indexes.iter().map(|g| group(model, g, &quote!(#p::IndexDef))).collect());
    let checks = list("checks", checks(model, p));
    let exclusions = list("exclusions", exclusions(model, p));
    let options =
        list("options", model.options.iter().map(|(name, value)| quote!((#name, #value))).collect());
    quote! {
        type Key = #key;
        const TABLE: &'static str = #table;
        const DEF: #p::ModelDef = #p::ModelDef::new(#text, #table) #(#schema)* #(#bind)* #(#comment)* #(#was)*
            #columns #relations #uniques #indexes #checks #exclusions #options;
        fn meta() -> &'static #p::ModelMeta {
            static META: #p::LazyMeta = #p::LazyMeta::new(#p::ModelMeta::of::<#name>);
            &META
        }
    }
}

/// The model's own columns, behind them those of the flattened structs, and last those that are deferred.
fn columns(model: &Model, p: &TokenStream) -> TokenStream {
    let read = super::read(model);
    let deferred = (model.columns.len() > read).then(|| {
        let last = proc_macro2::Literal::usize_unsuffixed(model.columns.len() - read);
        quote!(.deferred(#last))
    });
    if model.flats.is_empty() {
        let own = (0..model.columns.len()).map(|i| column(model, i, p));
        return quote!(.columns(&[#(#own),*]) #deferred);
    }
    let own = (0..read).map(|i| column(model, i, p));
    let own = quote!(&[#(#own),*]);
    let behind = (read..model.columns.len()).map(|i| column(model, i, p));
    let all = super::number(model, model.columns.len(), p);
    let parts =
        model.flats.iter().map(|f| super::consts::flat_columns(model, f, &super::respan(p, f.ty.span())));
    quote!(.columns(&#p::join::<{ #all }>(&[#own, #(#parts,)* &[#(#behind),*]])) #deferred)
}

fn list(call: &str, items: Vec<TokenStream>) -> TokenStream {
    if items.is_empty() {
        return TokenStream::new();
    }
    let call = quote::format_ident!("{call}");
    quote!(.#call(&[#(#items),*]))
}

pub(super) fn column(model: &Model, index: usize, p: &TokenStream) -> TokenStream {
    let c = &model.columns[index];
    let (field, name, ty) = (unraw(&c.ident), &c.name, &c.ty);
    let mut calls = Vec::new();
    if c.primary_key.is_some() {
        calls.push(quote!(.primary_key()));
    }
    if autoincrement(model, index) {
        calls.push(quote!(.autoincrement()));
    }
    calls.extend(c.identity.map(|(always, _)| quote!(.identity(#always))));
    calls.extend(c.nullable.map(|yes| quote!(.nullable(#yes))));
    calls.extend(c.sql_type.as_ref().map(|choice| sql_type(choice, p)));
    if c.unique {
        calls.push(quote!(.unique()));
    }
    if c.index {
        calls.push(quote!(.index()));
    }
    if c.version.is_some() {
        calls.push(quote!(.version()));
    }
    if c.secret {
        calls.push(quote!(.secret()));
    }
    calls.extend(c.foreign_key.as_ref().map(|fk| foreign_key(c, fk, p)));
    calls.extend(c.server_default.as_ref().map(|d| server_default(c, d, p)));
    calls.extend(c.default.as_ref().map(|value| {
        let value = super::builder::default_value(c, value, p);
        quote!(.default(|| { let value: #ty = (#value)(); #p::ColumnType::into_value(value) }))
    }));
    calls.extend(c.onupdate.as_ref().map(|value| {
        let value = super::builder::default_value(c, value, p);
        quote!(.onupdate(|| { let value: #ty = (#value)(); #p::ColumnType::into_value(value) }))
    }));
    calls.extend(c.computed.as_ref().map(|computed| {
        let (sql, stored) = (&computed.sql, computed.stored);
        quote!(.computed(#sql, #stored))
    }));
    if !c.collation.is_empty() {
        let names = c.collation.iter().map(|(database, name)| match database {
            Some(database) => quote!((::core::option::Option::Some(#p::Dialect::#database), #name)),
            None => quote!((::core::option::Option::None, #name)),
        });
        calls.push(quote!(.collation(&[#(#names),*])));
    }
    calls.extend(c.comment.iter().map(|text| quote!(.comment(#text))));
    calls.extend(c.was.iter().map(|name| quote!(.was(#name))));
    calls.extend(c.kind.as_ref().map(|OfKind { table, label, required }| {
        // The column of the kind stands before all others.
        let behind = proc_macro2::Literal::usize_unsuffixed(index + 1);
        quote!(.of_kind(#p::KindDef::new(#table, #label, #behind, #required)))
    }));
    let stored = super::stored(ty, p);
    quote!(#p::ColumnDef::new(#stored::STORED, #field, #name) #(#calls)*)
}

fn sql_type(choice: &TypeChoice, p: &TokenStream) -> TokenStream {
    match choice {
        TypeChoice::Length(n) => quote!(.length(#n)),
        TypeChoice::Text => quote!(.sql_type(|| #p::SqlType::Text)),
        TypeChoice::Numeric { precision, scale } => {
            let scale = scale.iter();
            let none = scale.len() == 0;
            let zero = none.then(|| quote!(0));
            quote!(.precision(#precision, #(#scale)* #zero))
        }
        TypeChoice::Expr(e) => quote_spanned!(e.span()=> .sql_type(|| #e)),
    }
}

fn foreign_key(c: &Column, fk: &ForeignKey, p: &TokenStream) -> TokenStream {
    let (model, column, ty) = (&fk.model, &fk.column, plain(c));
    let action = |call: &str, a: &Option<Action>| {
        let call = quote::format_ident!("{call}");
        a.as_ref().map(|Action(variant)| quote!(.#call(#p::ReferentialAction::#variant)))
    };
    let on_delete = action("on_delete", &fk.on_delete);
    let on_update = action("on_update", &fk.on_update);
    let deferrable = fk.deferrable.map(|initially| quote!(.deferrable(#initially)));
    let full = fk.match_full.then(|| quote!(.match_full()));
    let name = fk.name.as_ref().map(|name| quote!(.named(#name)));
    quote!(.foreign_key(#p::ForeignKeyDef::to::<_, #ty>(#model::#column) #on_delete #on_update #deferrable #full #name))
}

fn server_default(c: &Column, default: &ServerDefault, p: &TokenStream) -> TokenStream {
    match default {
        ServerDefault::Now => quote!(.server_default(#p::ServerDefaultDef::Now)),
        ServerDefault::Sql(sql) => quote!(.server_default(#p::ServerDefaultDef::Sql(#sql))),
        ServerDefault::Value(e) => {
            let ty = plain(c);
            quote!(.server_default(#p::ServerDefaultDef::Value(|| <#ty as #p::ColumnType>::to_value(&(#e)))))
        }
    }
}

fn group(model: &Model, group: &Group, def: &TokenStream) -> TokenStream {
    let columns =
        group.parts.iter().filter_map(|f| model.columns.iter().find(|c| c.ident == *f)).map(|c| &c.name);
    let unique = group.unique.then(|| quote!(.unique()));
    let nulls = group.nulls_not_distinct.then(|| quote!(.nulls_not_distinct()));
    let waits = group
        .deferrable
        .map(|initially| if initially { quote!(.initially_deferred()) } else { quote!(.deferrable()) });
    let named = group.name.iter().map(|n| quote!(.named(#n)));
    quote!(#def::new(&[#(#columns),*]) #unique #nulls #waits #(#named)*)
}

fn exclusions(model: &Model, p: &TokenStream) -> Vec<TokenStream> {
    model.exclusions.iter().map(|e| named_sql(&e.sql, e.name.as_ref(), p)).collect()
}

fn named_sql(sql: &LitStr, name: Option<&LitStr>, p: &TokenStream) -> TokenStream {
    let named = name.iter().map(|n| quote!(.named(#n))).collect::<TokenStream>();
    quote!(#p::CheckDef::new(#sql) #named)
}

fn checks(model: &Model, p: &TokenStream) -> Vec<TokenStream> {
    let def = |sql: &LitStr, name: Option<&LitStr>| named_sql(sql, name, p);
    let of_columns = model.columns.iter().filter_map(|c| c.check.as_ref()).map(|sql| def(sql, None));
    of_columns.chain(model.checks.iter().map(|c| def(&c.sql, c.name.as_ref()))).collect()
}

fn relation(r: &Relation, p: &TokenStream) -> TokenStream {
    let field = unraw(&r.ident);
    let kind = match r.kind {
        RelationKind::HasMany => quote!(has_many),
        RelationKind::HasOne => quote!(has_one),
        RelationKind::BelongsTo => quote!(belongs_to),
    };
    let target = target(r, p);
    let start = match &r.through {
        Some(association) => quote!(many_to_many::<#target, #association>),
        None => quote!(#kind::<#target>),
    };
    let mut calls = Vec::new();
    if !r.target_key.is_empty() {
        let fields = r.target_key.iter().map(unraw);
        calls.push(quote!(.target_key(&[#(#fields),*])));
    }
    if !r.key.is_empty() {
        let fields = r.key.iter().map(unraw);
        calls.push(quote!(.key(&[#(#fields),*])));
    }
    calls.extend(r.back_populates.as_ref().map(unraw).map(|back| quote!(.back_populates(#back))));
    calls.extend(r.cascade.map(|c| cascade(c, p)));
    calls.extend(r.passive_deletes.map(|which| match which {
        PassiveDeletes::Unloaded => quote!(.passive_deletes()),
        PassiveDeletes::All => quote!(.passive_deletes_all()),
    }));
    if !r.order_by.is_empty() {
        let parts =
            r.order_by.iter().map(|(field, descending)| quote!((<#target>::#field.name(), #descending)));
        calls.push(quote!(.order_by(&[#(#parts),*])));
    }
    quote!(#p::RelationDef::#start(#field) #(#calls)*)
}

fn cascade(c: Cascade, p: &TokenStream) -> TokenStream {
    let Cascade { save_update, merge, refresh_expire, expunge, delete, delete_orphan } = c;
    let orphan = delete_orphan.then(|| quote!(.delete_orphan()));
    if save_update && merge && refresh_expire && expunge && delete {
        return quote!(.cascade(#p::Cascade::all() #orphan));
    }
    let words = [
        save_update.then(|| quote!(.save_update())),
        merge.then(|| quote!(.merge())),
        refresh_expire.then(|| quote!(.refresh_expire())),
        expunge.then(|| quote!(.expunge())),
        delete.then(|| quote!(.delete())),
        orphan,
    ];
    let words = words.into_iter().flatten();
    quote!(.cascade(#p::Cascade::none() #(#words)*))
}
