//! Services that keep what is written to them: a bucket, a table with conditions and transactions, rules with results, a topic
//! that remembers, an alarm and its queue.

use std::collections::BTreeMap;

use functions_core::delivery::RETENTION_SECONDS;
use serde_json::{Value, json};

use super::{
    aggregated::{self, Results, Sources},
    support::{self, Answer, Request},
};

pub const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:compliance-alerts";

#[derive(Default)]
pub struct State {
    pub objects: BTreeMap<String, String>,
    pub table: BTreeMap<(String, String), Value>,
    /// Rule: type and id of a resource: verdict.
    pub results: Results,
    /// Members of the row of a resource of this id in the answer to a query for its details.
    pub details: BTreeMap<String, Value>,
    /// What the index of open findings still has, where it is late.
    pub late: Option<Results>,
    /// The rows of the index since its first page was read.
    pub index: Vec<Value>,
    /// Rows, results and entries of one page; two where it is 0.
    pub rows: usize,
    /// In which minute the results of a rule came; 0 where it is not told.
    pub judged: BTreeMap<String, u32>,
    pub recorded: Vec<String>,
    /// What the aggregator has of other accounts and regions.
    pub sources: Sources,
    pub published: Vec<Value>,
    pub alarms: Vec<String>,
    /// Messages of the test queue, and the minute in which each came.
    pub queue: Vec<(u64, String)>,
    /// Minutes since the first run.
    pub minutes: u64,
    /// Whether alarms do not come through the topic.
    pub deaf: bool,
    pub unconfirmed: usize,
    /// What was sent to the queue of events, with the seconds of its delay.
    pub sent: Vec<(String, u64)>,
    /// Events of asynchronous invocations.
    pub invoked: Vec<String>,
    pub calls: usize,
    /// What happens in the account after each answer.
    pub after: Option<Happening>,
}

impl State {
    pub fn answer(&mut self, request: &Request) -> Answer {
        if let Some(operation) = request.headers.get("x-amz-target").and_then(|target| target.split('.').next_back()) {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            return self.json(operation, &body);
        }
        if request.line.ends_with("/operation/SetAlarmState") {
            return self.alarm(&request.body);
        }
        if request.line.contains("/operation/PutMetricData") || request.line.contains("/operation/GetMetricStatistics")
        {
            return (200, String::new());
        }
        if request.line.contains("/functions/") {
            self.invoked.push(request.body.clone());
            return (202, String::new());
        }
        if request.line.starts_with("POST / ") || request.line == "POST /" || request.line.starts_with("POST /queue") {
            return self.form(&request.body);
        }
        self.object(request)
    }

    fn json(&mut self, operation: &str, body: &Value) -> Answer {
        let rows = if self.rows == 0 { 2 } else { self.rows };
        if let Some(answer) = aggregated::answer(&self.sources, operation, body, rows) {
            return answer;
        }
        match operation {
            "Query" => self.query(body),
            "GetItem" => {
                let key = (text(&body["Key"]["partition"]), text(&body["Key"]["sort"]));
                let found = self.table.get(&key).map_or(json!({}), |item| json!({ "Item": item }));
                (200, found.to_string())
            }
            "TransactWriteItems" => self.transact(body),
            "DescribeComplianceByConfigRule" => self.describe(body),
            "GetComplianceDetailsByConfigRule" => self.details(body),
            "GetComplianceDetailsByResource" => self.details_of(body),
            "SelectResourceConfig" => self.select(body),
            // No pack was deployed.
            "DescribeConformancePackStatus" => (200, json!({ "ConformancePackStatusDetails": [] }).to_string()),
            "DescribeConformancePackCompliance" => {
                (400, json!({ "__type": "NoSuchConformancePackException", "message": "no" }).to_string())
            }
            "DescribeConfigurationRecorders" => {
                let group = json!({ "allSupported": false, "resourceTypes": self.recorded });
                (200, json!({ "ConfigurationRecorders": [{ "name": "r", "recordingGroup": group }] }).to_string())
            }
            "ReceiveMessage" => {
                let (now, kept) = (self.minutes, u64::from(RETENTION_SECONDS) / 60);
                self.queue.retain(|(came, _)| now - came < kept);
                let message = |body: &String| json!({ "Body": body, "ReceiptHandle": body });
                let messages: Vec<Value> = self.queue.iter().map(|(_, body)| message(body)).collect();
                (200, json!({ "Messages": messages }).to_string())
            }
            "GetQueueUrl" => (200, json!({ "QueueUrl": format!("/{}", text_of(body, "QueueName")) }).to_string()),
            "SendMessage" => {
                self.sent.push((text_of(body, "MessageBody"), body["DelaySeconds"].as_u64().unwrap()));
                (200, json!({ "MessageId": "1" }).to_string())
            }
            "DeleteMessage" => {
                let handle = text_of(body, "ReceiptHandle");
                self.queue.retain(|(_, body)| *body != handle);
                (200, "{}".to_owned())
            }
            other => panic!("{other} is not there"),
        }
    }

