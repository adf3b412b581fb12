//! What must hold of a report, whatever it is made of.

mod numbers;
mod pages;
mod sample;
