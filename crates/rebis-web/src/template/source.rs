//! [`ContextSource`]: the functions that give every template of a request its variables.
//!
//! Invariant: what such a function takes is what a handler may take of a request without its body, and a refusal keeps its status.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use futures_util::future::BoxFuture;
use minijinja::Value;

use crate::error::{HttpError, Result};

/// A function for [`App::template_context`](crate::App::template_context): it takes up to four extractors, as a handler does, and gives a
/// [`context!`](crate::context).
pub trait ContextSource<T>: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn give(self, parts: &mut Parts) -> BoxFuture<'_, Result<Value>>;
}

macro_rules! sources {
    ($($extractor:ident)*) => {
        impl<F, Fut, $($extractor),*> ContextSource<($($extractor,)*)> for F
        where
            F: Fn($($extractor),*) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = Result<Value>> + Send + 'static,
            $($extractor: FromRequestParts<(), Rejection: Into<HttpError>> + Send + 'static,)*
        {
            #[allow(non_snake_case)] // The extractors' types name their values.
            fn give(self, parts: &mut Parts) -> BoxFuture<'_, Result<Value>> {
                Box::pin(async move {
                    $(let $extractor = $extractor::from_request_parts(parts, &()).await.map_err(Into::into)?;)*
                    self($($extractor),*).await
                })
            }
        }
    };
}

sources!(A);
sources!(A B);
sources!(A B C);
sources!(A B C D);
