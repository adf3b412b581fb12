//! How AWS is reached: one connection pool, short tries, no instance metadata, no process started for credentials.

use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_config::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};

use super::failure::Failure;
use crate::request::LookRequest;

/// Tries of one call, the first included: a throttled or failed one is tried again as long as the deadline allows.
const ATTEMPTS: u32 = 4;
/// The longest wait before the second try; it doubles after each.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
/// What one try may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1500);
/// What a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// What is known before any call.
pub struct Access {
    http: SharedHttpClient,
    providers: ProviderConfig,
    profile: Option<String>,
    endpoint_url: Option<String>,
}

impl Access {
    /// Access as the request and the standard environment variables say.
    pub fn new(request: &LookRequest) -> Self {
        let http = http_client();
        let providers = ProviderConfig::without_region()
            .with_http_client(http.clone())
            .with_retry_config(retries())
            .with_timeout_config(timeouts());
        let (profile, endpoint_url) = (request.profile.clone(), request.endpoint_url.clone());
        Self { http, providers, profile, endpoint_url }
    }

    /// The region: as asked for, else of the environment, else of the profile. Instance metadata is not asked.
    pub async fn region(&self, asked: Option<&str>) -> Option<Region> {
        if let Some(region) = asked {
            return Some(Region::new(region.to_owned()));
        }
        let mut of_profile = ProfileFileRegionProvider::builder().configure(&self.providers);
        if let Some(profile) = &self.profile {
            of_profile = of_profile.profile_name(profile);
        }
        match EnvironmentVariableRegionProvider::new().region().await {
            Some(region) => Some(region),
            None => of_profile.build().region().await,
        }
    }

    /// Credentials of the environment, the profile, a web identity or a container, in the order of the SDKs. A profile
    /// that is asked for is the only place; it may be one of SSO, whose portal is asked with the token that is kept where
    /// people signed in. Credential processes are not started.
    pub async fn credentials(&self, region: &Region) -> Result<Credentials, Failure> {
        let providers = self.providers.clone().with_region(Some(region.clone()));
        let mut of_profile = ProfileFileCredentialsProvider::builder().configure(&providers);
        if let Some(profile) = &self.profile {
            of_profile = of_profile.profile_name(profile);
        }
        let of_profile = of_profile.build();
        let found = if self.profile.is_some() {
            of_profile.provide_credentials().await
        } else {
            let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&providers).build();
            let container = EcsCredentialsProvider::builder().configure(&providers).build();
            CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
                .or_else("Profile", of_profile)
                .or_else("WebIdentityToken", web_identity)
                .or_else("EcsContainer", container)
                .provide_credentials()
                .await
        };
        found.map_err(|error| Failure::credentials(&error, self.profile.as_deref()))
    }

    /// The configuration of clients with these credentials.
    pub async fn shared(&self, region: &Region, credentials: Credentials) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(self.http.clone())
            .region(region.clone())
            .credentials_provider(credentials)
            .retry_config(retries())
            .timeout_config(timeouts());
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader.load().await
    }
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT).build()
}

/// An HTTP client that honours `HTTPS_PROXY` and `NO_PROXY`, as other tools of the user do. The builder's own
/// `build_https` takes no proxy.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        // *ring*, as in the functions: much less C and assembler to compile than aws-lc, the SDK's default.
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}
