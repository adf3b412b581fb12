//! How AWS writes ARNs, accounts, partitions and regions. Pure: no network, no table of what exists today.

mod arn;
mod region;

pub use arn::{Account, Arn, ArnError, LambdaFunction, is_account_id};
pub use region::{ENABLED_BY_DEFAULT, PARTITIONS, is_opt_in_region, is_region_code, partition_of_region};

/// The stable hash of a name, for what is shortened: FNV-1a with 32 bits, the same in every version.
pub fn short_hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
