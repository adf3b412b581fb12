//! The report bucket: objects that are read whole, and written once, over again, or only over what was read.

use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata,
    operation::put_object::builders::PutObjectFluentBuilder,
    primitives::{ByteStream, DateTime},
    types,
    types::{ChecksumAlgorithm, ServerSideEncryption},
};
use compliance_types::choices::ObjectLockMode;
use functions_core::environment::StorageEnvironment;

use crate::error::AwsError;

/// The media type of records.
pub const JSON: &str = "application/json";

/// The report bucket under its key.
#[derive(Clone)]
pub struct Store {
    client: Client,
    environment: StorageEnvironment,
    lock: Option<Lock>,
}

/// What keeps everybody from deleting what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// Who may delete it all the same.
    pub mode: ObjectLockMode,
    /// Until when: seconds since the start of 1970 in UTC.
    pub until_unix_seconds: u64,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The object is new, or another than it was.
    New,
    /// It was there already, or another than was expected: an earlier try, or someone else, wrote it.
    Before,
}

/// An object with what tells its versions apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its bytes.
    pub body: Vec<u8>,
    /// The tag of this version of it.
    pub etag: String,
}

impl Store {
    /// The bucket that `environment` names.
    pub const fn new(client: Client, environment: StorageEnvironment) -> Self {
        Self { client, environment, lock: None }
    }

    /// The same bucket, where what is written is locked.
    pub fn locking(&self, lock: Option<Lock>) -> Self {
        Self { lock, ..self.clone() }
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

    /// An object; `None` where there is none, or where S3 says no more than that it gives none: to a role that may not
    /// list the bucket both are the same answer. Whoever writes it next must say that it is new.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub async fn read_if_there(&self, key: &str) -> Result<Option<Object>, AwsError> {
        let operation = || format!("GetObject `{key}` of `{}`", self.environment.report_bucket);
        let request = self.client.get_object().bucket(&self.environment.report_bucket).key(key);
        let object = match request.send().await {
            Ok(object) => object,
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "AccessDenied")) => return Ok(None),
            Err(error) => return Err(AwsError::new(operation(), &error)),
        };
        let etag = object.e_tag.unwrap_or_default();
        let body = object.body.collect().await.map_err(|error| AwsError::interrupted(operation(), &error))?;
        Ok(Some(Object { body: body.to_vec(), etag }))
    }

    /// Writes an object, encrypted with the key, unless there is one of that key already.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn write_once(&self, key: &str, content_type: &str, body: Vec<u8>) -> Result<Written, AwsError> {
        self.send(key, self.object(key, content_type, body).if_none_match("*")).await.map(written)
    }

    /// Writes an object, encrypted with the key, over the version that was read, or as a new one where there was none.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn write_over(&self, key: &str, before: Option<&Object>, body: Vec<u8>) -> Result<Written, AwsError> {
        self.replace(key, before.map(|before| &*before.etag), body).await.map(written)
    }

    /// The same, over the version of this tag. The tag of the new version; `None` where another one is there.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn replace(&self, key: &str, etag: Option<&str>, body: Vec<u8>) -> Result<Option<String>, AwsError> {
        let object = self.object(key, JSON, body);
        match etag {
            Some(etag) => self.send(key, object.if_match(etag)).await,
            None => self.send(key, object.if_none_match("*")).await,
        }
    }

    /// Whether there is an object of this key that the role may read.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub async fn is_there(&self, key: &str) -> Result<bool, AwsError> {
        match self.client.head_object().bucket(&self.environment.report_bucket).key(key).send().await {
            Ok(_) => Ok(true),
            // An answer to HEAD has no body, and so no code (Amazon S3 API Reference, `HeadObject`).
            Err(error) if error.raw_response().is_some_and(|raw| matches!(raw.status().as_u16(), 403 | 404)) => {
                Ok(false)
            }
            Err(error) => {
                Err(AwsError::new(format!("HeadObject `{key}` of `{}`", self.environment.report_bucket), &error))
            }
        }
    }

    /// Writes an object, encrypted with the key, whatever was there.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn write(&self, key: &str, content_type: &str, body: Vec<u8>) -> Result<(), AwsError> {
        self.send(key, self.object(key, content_type, body)).await.map(drop)
    }

    fn object(&self, key: &str, content_type: &str, body: Vec<u8>) -> PutObjectFluentBuilder {
        let object = self
            .client
            .put_object()
            .bucket(&self.environment.report_bucket)
            .key(key)
            .server_side_encryption(ServerSideEncryption::AwsKms)
            .ssekms_key_id(&self.environment.kms_key_arn)
            .bucket_key_enabled(true)
            .content_type(content_type)
            .body(ByteStream::from(body));
        let Some(lock) = self.lock else { return object };
        let mode = match lock.mode {
            ObjectLockMode::Governance => types::ObjectLockMode::Governance,
            ObjectLockMode::Compliance => types::ObjectLockMode::Compliance,
        };
        let until = DateTime::from_secs(i64::try_from(lock.until_unix_seconds).unwrap_or(i64::MAX));
        // S3 takes a lock only with a checksum of the body (Amazon S3 API Reference, `PutObject`).
        object.checksum_algorithm(ChecksumAlgorithm::Crc32).object_lock_mode(mode).object_lock_retain_until_date(until)
    }

    /// The tag of what was written; `None` where a condition did not hold.
    async fn send(&self, key: &str, request: PutObjectFluentBuilder) -> Result<Option<String>, AwsError> {
        match request.send().await {
            Ok(answer) => Ok(Some(answer.e_tag.unwrap_or_default())),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(None),
            Err(error) => {
                let operation = format!("PutObject `{key}` of `{}`", self.environment.report_bucket);
                Err(AwsError::new(operation, &error))
            }
        }
    }
}

fn written(tag: Option<String>) -> Written {
    if tag.is_some() { Written::New } else { Written::Before }
}
