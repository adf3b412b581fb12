//! The report bucket: objects that are read whole, and objects that are written once.

use aws_sdk_s3::{Client, error::ProvideErrorMetadata, primitives::ByteStream, types::ServerSideEncryption};
use functions_core::environment::StorageEnvironment;

use crate::error::AwsError;

/// The report bucket under its key.
pub struct Store {
    client: Client,
    environment: StorageEnvironment,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The object is new.
    New,
    /// It was there already: an earlier try, or an earlier delivery, wrote it.
    Before,
}

impl Store {
    /// The bucket that `environment` names.
    pub const fn new(client: Client, environment: StorageEnvironment) -> Self {
        Self { client, environment }
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// When S3 does not give them. An object that is not there answers `AccessDenied`, because the role may not list the
    /// bucket (Amazon S3 API Reference, `GetObject`).
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, AwsError> {
        let operation = || format!("GetObject `{key}` of `{}`", self.environment.report_bucket);
        let request = self.client.get_object().bucket(&self.environment.report_bucket).key(key);
        let object = request.send().await.map_err(|error| AwsError::new(operation(), &error))?;
        let body = object.body.collect().await.map_err(|error| AwsError::interrupted(operation(), &error))?;
        Ok(body.to_vec())
    }

    /// Writes an object of JSON, encrypted with the key, unless there is one of that key already.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn write_once(&self, key: &str, json: String) -> Result<Written, AwsError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.environment.report_bucket)
            .key(key)
            .if_none_match("*")
            .server_side_encryption(ServerSideEncryption::AwsKms)
            .ssekms_key_id(&self.environment.kms_key_arn)
            .bucket_key_enabled(true)
            .content_type("application/json")
            .body(ByteStream::from(json.into_bytes()));
        match request.send().await {
            Ok(_) => Ok(Written::New),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(Written::Before),
            Err(error) => {
                let operation = format!("PutObject `{key}` of `{}`", self.environment.report_bucket);
                Err(AwsError::new(operation, &error))
            }
        }
    }
}
