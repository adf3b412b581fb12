//! The identity of the Pulumi package `aws-compliance`: its metadata and the names of its SDKs.

use pulumi_component::PackageIdentity;

/// The identity of the package. `schema.json`, the SDKs, the release archives and the plugin's help are derived from it.
pub const IDENTITY: PackageIdentity = PackageIdentity {
    name: "aws-compliance",
    display_name: "AWS Compliance",
    version: env!("CARGO_PKG_VERSION"),
    description: "A complete AWS Config compliance monitor as one component.",
    publisher: "aws-compliance",
    namespace: "aws-compliance",
    license: env!("CARGO_PKG_LICENSE"),
    homepage: env!("CARGO_PKG_HOMEPAGE"),
    repository: env!("CARGO_PKG_REPOSITORY"),
    logo_url: "https://raw.githubusercontent.com/aws-compliance/pulumi-aws-compliance/main/docs/logo.png",
    // The archives are assets of the GitHub release `v<version>`; engines also find the latest version there.
    plugin_download_url: "github://api.github.com/aws-compliance/pulumi-aws-compliance",
    keywords: &["pulumi", "aws", "config", "compliance", "category/monitoring", "kind/component"],
    nodejs_package: "pulumi-aws-compliance",
    nodejs_readme: include_str!("../readme/nodejs.md"),
    python_package: "pulumi_aws_compliance",
    python_readme: include_str!("../readme/python.md"),
    go_import_base_path: "github.com/aws-compliance/pulumi-aws-compliance/sdk/go/awscompliance",
    dotnet_namespace: "AwsCompliance.PulumiPackage",
    java_base_package: "io.github.awscompliance",
};
