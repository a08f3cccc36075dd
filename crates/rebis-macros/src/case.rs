//! Names of tables and labels from names of Rust. Invariant: the result is what SQLAlchemy's users write by hand (`BlogPost` → `blog_post`).

/// `BlogPost` → `blog_post`, `HTTPServer` → `http_server`, `OAuth2Token` → `o_auth2_token`.
pub(crate) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        // A word begins at a capital after a small letter or digit, and at the last capital of an acronym.
        if c.is_uppercase() && i > 0 && chars[i - 1] != '_' {
            let after_small = !chars[i - 1].is_uppercase();
            let before_small = chars.get(i + 1).is_some_and(|n| n.is_lowercase());
            if after_small || before_small {
                out.push('_');
            }
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn words_acronyms_and_digits() {
        for (name, want) in [
            ("User", "user"),
            ("BlogPost", "blog_post"),
            ("HTTPServer", "http_server"),
            ("UserID", "user_id"),
            ("OAuth2Token", "o_auth2_token"),
            ("A", "a"),
            ("AB", "ab"),
            ("ABTest", "ab_test"),
            ("Sha256", "sha256"),
            ("Post_Tag", "post_tag"),
            ("Ärger", "ärger"),
        ] {
            assert_eq!(snake(name), want, "{name}");
        }
    }

    /// The names that Flask-SQLAlchemy's own tests hold its rule to.
    #[test]
    fn tables_are_named_as_flask_sqlalchemy_names_them() {
        for (name, want) in [
            ("CamelCase", "camel_case"),
            ("Snake_case", "snake_case"),
            ("HTMLLayout", "html_layout"),
            ("LayoutHTML", "layout_html"),
            ("HTTP2Request", "http2_request"),
            ("ShoppingCartSession", "shopping_cart_session"),
            ("ABC", "abc"),
            ("PreABC", "pre_abc"),
            ("ABCPost", "abc_post"),
            ("PreABCPost", "pre_abc_post"),
            ("HTTP2RequestSession", "http2_request_session"),
            ("UserST4", "user_st4"),
            ("HTTP2ClientType3EncoderParameters", "http2_client_type3_encoder_parameters"),
            ("LONGName4TestingCamelCase2snake_caseXYZ", "long_name4_testing_camel_case2snake_case_xyz"),
            ("FooBarSSE2", "foo_bar_sse2"),
            ("AlarmMessageSS2SignalTransformer", "alarm_message_ss2_signal_transformer"),
            ("AstV2Node", "ast_v2_node"),
            ("HTTPResponseCodeXYZ", "http_response_code_xyz"),
            ("get2HTTPResponse123Code", "get2_http_response123_code"),
        ] {
            assert_eq!(snake(name), want, "{name}");
        }
    }
}
