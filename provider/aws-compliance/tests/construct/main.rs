//! The components against a mock of the engine: what they ask for. Not that AWS accepts it.

mod snapshots;
mod support;
mod whole;
