//! A deployment that needs nothing of the catalogue does not read it. Alone in its process: other tests do read it.

#[path = "construct/support.rs"]
#[expect(dead_code, reason = "shared with tests that use all of it")]
mod support;

use aws_compliance::monitoring::ComplianceMonitoring;
use aws_compliance_catalog::Catalog;
use pulumi_component::PropertyMap;
use pulumi_component::testing::{MockMonitor, construct_with};

#[tokio::test]
async fn a_default_deployment_does_not_read_the_catalogue() {
    let monitor = support::answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", PropertyMap::new()).await.expect("it constructs");
    assert!(!Catalog::is_read());
    construct_with::<ComplianceMonitoring>(&monitor, "audit", support::every_input()).await.expect("it constructs");
    assert!(Catalog::is_read(), "the other inputs name a rule, so this test can fail");
}
