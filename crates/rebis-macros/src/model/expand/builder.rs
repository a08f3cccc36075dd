//! The builder. Invariant: a required field's state is a type parameter, so leaving it out is an error of the compiler that names the field.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::case::snake;
use crate::model::ast::{Column, DefaultValue, FieldRef, Flat, Model, Relation, RelationKind};
use crate::model::parse::unraw;

use super::{autoincrement, from_server, number, required, respan, start, target};

/// What every part of the builder needs to know.
struct Builder<'a> {
    model: &'a Model,
    p: &'a TokenStream,
    name: Ident,
    /// Required columns, by position; the n-th has the type parameter `S{n}`. Flattened structs follow, with `F{n}`.
    required: Vec<usize>,
    /// All fields: required ones first.
    fields: Vec<&'a Ident>,
}

/// `missing_in_user`, `UserBuilder` and its impls.
pub(super) fn builder(model: &Model, p: &TokenStream) -> TokenStream {
    let needed: Vec<usize> = (0..model.columns.len()).filter(|&i| required(model, i)).collect();
    let optional = (0..model.columns.len()).filter(|i| !needed.contains(i));
    let columns = needed.iter().copied().chain(optional.clone()).map(|i| &model.columns[i].ident);
    let b = Builder {
        model,
        p,
        name: format_ident!("{}Builder", unraw(&model.ident)),
        fields: columns
            .chain(model.flats.iter().map(|f| &f.ident))
            .chain(model.relations.iter().map(|r| &r.ident))
            .collect(),
        required: needed.clone(),
    };
    let setters = needed.iter().copied().chain(optional).map(|i| b.column(i));
    let flats = model.flats.iter().map(|f| b.flat(f));
    let relations = model.relations.iter().map(|r| b.relation(r));
    let (generics, name) = (b.generics(), &b.name);
    let (declaration, finish) = (b.declaration(), b.finish());
    quote! {
        #declaration
        #[allow(dead_code)]
        impl #generics #name #generics {
            #(#setters)*
            #(#flats)*
            #(#relations)*
        }
        #finish
    }
}

