//! What must hold of any bytes, whoever makes them up: libFuzzer here, and `tests/it/fuzz.rs` in every test run.

pub mod args;
pub mod inputs;
mod source;
pub mod wire;
