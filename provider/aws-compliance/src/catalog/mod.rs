//! The catalogue of managed rules and frameworks, to look at before anything is deployed: on the command line and as
//! functions of the package. Both say the same, from [`view`].

pub mod command;
pub mod functions;
mod table;
pub mod view;