    /// CloudWatch speaks CBOR, of which the texts are enough here.
    fn alarm(&mut self, body: &str) -> Answer {
        let state = if body.contains("ALARM") { "ALARM" } else { "OK" };
        let reason = body.find("Test of the delivery").and_then(|at| body[at..].split_inclusive(')').next()).unwrap();
        self.alarms.push(format!("{state} {reason}"));
        if state == "OK" && !self.deaf {
            let message = json!({ "AlarmName": "delivery-test", "NewStateReason": reason }).to_string();
            self.queue.push((self.minutes, json!({ "Type": "Notification", "Message": message }).to_string()));
        }
        (200, String::new())
    }

    fn query(&self, body: &Value) -> Answer {
        let values = &body["ExpressionAttributeValues"];
        let (partition, prefix) = (text(&values[":p"]), values.get(":s").map(text).unwrap_or_default());
        let found = self.table.iter().filter(|((own, sort), _)| *own == partition && sort.starts_with(&prefix));
        // Two of a page, so that every page must be read.
        let after = body.get("ExclusiveStartKey").map(|key| text(&key["sort"]));
        let rest: Vec<_> = found.filter(|((_, sort), _)| after.as_ref().is_none_or(|after| sort > after)).collect();
        let count = if self.rows == 0 { 2 } else { self.rows };
        let page: Vec<&Value> = rest.iter().take(count).map(|(_, item)| *item).collect();
        let mut answer = json!({ "Items": page });
        if rest.len() > count {
            let ((partition, sort), _) = rest[count - 1];
            answer["LastEvaluatedKey"] = json!({ "partition": { "S": partition }, "sort": { "S": sort } });
        }
        (200, answer.to_string())
    }

    fn transact(&mut self, body: &Value) -> Answer {
        let items = body["TransactItems"].as_array().unwrap();
        assert!(items.len() <= 100 && !items.is_empty());
        let mut after: Vec<((String, String), Option<Value>)> = Vec::new();
        let mut reasons = Vec::new();
        for item in items {
            let (put, write) = item.get("Put").map_or_else(|| (false, &item["Delete"]), |put| (true, put));
            let names = if put { &write["Item"] } else { &write["Key"] };
            let key = (text(&names["partition"]), text(&names["sort"]));
            let found = self.table.get(&key).map(|item| item["revision"]["N"].clone());
            let wanted = write.get("ExpressionAttributeValues").map(|values| values[":r"]["N"].clone());
            reasons.push(json!({ "Code": if found == wanted { "None" } else { "ConditionalCheckFailed" } }));
            after.push((key, put.then(|| write["Item"].clone())));
        }
        if reasons.iter().any(|reason| reason["Code"] != "None") {
            let error =
                json!({ "__type": "TransactionCanceledException", "CancellationReasons": reasons, "Message": "no" });
            return (400, error.to_string());
        }
        for (key, item) in after {
            match item {
                Some(item) => self.table.insert(key, item),
                None => self.table.remove(&key),
            };
        }
        (200, "{}".to_owned())
    }

