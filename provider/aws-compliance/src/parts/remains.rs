//! What `pulumi destroy` leaves. A component does not run then, so that the text is an output of the last deployment.

use pulumi_component::{Output, all};

use crate::inputs::on_destroy::OnDestroy;

/// The sentences about bucket and key after a destroy; `key` is the deployment's own, `None` a key of the user.
pub(super) fn after_destroy(
    on_destroy: OnDestroy,
    bucket: &Output<String>,
    key: Option<&Output<String>>,
) -> Output<String> {
    match (on_destroy, key) {
        (OnDestroy::Refuse, _) => {
            Output::known("Destroy is refused while `reports.onDestroy` is `refuse`.".to_owned())
        }
        (OnDestroy::Delete, Some(_)) => Output::known(
            "Nothing remains: the report bucket is deleted with all reports, and the KMS key 30 days later.".to_owned(),
        ),
        (OnDestroy::Delete, None) => Output::known(
            "Nothing remains: the report bucket is deleted with all reports. Your KMS key is yours to keep.".to_owned(),
        ),
        (OnDestroy::Retain, Some(key)) => all((bucket.clone(), key.clone())).map(|(bucket, key)| {
            format!(
                "The report bucket {bucket} and its KMS key {key} remain. {} To delete both: delete all versions of the \
                 objects, then `aws s3 rb s3://{bucket}` and `aws kms schedule-key-deletion --key-id {key}`.",
                reading(&bucket)
            )
        }),
        (OnDestroy::Retain, None) => bucket.map(|bucket| {
            format!(
                "The report bucket {bucket} remains. {} To delete it: delete all versions of the objects, then `aws s3 rb \
                 s3://{bucket}`.",
                reading(&bucket)
            )
        }),
    }
}

fn reading(bucket: &str) -> String {
    format!(
        "To read the reports: `aws s3 cp --recursive s3://{bucket}/reports/aggregation/ reports`, then open reports/index.html."
    )
}
