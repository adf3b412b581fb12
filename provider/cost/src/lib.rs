//! Estimates what a deployed compliance monitor costs in a month, before it is deployed.
//!
//! [`Usage`] says what is deployed and, as far as it is known, what the account contains; [`estimate`] multiplies it by
//! prices from `facts/prices.json`, each with source and date. Everything here is pure: no network, no clock, no AWS
//! client, no Pulumi. What is not known is an assumption with a low, an expected and a high value ([`assumption`]),
//! and every line of an estimate states the ones it rests on.

pub mod assumption;
mod estimate;
mod line;
mod lines;
mod price;
mod range;
mod saving;
mod text;
mod usage;

pub use estimate::{Estimate, estimate};
pub use line::{Line, LineId};
pub use price::{Basis, Price, PriceKey};
pub use range::Range;
pub use saving::{Saving, SavingKind};
pub use usage::{
    Adjustable, Architecture, Functions, Recorded, Recorder, RegionUsage, ResourceCounts, Rule, Storage, Usage,
};
