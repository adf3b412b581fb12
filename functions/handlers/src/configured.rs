//! The configuration document, as the environment of a function names it.

use functions_core::configuration::MonitoringConfiguration;
use functions_core::sha256;

use crate::{error::HandlerError, store::Store};

/// Reads the document of this key and digest.
///
/// # Errors
/// When S3 does not give it, or gives another one: the function then runs again once both are there.
pub async fn read(store: &Store, key: &str, sha256: &str) -> Result<MonitoringConfiguration, HandlerError> {
    let bytes = store.read(key).await?;
    let found = sha256::hex(&bytes);
    if found != sha256 {
        let (key, expected) = (key.to_owned(), sha256.to_owned());
        return Err(HandlerError::OtherConfiguration { key, expected, found });
    }
    MonitoringConfiguration::parse(&bytes)
        .map_err(|source| HandlerError::Configuration { key: key.to_owned(), source: source.into() })
}
