//! Reading, comparing and writing rows: the functions of `Model`. Invariant: a column's number is its field's position among the columns.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::ast::{FieldRef, Model};

use super::{numbered, required, respan, start, stored};

/// `decode`, `decode_key`, `key_of`, `value_of`, `set_value`, `changed`, `repr`, `attach`.
pub(super) fn rows(model: &Model, p: &TokenStream) -> TokenStream {
    let name = &model.ident;
    let fields = model.fields.iter().map(|f| match *f {
        FieldRef::Column(i) => {
            let (column, at) = (&model.columns[i], at(i));
            let field = &column.ident;
            if column.deferred {
                return quote!(#field: ::core::default::Default::default());
            }
            let stored = stored(&column.ty, p);
            quote_spanned!(column.ty.span()=> #field: row.read(#at, #stored::from_cell)?)
        }
        FieldRef::Relation(i) => {
            let field = &model.relations[i].ident;
            quote!(#field: ::core::default::Default::default())
        }
        FieldRef::Flat(i) => {
            let (f, start) = (&model.flats[i], start(model, i, p));
            let (field, ty) = (&f.ident, &f.ty);
            let p = respan(p, ty.span());
            quote_spanned!(ty.span()=> #field: <#ty as #p::Embedded>::decode(row, at + #start)?)
        }
    });
    let decode_key = tuple(model, |i| {
        let (at, stored) = (at(i), stored(&model.columns[i].ty, p));
        quote!(row.read(#at, #stored::from_cell))
    });
    let decode_key = match &decode_key[..] {
        [one] => quote!(#one),
        several => quote!(::core::result::Result::Ok((#(#several?),*))),
    };
    let key_of = tuple(model, |i| {
        let field = &model.columns[i].ident;
        quote!(::core::clone::Clone::clone(&row.#field))
    });
    let key_of = match &key_of[..] {
        [one] => quote!(#one),
        several => quote!((#(#several),*)),
    };
    let (mut values, mut sets, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut last, mut unloaded, mut fills, mut attached) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (i, c) in model.columns.iter().enumerate() {
        let (field, number) = (&c.ident, numbered(model, i, p));
        if c.deferred {
            let p = &respan(p, c.ty.span());
            let place = super::number(model, i, p);
            last.push((
                quote!(#number => #p::ColumnType::to_value(&row.#field),),
                quote!(#number => row.#field = #p::ColumnType::from_cell(cell)?,),
            ));
            changes.push(quote_spanned!(c.ty.span()=> .with_if(#place, new.#field.differs(&old.#field))));
            unloaded.push(quote!(.with_if(#place, !row.#field.is_loaded())));
            fills.push(quote!(#number => row.#field.fill(cell)?,));
            attached.push(quote!(owner.column(#place, &mut row.#field);));
            continue;
        }
        let stored = stored(&c.ty, p);
        values.push(quote_spanned!(c.ty.span()=> #number => #stored::to_value(&row.#field),));
        sets.push(quote_spanned!(c.ty.span()=> #number => row.#field = #stored::from_cell(cell)?,));
        changes.push(quote_spanned!(c.ty.span()=> .with_if(#number, new.#field != old.#field)));
    }
    for (i, f) in model.flats.iter().enumerate() {
        let (field, start, end) = (&f.ident, start(model, i, p), start(model, i + 1, p));
        let (at, p) = (f.ty.span(), respan(p, f.ty.span()));
        values.push(quote_spanned!(at=> n if n < #end => #p::Embedded::value_of(&row.#field, n - (#start)),));
        sets.push(
            quote_spanned!(at=> n if n < #end => #p::Embedded::set_value(&mut row.#field, n - (#start), cell)?,),
        );
        changes.push(quote_spanned!(at=> .with_all(#start, #p::Embedded::changed(&new.#field, &old.#field))));
    }
    for (value, set) in last {
        values.push(value);
        sets.push(set);
    }
    let deferred = (!fills.is_empty()).then(|| {
        quote! {
            fn unloaded(row: &Self) -> #p::ColumnSet {
                #p::ColumnSet::EMPTY #(#unloaded)*
            }
            fn fill(row: &Self, column: usize, cell: #p::Cell<'_>) -> ::core::result::Result<(), #p::DecodeError> {
                match column {
                    #(#fills)*
                    _ => {}
                }
                ::core::result::Result::Ok(())
            }
        }
    });
    let relations = model.relations.iter().enumerate().map(|(i, r)| {
        let (field, number) = (&r.ident, Literal::usize_unsuffixed(i));
        quote!(owner.relation(#number, &mut row.#field);)
    });
    let attach = if model.relations.is_empty() && attached.is_empty() {
        quote!(fn attach(_row: &mut Self, _owner: &mut #p::Attach<'_>) {})
    } else {
        quote!(fn attach(row: &mut Self, owner: &mut #p::Attach<'_>) { #(#relations)* #(#attached)* })
    };
    let linked = linked(model, p);
    let validate = super::validate::validate(model, p);
    quote! {
        fn decode(row: &#p::Row<'_>, at: usize) -> #p::EngineResult<Self> {
            ::core::result::Result::Ok(#name { #(#fields),* })
        }
        fn decode_key(row: &#p::Row<'_>, at: usize) -> #p::EngineResult<Self::Key> {
            #decode_key
        }
        fn key_of(row: &Self) -> Self::Key {
            #key_of
        }
        fn value_of(row: &Self, column: usize) -> #p::Value {
            match column {
                #(#values)*
                _ => #p::Value::Null,
            }
        }
        fn set_value(row: &mut Self, column: usize, cell: #p::Cell<'_>) -> ::core::result::Result<(), #p::DecodeError> {
            match column {
                #(#sets)*
                _ => {}
            }
            ::core::result::Result::Ok(())
        }
        fn changed(new: &Self, old: &Self) -> #p::ColumnSet {
            #p::ColumnSet::EMPTY #(#changes)*
        }
        fn repr(row: &Self) -> ::core::option::Option<#p::String> {
            #[allow(unused_imports)]
            use #p::NoRepr as _;
            #p::Repr(row).text()
        }
        #attach
        #deferred
        #linked
        #validate
    }
}

/// How a row of an association is made: by a model of two keys or more, when nothing else of it has to be given.
fn linked(model: &Model, p: &TokenStream) -> Option<TokenStream> {
    let needed: Vec<_> =
        (0..model.columns.len()).filter(|&i| required(model, i)).map(|i| &model.columns[i]).collect();
    let keys = model.columns.iter().filter(|c| c.foreign_key.is_some()).count();
    if keys < 2 || needed.iter().any(|c| c.foreign_key.is_none()) {
        return None;
    }
    let name = &model.ident;
    let calls = needed.iter().map(|c| {
        let (field, ty) = (&c.ident, &c.ty);
        quote!(.#field(#p::Filler::<#ty>::fill()?))
    });
    Some(quote! {
        fn linked() -> ::core::option::Option<#p::Entity<Self>> {
            #[allow(unused_imports)]
            use #p::NoFiller as _;
            ::core::option::Option::Some(#p::Addable::into_entity(#name::builder() #(#calls)*))
        }
    })
}

fn tuple(model: &Model, part: impl Fn(usize) -> TokenStream) -> Vec<TokenStream> {
    model.key.iter().map(|&i| part(i)).collect()
}

/// `at`, `at + 1`.
fn at(index: usize) -> TokenStream {
    let number = Literal::usize_unsuffixed(index);
    if index == 0 { quote!(at) } else { quote!(at + #number) }
}
