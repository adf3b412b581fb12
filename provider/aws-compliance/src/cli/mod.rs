//! The commands of the plugin. They say what the functions of the package answer.

mod adopt;
pub mod catalog;
mod check;
pub mod cost;
pub mod doctor;
mod file;
mod known;
mod program;
pub mod remediation;
pub mod report;
mod table;
mod terminal;
pub mod waivers;
