//! What the compiler says to wrong uses of models. Invariant: every message names the user's own tokens; `TRYBUILD=overwrite` renews them,
//! and each renewed one is read as a user would read it.

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
