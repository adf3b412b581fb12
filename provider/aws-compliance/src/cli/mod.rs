//! The commands of the plugin. They say what the functions of the package answer.

mod adopt;
pub mod catalog;
pub mod cost;
pub mod doctor;
mod file;
mod program;
pub mod remediation;
pub mod report;
mod table;
mod terminal;
pub mod waivers;
