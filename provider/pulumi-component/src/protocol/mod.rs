//! Pulumi's gRPC messages and services; only [`crate::wire`] and the services of [`crate::provider`] see them.
#![expect(clippy::all, clippy::allow_attributes, clippy::allow_attributes_without_reason, reason = "generated")]
// An expectation does not hold in every build: the testing kit uses more of the messages.
#![allow(dead_code, reason = "generated whole; not every message is used")]

include!("pulumirpc.rs");
