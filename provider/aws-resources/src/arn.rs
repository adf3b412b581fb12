//! ARNs, as "Identify AWS resources with Amazon Resource Names" describes them.

use pulumi_component::{Input, Output, interpolate};

/// An ARN that is put together before the resource is there, so that a policy can name it: `arn:P:SERVICE:R:A:REST`.
#[derive(Clone, Debug)]
pub struct ArnBuilder {
    partition: Input<String>,
    service: &'static str,
    region: Input<String>,
    account: Input<String>,
}

impl ArnBuilder {
    /// ARNs of a service in a partition; region and account are empty unless told.
    pub fn of(partition: impl Into<Input<String>>, service: &'static str) -> Self {
        Self { partition: partition.into(), service, region: "".into(), account: "".into() }
    }

    /// The region.
    #[must_use]
    pub fn region(mut self, region: impl Into<Input<String>>) -> Self {
        self.region = region.into();
        self
    }

    /// The account's twelve digits.
    #[must_use]
    pub fn account(mut self, account: impl Into<Input<String>>) -> Self {
        self.account = account.into();
        self
    }

    /// The whole ARN of a resource, by what follows the account.
    pub fn resource(&self, resource: impl Into<Input<String>>) -> Output<String> {
        let owner = interpolate!("{}:{}", &self.region, &self.account);
        interpolate!("arn:{}:{}:{}:{}", &self.partition, self.service, owner, resource.into())
    }
}

#[cfg(test)]
mod tests {
    use pulumi_component::engine::Resolve;

    use super::*;

    #[tokio::test]
    async fn an_arn_has_six_parts() {
        let role = ArnBuilder::of("aws-cn", "iam").account("123456789012").resource("role/a:b");
        let role = role.resolve().await.expect("it resolves");
        assert_eq!(role.value.as_deref(), Some("arn:aws-cn:iam::123456789012:role/a:b"));
    }
}
