//! AWS Security Hub: findings are imported at one pace, at most a batch a request, and those that it could not take are tried again.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use functions_core::{
    pace::{Limits, Pace},
    remediation::call::{Call, Service, all, text},
};
use functions_report::export::asff::BATCH;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::signed::{CallError, Signed};

/// `BatchImportFindings` is admitted 10 times a second, and 30 times at once (AWS Security Hub User Guide, "Quotas"). This leaves
/// room for other products.
const LIMITS: Limits = Limits { burst: 10.0, fastest: 8.0, slowest: 0.25, step: 0.05 };
/// Times that one request is sent while it is throttled, and after any other fault that passes.
const THROTTLED_ATTEMPTS: u32 = 15;
const ATTEMPTS: u32 = 5;
/// Pause before a request is sent again after a fault; doubled each time.
const PAUSE: Duration = Duration::from_millis(200);
/// Times that a finding is sent which Security Hub could not take.
const FINDING_ATTEMPTS: u32 = 3;
/// Most bytes of the findings of a request; Security Hub takes 6 MB.
const BYTES: usize = 5_000_000;
/// What Security Hub answers where it is not switched on.
const NOT_ENABLED: &str = "InvalidAccessException";

/// AWS Security Hub in the region of the function.
pub struct SecurityHub {
    signed: Signed,
    pace: Mutex<Pace>,
    began: Instant,
}

impl CallError {
    /// Whether Security Hub is not switched on.
    pub fn is_not_enabled(&self) -> bool {
        self.code == NOT_ENABLED
    }
}

impl SecurityHub {
    /// Imports through `signed`.
    pub fn new(signed: Signed) -> Self {
        Self { signed, pace: Mutex::new(Pace::new(LIMITS, 0)), began: Instant::now() }
    }

    /// Imports findings: ids of those that Security Hub could not take, with the reason.
    ///
    /// # Errors
    /// When it refuses a request, or does not answer.
    pub async fn import(&self, findings: Vec<Value>) -> Result<BTreeMap<String, String>, CallError> {
        let mut failed = BTreeMap::new();
        for batch in batches(findings) {
            let mut left = batch;
            for attempt in 1..=FINDING_ATTEMPTS {
                let answer = self.send(&left).await?;
                let reasons: BTreeMap<String, String> =
                    all(&answer, &["FailedFindings"]).into_iter().filter_map(reason).collect();
                left.retain(|finding| text(finding, &["Id"]).is_some_and(|id| reasons.contains_key(id)));
                if left.is_empty() {
                    break;
                }
                if attempt == FINDING_ATTEMPTS {
                    failed.extend(reasons);
                }
            }
        }
        Ok(failed)
    }

    async fn send(&self, findings: &[Value]) -> Result<Value, CallError> {
        let body = json!({ "Findings": findings });
        let call = Call::post(Service::SecurityHub, "BatchImportFindings", "/findings/import", body);
        let (mut throttled, mut faults) = (0, 0);
        loop {
            let wait = self.paced(|pace, now| pace.take(now));
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let error = match self.signed.send_once(&call).await {
                Ok(answer) => {
                    self.paced(|pace, _| pace.answered());
                    return Ok(answer);
                }
                Err(error) => error,
            };
            if error.throttled {
                self.paced(Pace::throttled);
                throttled += 1;
            } else if error.refused {
                return Err(error);
            } else {
                faults += 1;
                tokio::time::sleep(PAUSE * 2_u32.saturating_pow(faults)).await;
            }
            if throttled >= THROTTLED_ATTEMPTS || faults >= ATTEMPTS {
                return Err(error);
            }
        }
    }

    fn paced<T>(&self, change: impl FnOnce(&mut Pace, u64) -> T) -> T {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut pace = self.pace.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut pace, now)
    }
}