impl Builder<'_> {
    /// The markers, the struct and its beginning.
    fn declaration(&self) -> TokenStream {
        let Builder { model, name, .. } = self;
        let vis = &model.vis;
        let missing = format_ident!("missing_in_{}", snake(&unraw(&model.ident)));
        let required = self.required.iter().map(|&i| &model.columns[i].ident);
        let markers: Vec<&Ident> = required.chain(model.flats.iter().map(|f| &f.ident)).collect();
        let states: Vec<Ident> = self.states();
        let generics = if states.is_empty() { quote!() } else { quote!(<#(#states = #missing::#markers),*>) };
        let optional: Vec<&Column> = (0..model.columns.len())
            .filter(|i| !self.required.contains(i))
            .map(|i| &model.columns[i])
            .collect();
        let (names, types): (Vec<_>, Vec<_>) = optional.iter().map(|c| (&c.ident, &c.ty)).unzip();
        let (relations, kinds): (Vec<_>, Vec<_>) = model.relations.iter().map(|r| (&r.ident, &r.ty)).unzip();
        let title = format!("Builds a `{}`: every field has a method of its name.", model.ident);
        let needs = self.needs();
        // At the field: the message about a missing one points there.
        let p = self.p;
        let structs = self.required.iter().map(|&i| {
            let c = &model.columns[i];
            let m = &c.ident;
            let marker = quote_spanned!(m.span()=> pub struct #m;);
            // A key may be missing where the relation gives it.
            let key = c.foreign_key.as_ref().map(|_| {
                quote! {
                    impl<T: ::core::default::Default> #p::Required<T, #p::InRelation> for #m {
                        fn take(self, column: usize, unset: &mut #p::ColumnSet) -> T {
                            #p::or_unset(::core::option::Option::None, column, unset)
                        }
                    }
                }
            });
            quote!(#[derive(Clone, Copy, Debug, Default)] #marker #key)
        });
        // A struct may be left out when nothing in it has to be given.
        let flats = model.flats.iter().map(|f| {
            let m = &f.ident;
            let p = &respan(p, m.span());
            quote_spanned! {m.span()=>
                #[derive(Clone, Copy, Debug, Default)]
                pub struct #m;
                impl<T: #p::Unasked, How> #p::Required<T, How> for #m {
                    fn take(self, column: usize, unset: &mut #p::ColumnSet) -> T {
                        T::unasked(column, unset)
                    }
                }
            }
        });
        let module = (!markers.is_empty()).then(|| {
            quote! {
                #[doc(hidden)]
                #[allow(non_camel_case_types, unreachable_pub, missing_docs, dead_code)]
                #vis mod #missing {
                    #(#structs)*
                    #(#flats)*
                }
            }
        });
        quote! {
            #module
            #[doc = #title]
            #[doc = ""]
            #[doc = #needs]
            #[must_use = "a builder does nothing until it is added to a session"]
            #[allow(missing_debug_implementations)]
            #vis struct #name #generics {
                #(#markers: #states,)*
                #(#names: ::core::option::Option<#types>,)*
                #(#relations: #kinds,)*
            }
            #[automatically_derived]
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    #name {
                        #(#markers: ::core::default::Default::default(),)*
                        #(#names: ::core::option::Option::None,)*
                        #(#relations: ::core::default::Default::default(),)*
                    }
                }
            }
        }
    }

    /// «Required fields are …».
    fn needs(&self) -> String {
        if self.required.is_empty() {
            return "No field is required.".to_string();
        }
        let names: Vec<String> = self
            .required
            .iter()
            .map(|&i| {
                let field = &self.model.columns[i].ident;
                match self.filled_by(field) {
                    Some(relation) => format!("`{}` (or `{}`)", unraw(field), unraw(&relation.ident)),
                    None => format!("`{}`", unraw(field)),
                }
            })
            .collect();
        format!(
            "Required fields are {}. A column that is an autoincrement key, an `Option`, or has a default, is not required.",
            names.join(", ")
        )
    }

    /// The relation that fills this field when the object is written.
    fn filled_by(&self, field: &Ident) -> Option<&Relation> {
        self.model.relations.iter().find(|r| r.kind == RelationKind::BelongsTo && r.key.contains(field))
    }

    fn states(&self) -> Vec<Ident> {
        let columns = (0..self.required.len()).map(|n| format_ident!("S{n}"));
        columns.chain((0..self.model.flats.len()).map(|n| format_ident!("F{n}"))).collect()
    }

    fn generics(&self) -> TokenStream {
        let states = self.states();
        if states.is_empty() { quote!() } else { quote!(<#(#states),*>) }
    }

    /// The builder's type once these required fields have the given state.
    fn after(&self, fields: &[&Ident], state: impl Fn(usize) -> TokenStream) -> TokenStream {
        let name = &self.name;
        let states = self.required.iter().enumerate().map(|(n, &i)| {
            let old = format_ident!("S{n}");
            if fields.contains(&&self.model.columns[i].ident) { state(i) } else { quote!(#old) }
        });
        let flats = self.model.flats.iter().enumerate().map(|(n, f)| {
            let (old, ty, p) = (format_ident!("F{n}"), &f.ty, self.p);
            if fields.contains(&&f.ident) { quote!(#p::Given<#ty>) } else { quote!(#old) }
        });
        let states = states.chain(flats);
        quote!(#name<#(#states),*>)
    }

    fn rest(&self, but: &[&Ident]) -> TokenStream {
        let rest = self.fields.iter().filter(|f| !but.contains(f));
        quote!(#(#rest: self.#rest,)*)
    }

    fn column(&self, index: usize) -> TokenStream {
        let Builder { model, p, name, .. } = self;
        let c = &model.columns[index];
        let (field, vis, ty) = (&c.ident, &c.vis, &c.ty);
        let what = format!("The column `{}`.{}", c.name.value(), self.remark(index));
        let at_type = respan(p, c.ty.span());
        let value = quote!(value: impl #at_type::Assign<#ty>);
        let assign = quote_spanned!(c.ty.span()=> #at_type::Assign::assign(value));
        if !self.required.contains(&index) {
            return quote! {
                #[doc = #what]
                #vis fn #field(mut self, #value) -> Self {
                    self.#field = ::core::option::Option::Some(#assign);
                    self
                }
            };
        }
        let after = self.after(&[field], |_| quote!(#p::Given<#ty>));
        let rest = self.rest(&[field]);
        quote! {
            #[doc = #what]
            #vis fn #field(self, #value) -> #after {
                #name { #field: #p::Given(#assign), #rest }
            }
        }
    }

    fn flat(&self, f: &Flat) -> TokenStream {
        let Builder { p, name, .. } = self;
        let (field, vis, ty) = (&f.ident, &f.vis, &f.ty);
        let what = format!(
            "The columns of `{}`; they may be left out when each of them has a default.",
            unraw(field)
        );
        let (after, rest) = (self.after(&[field], |_| quote!()), self.rest(&[field]));
        quote! {
            #[doc = #what]
            #vis fn #field(self, value: #ty) -> #after {
                #name { #field: #p::Given(value), #rest }
            }
        }
    }

    fn remark(&self, index: usize) -> String {
        let c = &self.model.columns[index];
        if self.required.contains(&index) {
            return match self.filled_by(&c.ident) {
                Some(r) => format!(" Required, unless `{}` is given.", unraw(&r.ident)),
                None => " Required.".to_string(),
            };
        }
        if autoincrement(self.model, index) {
            return " The database makes it when it is not given.".to_string();
        }
        match &c.default {
            Some(DefaultValue::Call(path)) => {
                format!(" Its default is `{}`.", quote!(#path).to_string().replace(' ', ""))
            }
            Some(_) => " It has a default.".to_string(),
            None if from_server(self.model, index) => {
                " The database fills it in when it is not given.".to_string()
            }
            None => String::new(),
        }
    }

    fn relation(&self, r: &Relation) -> TokenStream {
        let Builder { p, name, .. } = self;
        let (field, vis, target) = (&r.ident, &r.vis, target(r, self.p));
        let text = unraw(field);
        if r.kind == RelationKind::HasMany {
            let doc = format!("The relation `{text}`: more of them.");
            let push = quote_spanned!(r.ty.span()=> self.#field.push_pending(items););
            let p = &respan(p, r.ty.span());
            return quote! {
                #[doc = #doc]
                #vis fn #field<A>(mut self, items: impl ::core::iter::IntoIterator<Item = A>) -> Self
                where
                    A: #p::Build<#p::InRelation, Model = #target>,
                {
                    #push
                    self
                }
            };
        }
        let filled: Vec<&Ident> = r
            .key
            .iter()
            .filter(|k| {
                r.kind == RelationKind::BelongsTo
                    && self.required.iter().any(|&i| self.model.columns[i].ident == **k)
            })
            .collect();
        let at_type = respan(p, r.ty.span());
        let how = if r.kind == RelationKind::HasOne { quote!(InRelation) } else { quote!(Alone) };
        let value =
            quote_spanned!(r.ty.span()=> value: impl #at_type::Build<#at_type::#how, Model = #target>);
        if filled.is_empty() {
            let doc = format!("The relation `{text}`.");
            return quote! {
                #[doc = #doc]
                #vis fn #field(mut self, #value) -> Self {
                    self.#field.set_pending(value);
                    self
                }
            };
        }
        let keys: Vec<String> = filled.iter().map(|k| format!("`{}`", unraw(k))).collect();
        let doc =
            format!("The relation `{text}`; it fills {} when the object is written.", keys.join(" and "));
        let after = self.after(&filled, |_| quote!(#p::Linked));
        let rest = self.rest(&filled);
        quote! {
            #[doc = #doc]
            #vis fn #field(mut self, #value) -> #after {
                self.#field.set_pending(value);
                #name { #(#filled: #p::Linked,)* #rest }
            }
        }
    }

    /// From the builder to an object.
    fn finish(&self) -> TokenStream {
        let Builder { model, p, name, .. } = self;
        let (generics, struct_name) = (self.generics(), &model.ident);
        // At the struct's name: at the derive's, rustc would add advice about bounds that derives make.
        let span = model.ident.span();
        let p_at = respan(p, span);
        let bounds = self.required.iter().enumerate().map(|(n, &i)| {
            let (state, ty) = (format_ident!("S{n}", span = span), &model.columns[i].ty);
            quote_spanned!(span=> #state: #p_at::Required<#ty, How>,)
        });
        let flats = model.flats.iter().enumerate().map(|(n, f)| {
            let (state, ty) = (format_ident!("F{n}", span = span), &f.ty);
            quote_spanned!(span=> #state: #p_at::Required<#ty, How>,)
        });
        let bounds = bounds.chain(flats);
        let fields = model.fields.iter().map(|f| match *f {
            FieldRef::Column(i) => {
                let field = &model.columns[i].ident;
                let mut value = self.value(i);
                if model.columns[i].deferred {
                    value = quote!(#p::Deferred::new(#value));
                }
                quote!(#field: #value)
            }
            FieldRef::Relation(i) => {
                let field = &model.relations[i].ident;
                quote!(#field: self.#field)
            }
            FieldRef::Flat(i) => {
                let (field, start) = (&model.flats[i].ident, start(model, i, p));
                quote!(#field: #p::Required::take(self.#field, #start, &mut unset))
            }
        });
        // Without a field that may be unset there is nothing to note.
        let notes = !model.flats.is_empty()
            || (0..model.columns.len()).any(|i| self.required.contains(&i) || from_server(model, i));
        let mutable = notes.then(|| quote!(mut));
        let (generics, name) = (respan(&generics, span), respan(&quote!(#name), span));
        let states = self.states();
        let states = respan(&quote!(#(#states),*), span);
        let head =
            quote_spanned!(span=> impl<How, #states> #p_at::Build<How> for #name #generics where #(#bounds)*);
        let body = quote! {
            {
                type Model = #struct_name;
                fn build(self) -> #p::Entity<#struct_name> {
                    let #mutable unset = #p::ColumnSet::EMPTY;
                    let row = #struct_name { #(#fields),* };
                    #p::Entity::transient(row, unset)
                }
            }
        };
        let body = respan(&body, span);
        quote!(#head #body)
    }

    fn value(&self, index: usize) -> TokenStream {
        let p = self.p;
        let c = &self.model.columns[index];
        let (field, number) = (&c.ident, number(self.model, index, p));
        if self.required.contains(&index) {
            return quote!(#p::Required::take(self.#field, #number, &mut unset));
        }
        if let Some(default) = &c.default {
            let default = default_value(c, default, p);
            return quote!(self.#field.unwrap_or_else(#default));
        }
        if from_server(self.model, index) {
            return quote!(#p::or_unset(self.#field, #number, &mut unset));
        }
        quote!(self.#field.unwrap_or_default())
    }
}

/// A function that makes the default.
pub(super) fn default_value(c: &Column, default: &DefaultValue, p: &TokenStream) -> TokenStream {
    match default {
        DefaultValue::Call(path) if c.optional => {
            quote_spanned!(path.span()=> || #p::Assign::assign(#path()))
        }
        DefaultValue::Call(path) => quote!(#path),
        DefaultValue::Closure(closure) if c.optional => {
            quote_spanned!(closure.span()=> || #p::Assign::assign((#closure)()))
        }
        DefaultValue::Closure(closure) => quote!(#closure),
        DefaultValue::Literal(e) if c.optional => quote!(|| ::core::option::Option::Some(#e)),
        DefaultValue::Literal(e) => quote!(|| #e),
        DefaultValue::Text(s) => quote_spanned!(s.span()=> || #p::Assign::assign(#s)),
        DefaultValue::Value(e) => quote_spanned!(e.span()=> || #p::Assign::assign(#e)),
    }
}
