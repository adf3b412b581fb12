//! Pulumi's gRPC messages and services; only [`crate::wire`] and the services of [`crate::provider`] see them.
#![expect(dead_code, reason = "generated whole; not every message is used")]
#![expect(clippy::all, clippy::allow_attributes, clippy::allow_attributes_without_reason, reason = "generated")]

include!("pulumirpc.rs");
