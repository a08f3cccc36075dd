//! What the compiler says to a model that the derive refuses. Invariant: these cases need nothing but this crate, because a model that is
//! refused is not expanded; cases that need the ORM stand in the façade's `tests/ui`.

#[test]
fn refused_models() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
