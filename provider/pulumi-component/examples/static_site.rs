//! A static site: a bucket and a page in it. `cargo run --example static_site -- schema` prints the package schema.

use std::process::ExitCode;

use pulumi_component::value::{Asset, AssetSource};
use pulumi_component::{
    Child, Component, Error, Input, Output, Outputs, Package, PassThrough, Provider, Scope, TypeToken, args,
    interpolate, package,
};
use std::collections::BTreeMap;

static AWS: Package = Package::new("aws", "7.48.0");
const BUCKET: TypeToken = TypeToken::new("aws:s3/bucket:Bucket");
const OBJECT: TypeToken = TypeToken::new("aws:s3/bucketObjectv2:BucketObjectv2");

/// Inputs of [`StaticSite`].
#[args]
struct StaticSiteArgs {
    /// The page, as HTML.
    #[schemars(length(min = 1))]
    index_html: Input<String>,
    /// Tags of the bucket.
    tags: Option<PassThrough<BTreeMap<String, String>>>,
}

/// A bucket with one page.
#[derive(Outputs)]
struct StaticSite {
    /// Name of the bucket.
    bucket_name: Output<String>,
    /// Address of the page in the bucket.
    page: Output<String>,
}

impl Component for StaticSite {
    const TOKEN: TypeToken = TypeToken::new("site:index:StaticSite");
    type Args = StaticSiteArgs;

    fn construct(scope: &Scope, args: StaticSiteArgs) -> Result<Self, Error> {
        let bucket = Child::new(scope, &AWS, BUCKET, "bucket").with("tags", args.tags).register();
        let content = args.index_html.output().map(|html| Asset { source: AssetSource::Text(html), hash: None });
        let page = Child::new(scope, &AWS, OBJECT, "index")
            .with("bucket", bucket.id())
            .with("key", "index.html")
            .with("contentType", "text/html; charset=utf-8")
            .with("source", content)
            .register();
        let (bucket, key) = (bucket.id(), page.output::<String>("key"));
        Ok(Self { page: interpolate!("s3://{bucket}/{key}"), bucket_name: bucket })
    }
}

fn main() -> ExitCode {
    Provider::new(package!("site")).component::<StaticSite>().serve()
}
