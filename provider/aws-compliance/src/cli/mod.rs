//! The commands of the plugin. They say what the functions of the package answer.

pub mod catalog;
pub mod cost;
pub mod doctor;
mod file;
pub mod remediation;
pub mod report;
mod table;
pub mod waivers;
