//! Reads from AWS Config: every request of a function goes through one pace, and is sent again where that may help.
//!
//! The SDK's own retries are off for this client ([`crate::aws`]): they would pass by the pace, and give up on throttling
//! that lasts longer than a few seconds.

use std::{future::Future, sync::Mutex, time::Duration};

use aws_sdk_config::{
    Client,
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use functions_core::pace::{Limits, Pace};
use tokio::time::Instant;

use crate::{
    aws::config_in,
    error::{AwsError, is_passing, is_throttling},
};

/// AWS publishes no rates. Others were throttled on `GetComplianceDetailsByConfigRule` and settled at one request a second;
/// this function leaves room for everything else that reads AWS Config in the account.
const LIMITS: Limits = Limits { burst: 10.0, fastest: 8.0, slowest: 0.25, step: 0.05 };
/// Times that one request is sent while the service throttles it.
const THROTTLED_ATTEMPTS: u32 = 15;
/// Times that one request is sent after any other passing fault.
const ATTEMPTS: u32 = 5;
/// Pause before a request is sent again after a passing fault other than throttling; doubled each time.
const PAUSE: Duration = Duration::from_millis(100);

/// Rows of one page of an advanced query (AWS Config API Reference, `SelectResourceConfig`, `Limit`).
const ROWS: i32 = 100;

/// AWS Config, read at one pace.
pub struct ConfigReads {
    client: Client,
    pace: Mutex<Pace>,
    began: Instant,
}

impl ConfigReads {
    /// Reads through `client`.
    pub fn new(client: Client) -> Self {
        Self { client, pace: Mutex::new(Pace::new(LIMITS, 0)), began: Instant::now() }
    }

    /// Reads of another region, at a pace of their own: AWS counts requests by region.
    pub fn in_region(&self, region: &str) -> Self {
        Self::new(config_in(&self.client, region))
    }

    /// Sends what `request` makes of the client, at the pace of all, until it is answered or further attempts are of no use.
    ///
    /// # Errors
    /// The error of the last attempt.
    pub async fn read<T, E, F>(&self, request: impl Fn(Client) -> F) -> Result<T, SdkError<E, HttpResponse>>
    where
        E: ProvideErrorMetadata,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let (mut throttled, mut failed) = (0, 0);
        loop {
            let wait = self.paced(|pace, now| pace.take(now));
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let error = match request(self.client.clone()).await {
                Ok(answer) => {
                    self.paced(|pace, _| pace.answered());
                    return Ok(answer);
                }
                Err(error) => error,
            };
            if is_throttling(&error) {
                self.paced(Pace::throttled);
                throttled += 1;
                if throttled >= THROTTLED_ATTEMPTS {
                    return Err(error);
                }
            } else if is_passing(&error) {
                failed += 1;
                if failed >= ATTEMPTS {
                    return Err(error);
                }
                tokio::time::sleep(PAUSE * 2_u32.saturating_pow(failed - 1)).await;
            } else {
                return Err(error);
            }
        }
    }

    /// Reads page after page: `request` makes the request of a token, `take` takes a page and returns the token of the next one,
    /// or none where no further page is wanted. Ends where a page has the token that it was asked for with.
    ///
    /// # Errors
    /// The error of the last attempt at a page.
    pub async fn pages<T, E, F>(
        &self,
        request: impl Fn(Client, Option<String>) -> F,
        mut take: impl FnMut(T) -> Option<String>,
    ) -> Result<(), SdkError<E, HttpResponse>>
    where
        E: ProvideErrorMetadata,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut token: Option<String> = None;
        loop {
            let page = self.read(|client| request(client, token.clone())).await?;
            let next = take(page).filter(|next| !next.is_empty() && Some(next) != token.as_ref());
            if next.is_none() {
                return Ok(());
            }
            token = next;
        }
    }

    /// Every row of an advanced query: of this account and region, or of those that an aggregator sees.
    ///
    /// # Errors
    /// When AWS Config does not answer.
    pub async fn rows(&self, aggregator: Option<&str>, query: &str) -> Result<Vec<String>, AwsError> {
        let mut found = Vec::new();
        match aggregator {
            None => {
                let rows = self.pages(
                    |client, token| {
                        let request = client.select_resource_config().expression(query).limit(ROWS);
                        request.set_next_token(token).send()
                    },
                    |page| {
                        found.extend(page.results.unwrap_or_default());
                        page.next_token
                    },
                );
                rows.await.map_err(|error| AwsError::new("SelectResourceConfig", &error))?;
            }
            Some(aggregator) => {
                let rows = self.pages(
                    |client, token| {
                        let request = client.select_aggregate_resource_config().expression(query).limit(ROWS);
                        request.configuration_aggregator_name(aggregator).set_next_token(token).send()
                    },
                    |page| {
                        found.extend(page.results.unwrap_or_default());
                        page.next_token
                    },
                );
                rows.await.map_err(|error| AwsError::new("SelectAggregateResourceConfig", &error))?;
            }
        }
        Ok(found)
    }

    fn paced<T>(&self, change: impl FnOnce(&mut Pace, u64) -> T) -> T {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut pace = self.pace.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut pace, now)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;
    use crate::tests::support::{self, FakeAws};

    /// Reads of an AWS Config that answers the first `times` requests with this status and code, and how many it was sent.
    fn failing(status: u16, code: &'static str, times: u32) -> (ConfigReads, Arc<AtomicU32>) {
        let asked = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&asked);
        let aws = FakeAws::start(move |_| match counted.fetch_add(1, Ordering::Relaxed) < times {
            true => (status, serde_json::json!({ "__type": code, "message": "no" }).to_string()),
            false => (200, "{}".to_owned()),
        });
        (ConfigReads::new(support::clients(&aws).config), asked)
    }

    async fn read(reads: &ConfigReads) -> Result<(), String> {
        let answer = reads.read(|config| config.describe_configuration_recorders().send()).await;
        answer.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn request_that_is_throttled_is_sent_again_at_a_slower_pace() {
        let (reads, asked) = failing(400, "ThrottlingException", 14);
        let began = Instant::now();
        assert_eq!(read(&reads).await, Ok(()));
        assert_eq!(asked.load(Ordering::Relaxed), 15);
        assert!(began.elapsed() > Duration::from_secs(20), "{:?}", began.elapsed());
        let (reads, asked) = failing(400, "TooManyRequestsException", 99);
        assert_eq!(read(&reads).await, Err("TooManyRequestsException".to_owned()));
        assert_eq!(asked.load(Ordering::Relaxed), THROTTLED_ATTEMPTS);
    }

    #[tokio::test(start_paused = true)]
    async fn request_that_fails_is_sent_again_where_that_may_help() {
        for (status, code, sent) in [
            (500, "InternalError", ATTEMPTS),
            (503, "ServiceUnavailable", ATTEMPTS),
            (400, "NoSuchConfigRuleException", 1),
            (400, "AccessDeniedException", 1),
        ] {
            let (reads, asked) = failing(status, code, 99);
            assert_eq!(read(&reads).await, Err(code.to_owned()));
            assert_eq!(asked.load(Ordering::Relaxed), sent, "{code}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn token_that_comes_again_ends_the_pages() {
        let aws =
            FakeAws::start(move |_| (200, serde_json::json!({ "Results": ["row"], "NextToken": "same" }).to_string()));
        let reads = ConfigReads::new(support::clients(&aws).config);
        for aggregator in [None, Some("aggregator")] {
            assert_eq!(reads.rows(aggregator, "SELECT 1").await.unwrap().len(), 2);
        }
        assert_eq!(aws.requests().len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_are_answered_keep_the_fastest_rate() {
        let (reads, _) = failing(500, "", 0);
        let began = Instant::now();
        for _ in 0..90 {
            read(&reads).await.unwrap();
        }
        assert_eq!(began.elapsed().as_secs(), 10, "a burst of 10, and then 8 a second");
    }
}
