//! What does not compile says what to do.

#[test]
fn mistakes_are_told_by_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