fn reason(failed: &Value) -> Option<(String, String)> {
    let code = text(failed, &["ErrorCode"]).unwrap_or_default();
    let message = text(failed, &["ErrorMessage"]).unwrap_or_default();
    Some((text(failed, &["Id"])?.to_owned(), format!("{code}: {message}")))
}

/// The requests of findings.
fn batches(findings: Vec<Value>) -> Vec<Vec<Value>> {
    let mut made: Vec<Vec<Value>> = Vec::new();
    let mut bytes = 0;
    for finding in findings {
        let length = finding.to_string().len();
        match made.last_mut() {
            Some(last) if last.len() < BATCH && bytes + length <= BYTES => {
                bytes += length;
                last.push(finding);
            }
            _ => {
                bytes = length;
                made.push(vec![finding]);
            }
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::tests::support::{self, FakeAws};

    fn findings(count: usize) -> Vec<Value> {
        (0..count).map(|number| json!({ "Id": format!("f{number}") })).collect()
    }

    fn hub(aws: &FakeAws) -> SecurityHub {
        SecurityHub::new(support::clients(aws).signed)
    }

    #[tokio::test(start_paused = true)]
    async fn batch_has_a_hundred_findings_at_most_and_is_signed_for_the_service() {
        let aws = FakeAws::start(|_| (200, "{\"FailedCount\":0,\"SuccessCount\":1,\"FailedFindings\":[]}"));
        assert!(hub(&aws).import(findings(201)).await.unwrap().is_empty());
        let requests = aws.requests();
        let sizes: Vec<usize> = requests
            .iter()
            .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["Findings"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [100, 100, 1]);
        assert_eq!(requests[0].line, "POST /findings/import");
        assert!(requests[0].headers["authorization"].contains("eu-central-1/securityhub/aws4_request"));
    }

    #[test]
    fn batch_has_no_more_bytes_than_security_hub_takes() {
        let large = json!({ "Id": "x".repeat(2_000_000) });
        let sizes: Vec<usize> = batches(vec![large.clone(), large.clone(), large]).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn finding_that_fails_is_sent_again_and_then_reported() {
        let sent = AtomicUsize::new(0);
        let aws = FakeAws::start(move |request| {
            let first = sent.fetch_add(1, Ordering::Relaxed) == 0;
            let other = if first { r#",{"Id":"f2","ErrorCode":"InternalError","ErrorMessage":"later"}"# } else { "" };
            assert_eq!(request.body.contains("f0"), first, "what was taken is not sent again");
            (
                200,
                format!(
                    r#"{{"FailedFindings":[{{"Id":"f1","ErrorCode":"InvalidInput","ErrorMessage":"no"}}{other}]}}"#
                ),
            )
        });
        let failed = hub(&aws).import(findings(3)).await.unwrap();
        assert_eq!(failed, BTreeMap::from([("f1".to_owned(), "InvalidInput: no".to_owned())]));
        assert_eq!(aws.requests().len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn throttled_request_slows_down_and_is_sent_again() {
        let sent = AtomicUsize::new(0);
        let aws = FakeAws::start(move |_| match sent.fetch_add(1, Ordering::Relaxed) {
            0..6 => (429, "{\"__type\":\"TooManyRequestsException\"}"),
            _ => (200, "{\"FailedFindings\":[]}"),
        });
        let begun = Instant::now();
        assert!(hub(&aws).import(findings(1)).await.unwrap().is_empty());
        assert!(begun.elapsed() > Duration::from_secs(1), "{:?}", begun.elapsed());
        assert_eq!(aws.requests().len(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn account_without_security_hub_is_recognized_at_once() {
        let refusal =
            "{\"Code\":\"InvalidAccessException\",\"Message\":\"not subscribed\",\"code\":\"InvalidAccessException\"}";
        let aws = FakeAws::start(move |_| (401, refusal));
        let error = hub(&aws).import(findings(1)).await.unwrap_err();
        assert!(error.is_not_enabled() && aws.requests().len() == 1, "{error}");
    }
}
