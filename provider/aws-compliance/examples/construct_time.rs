//! How long the default component takes to construct when every call of the engine takes 20 ms, beside the longest
//! chain of calls that wait for one another: what no order of calls could beat. `make bench` prints it.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::testing::{MockMonitor, Recorded, construct_with};
use pulumi_component::value::PropertyMap;

const CALL: Duration = Duration::from_millis(20);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let monitor = Arc::new(
        MockMonitor::update()
            .delay(CALL)
            .result("aws:index/getCallerIdentity:getCallerIdentity", "accountId", "111122223333")
            .result("aws:index/getPartition:getPartition", "partition", "aws")
            .result("aws:index/getPartition:getPartition", "dnsSuffix", "amazonaws.com")
            .result("aws:index/getRegion:getRegion", "region", "eu-west-1")
            .output("aws:kms/key:Key", "keyId", "key")
            .output("aws:iam/role:Role", "name", "role"),
    );
    let began = Instant::now();
    if let Err(error) = construct_with::<ComplianceMonitoring>(&monitor, "compliance", PropertyMap::new()).await {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let took = began.elapsed();
    let recorded = monitor.recorded();
    // The look at the account comes first and the outputs come last; each is one call deep.
    let chain = longest_chain(&recorded) + 2;
    // A timer is never early: the limit is what as many bare calls take, one after the other, on this machine.
    let began = Instant::now();
    for _ in 0..chain {
        tokio::time::sleep(CALL).await;
    }
    let limit = began.elapsed();
    println!(
        "{{\"calls\": {}, \"chain\": {chain}, \"seconds\": {:.4}, \"limitSeconds\": {:.4}}}",
        recorded.registrations.len() + recorded.outputs.len() + recorded.invocations.len(),
        took.as_secs_f64(),
        limit.as_secs_f64(),
    );
    ExitCode::SUCCESS
}

/// Registrations that wait for one another, by parent or by dependency.
fn longest_chain(recorded: &Recorded) -> u32 {
    let mut depths: BTreeMap<String, u32> = BTreeMap::new();
    // Whatever a registration waited for arrived before it.
    for (urn, registration) in &recorded.registrations {
        let waited = registration.dependencies.iter().map(|urn| urn.as_str()).chain([registration.parent.as_str()]);
        let before = waited.filter_map(|urn| depths.get(urn)).max().copied().unwrap_or(0);
        depths.insert(urn.to_string(), before + 1);
    }
    depths.into_values().max().unwrap_or(0)
}