    fn describe(&self, body: &Value) -> Answer {
        let mut rules = Vec::new();
        for name in body["ConfigRuleNames"].as_array().unwrap() {
            let Some(results) = self.results.get(name.as_str().unwrap()) else { return missing() };
            let has = |verdict: &str| results.values().any(|own| own == verdict);
            let verdict = match (has("NON_COMPLIANT"), has("COMPLIANT")) {
                (true, _) => "NON_COMPLIANT",
                (_, true) => "COMPLIANT",
                _ => "INSUFFICIENT_DATA",
            };
            let bad = results.values().filter(|own| *own == "NON_COMPLIANT").count();
            let counted = json!({ "CappedCount": bad.min(25), "CapExceeded": bad > 25 });
            let counted = if bad > 0 { counted } else { Value::Null };
            let compliance = json!({ "ComplianceType": verdict, "ComplianceContributorCount": counted });
            rules.push(json!({ "ConfigRuleName": name, "Compliance": compliance }));
        }
        (200, json!({ "ComplianceByConfigRules": rules }).to_string())
    }

    fn details(&self, body: &Value) -> Answer {
        let rule = body["ConfigRuleName"].as_str().unwrap();
        let Some(results) = self.results.get(rule) else { return missing() };
        let wanted = body["ComplianceTypes"][0].as_str().unwrap();
        let found: Vec<Value> = results
            .iter()
            .filter(|(_, verdict)| *verdict == wanted)
            .map(|(key, verdict)| self.result(rule, key, verdict))
            .collect();
        let (page, token) = page_of(&found, body, if self.rows == 0 { 2 } else { self.rows });
        (200, json!({ "EvaluationResults": page, "NextToken": token }).to_string())
    }

    /// A result of each page, so that every page must be read.
    fn details_of(&self, body: &Value) -> Answer {
        let key = (text_of(body, "ResourceType"), text_of(body, "ResourceId"));
        let found: Vec<Value> = self
            .results
            .iter()
            .filter_map(|(rule, results)| Some(self.result(rule, &key, results.get(&key)?)))
            .collect();
        let (page, token) = page_of(&found, body, 1);
        (200, json!({ "EvaluationResults": page, "NextToken": token }).to_string())
    }

    fn result(&self, rule: &str, (kind, id): &(String, String), verdict: &str) -> Value {
        let recorded = 1_772_600_000.0 + 60.0 * f64::from(self.judged.get(rule).copied().unwrap_or(0));
        json!({
            "ComplianceType": verdict, "ResultRecordedTime": recorded, "Annotation": format!("because of {id}"),
            "EvaluationResultIdentifier": { "EvaluationResultQualifier": {
                "ConfigRuleName": rule, "ResourceType": kind, "ResourceId": id } },
        })
    }

    /// The index of open findings, in pages of [`State::rows`].
    fn select(&mut self, body: &Value) -> Answer {
        let query = text_of(body, "Expression");
        if let Some((_, ids)) = query.split_once("WHERE resourceId IN (") {
            let ids = ids.trim_end_matches(')').split(", ").map(|id| id.trim_matches('\''));
            let rows = ids.filter_map(|id| self.details.get(id).map(|details| (id, details.clone())));
            let rows: Vec<String> = rows
                .map(|(id, mut row)| {
                    row["resourceType"] = "AWS::S3::Bucket".into();
                    row["resourceId"] = id.into();
                    row["accountId"] = "123456789012".into();
                    row["awsRegion"] = "eu-central-1".into();
                    row.to_string()
                })
                .collect();
            return (200, json!({ "Results": rows }).to_string());
        }
        assert_eq!(query, functions_core::open_findings::QUERY);
        if body["NextToken"].is_null() {
            self.index = self.rows_of_index();
        }
        let (page, token) = page_of(&self.index, body, if self.rows == 0 { 2 } else { self.rows });
        (200, json!({ "Results": page, "NextToken": token }).to_string())
    }

