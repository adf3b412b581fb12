//! Typed AWS resources as children of components.
//!
//! `selection.toml` names the types; `make resources` generates them from the npm package `@pulumi/aws` by way of
//! `aws-types.json`, without its deprecated inputs. Beside them stand the JSON documents that AWS takes as text.

mod arn;
mod dashboard;
mod event;
mod generated;
mod json;
mod names;
mod policy;

pub use arn::ArnBuilder;
pub use dashboard::{DashboardBody, Graph};
pub use event::EventPattern;
pub use generated::*;
pub use json::Json;
pub use names::NAME_BOUNDS;
pub use policy::{PolicyDocument, Statement};
