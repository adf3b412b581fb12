//! Objects in the report bucket.

use crate::support::every_input;
use crate::whole::Deployed;

/// An object that is written before versioning is on has no version id in its state: `destroy` deletes it without one, which
/// leaves its version behind, and S3 refuses to delete the bucket.
#[tokio::test]
async fn real_provider_a1_every_object_is_written_after_versioning_is_on() {
    let deployed = Deployed::with(every_input()).await;
    let objects = deployed.of_type("aws:s3/bucketObjectv2:BucketObjectv2");
    // Eight runbooks and the configuration, which lies in another part.
    assert!(objects.len() >= 9, "{}", objects.len());
    for object in objects {
        let after = object.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(after.iter().any(|urn| urn.ends_with("-reports-versioning")), "{}: {after:?}", object.name);
    }
}
