//! A plugin whose engine has gone away ends by itself.

use std::time::Duration;

use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::wire::monitor::channel;

/// Resolves when the engine at `address` is gone: asked every `every` whether it is healthy, it does not answer.
///
/// An engine without health checks answers that it has none, which is an answer.
pub(super) async fn engine_gone(address: &str, every: Duration) {
    let Ok(channel) = channel(address) else { return std::future::pending().await };
    let mut client = HealthClient::new(channel);
    loop {
        tokio::time::sleep(every).await;
        match client.check(HealthCheckRequest::default()).await {
            Ok(_) => {}
            Err(status) if status.code() == Code::Unimplemented => {}
            Err(_) => return,
        }
    }
}
