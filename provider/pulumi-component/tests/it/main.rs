//! One binary for all integration tests: linking costs more than running.

mod check;
mod components;
mod construct;
mod outputs;
mod values;