    fn rows_of_index(&self) -> Vec<Value> {
        let mut resources: BTreeMap<&(String, String), Vec<Value>> = BTreeMap::new();
        for (rule, results) in self.late.as_ref().unwrap_or(&self.results) {
            for (key, verdict) in results {
                resources.entry(key).or_default().push(json!({ "configRuleName": rule, "complianceType": verdict }));
            }
        }
        resources.retain(|_, rules| rules.iter().any(|rule| rule["complianceType"] == "NON_COMPLIANT"));
        resources
            .into_iter()
            .map(|((kind, id), rules)| {
                let row = json!({ "configuration": {
                    "targetResourceType": kind, "targetResourceId": id, "configRuleList": rules } });
                row.to_string().into()
            })
            .collect()
    }

    /// SNS speaks in forms.
    fn form(&mut self, body: &str) -> Answer {
        let fields: BTreeMap<String, String> = body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        match fields["Action"].as_str() {
            "Publish" => {
                assert_eq!((fields["TopicArn"].as_str(), fields["MessageStructure"].as_str()), (TOPIC, "json"));
                self.published.push(serde_json::from_str(&fields["Message"]).unwrap());
                (
                    200,
                    "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
                        .to_owned(),
                )
            }
            "GetTopicAttributes" => {
                let entry =
                    format!("<entry><key>SubscriptionsPending</key><value>{}</value></entry>", self.unconfirmed);
                let result =
                    format!("<GetTopicAttributesResult><Attributes>{entry}</Attributes></GetTopicAttributesResult>");
                (200, format!("<GetTopicAttributesResponse>{result}</GetTopicAttributesResponse>"))
            }
            other => panic!("{other} is not there"),
        }
    }

    fn object(&mut self, request: &Request) -> Answer {
        let (method, target) = request.line.split_once(' ').unwrap();
        let path = target.split('?').next().unwrap();
        let key = path.strip_prefix(&format!("/{}/", support::BUCKET)).unwrap().to_owned();
        let refused = |status, code: &str| (status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"));
        if method == "GET" {
            return self.objects.get(&key).map_or_else(|| refused(404, "NoSuchKey"), |body| (200, body.clone()));
        }
        if request.headers.contains_key("if-none-match") && self.objects.contains_key(&key) {
            return refused(412, "PreconditionFailed");
        }
        self.objects.insert(key, request.body.clone());
        (200, String::new())
    }
}

/// What happens in the account after an answer to an operation.
pub type Happening = Box<dyn FnMut(&mut State, &str) + Send>;

pub fn refusal(request: &Request, code: &str) -> Answer {
    let status = match code {
        "SlowDown" => 503,
        "Killed" | "ThrottlingException" | "ValidationException" => 400,
        _ => 403,
    };
    if !request.line.starts_with("POST") {
        return (status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"));
    }
    match request.headers.get("x-amz-target") {
        Some(_) => (status, json!({ "__type": code, "message": "no" }).to_string()),
        None => {
            (status, format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"))
        }
    }
}

fn missing() -> Answer {
    (400, json!({ "__type": "NoSuchConfigRuleException", "message": "no" }).to_string())
}

/// A page of so many, and the token of the next one.
pub fn page_of(all: &[Value], body: &Value, count: usize) -> (Vec<Value>, Option<String>) {
    let from = body["NextToken"].as_str().map_or(0, |token| token.parse::<usize>().unwrap());
    let page = all.iter().skip(from).take(count).cloned().collect();
    (page, (from + count < all.len()).then(|| (from + count).to_string()))
}

fn text(value: &Value) -> String {
    value["S"].as_str().unwrap().to_owned()
}

fn text_of(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap()
}
