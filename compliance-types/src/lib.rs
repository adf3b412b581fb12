//! The vocabulary that the provider, the account scan, the catalogue and the functions share. One definition each.
//!
//! Pure: no network, no clock, and no table of what exists in AWS today.
//!
//! | module | holds |
//! | --- | --- |
//! | [`arn`] | ARNs, parsed; account ids |
//! | [`region`] | region codes and partitions |
//! | [`resource`] | resource types, the identity of a resource, global types |
//! | [`severity`] | how much the findings of a rule weigh |
//! | [`choices`] | choices of the inputs that more than one crate acts on |
//! | [`recorder`] | modes and frequencies of the configuration recorder and of evaluations |
//! | [`time`] | a moment in UTC, as AWS wrote it |
//!
//! This crate depends on nothing of Pulumi and nothing of Lambda, so that it stands beside `provider/` and `functions/`
//! and not in one of them.

pub mod arn;
pub mod choices;
pub mod recorder;
pub mod region;
pub mod resource;
pub mod severity;
pub mod time;

/// The stable hash of a name, for names that are shortened: FNV-1a with 32 bits, the same in every version.
#[must_use]
pub fn short_hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
