//! The table and the function of a deployed stack.

use std::process::Command;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::primitives::Blob;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use compliance_types::arn::Arn;
use functions_core::contract::{Handler, trigger};
use functions_core::ledger::{BODY, Entry, PARTITION, REVISION, SORT};
use functions_core::remediation::decision::{self, Decision, SWITCH, Switch, Wish};
use functions_core::remediation::item::{self, Item, PREFIX};
use functions_core::remediation::summary::{self, Summary};
use functions_core::run::Origin;
use serde_json::{Value, json};

use crate::inputs::waivers::today;

/// How the name of a table ends; the function's begins as the table's does.
const TABLE_END: &str = "-ledger";

/// Where a deployed stack is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub table: String,
    pub region: Option<String>,
    pub profile: Option<String>,
}

impl Place {
    /// Out of what is given, and the outputs of the stack.
    pub fn new(
        table: Option<String>,
        region: Option<String>,
        profile: Option<String>,
        outputs: Option<&Value>,
    ) -> Result<Self, String> {
        let output = |name: &str| outputs.and_then(|outputs| found(outputs, name));
        let table = table.or_else(|| output("ledgerTableName"));
        let table = table.ok_or("the outputs of the stack have no `ledgerTableName`; export it, or give --table")?;
        let arn = output("remediationLambdaArn").or_else(|| output("kmsKeyArn"));
        let of_arn = arn.and_then(|arn| Arn::parse(&arn).ok().map(|arn| arn.region.to_owned()));
        Ok(Self { table, region: region.or(of_arn), profile })
    }

    fn function(&self) -> Result<String, String> {
        match self.table.strip_suffix(TABLE_END) {
            Some(prefix) => Ok(format!("{prefix}-{}", Handler::Remediation.name())),
            None => Err(format!("`{}` is not the table of a deployment: its name ends in `{TABLE_END}`", self.table)),
        }
    }
}

/// The string of this name in the outputs, or in an object among them.
fn found(outputs: &Value, name: &str) -> Option<String> {
    let direct = outputs.get(name).and_then(Value::as_str);
    let nested = || outputs.as_object()?.values().find_map(|value| value.get(name)?.as_str());
    direct.or_else(nested).map(str::to_owned)
}

/// The outputs of a Pulumi stack, which `pulumi` is asked for.
pub(super) fn outputs_of(stack: &str) -> Result<Value, String> {
    let asked = Command::new("pulumi").args(["stack", "output", "--json", "--stack", stack]).output();
    let asked = asked.map_err(|error| format!("`pulumi` does not start: {error}"))?;
    if !asked.status.success() {
        return Err(format!(
            "`pulumi stack output --stack {stack}`: {}",
            String::from_utf8_lossy(&asked.stderr).trim()
        ));
    }
    serde_json::from_slice(&asked.stdout).map_err(|error| format!("the outputs of `{stack}` do not read: {error}"))
}

/// The table and the function, and who asks.
pub(super) struct Account {
    dynamodb: aws_sdk_dynamodb::Client,
    lambda: aws_sdk_lambda::Client,
    place: Place,
    origin: Origin,
    user_id: String,
    arn: String,
}

impl Account {
    pub async fn of(place: &Place) -> Result<Self, String> {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        if let Some(region) = &place.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &place.profile {
            loader = loader.profile_name(profile);
        }
        let shared = loader.load().await;
        let region = shared.region().map(ToString::to_string);
        let region = region.ok_or("no region; give --region, or set AWS_REGION")?;
        let identity = aws_sdk_sts::Client::new(&shared).get_caller_identity().send().await;
        let identity = identity.map_err(|error| format!("GetCallerIdentity: {}", DisplayErrorContext(&error)))?;
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&shared),
            lambda: aws_sdk_lambda::Client::new(&shared),
            place: place.clone(),
            origin: Origin { account: text(identity.account()), region },
            user_id: text(identity.user_id()),
            arn: text(identity.arn()),
        })
    }

    /// Every remediation, those that wait first.
    pub async fn items(&self) -> Result<Vec<Item>, String> {
        let partition = item::partition(&self.origin);
        let mut pages = self
            .dynamodb
            .query()
            .table_name(&self.place.table)
            .key_condition_expression("#p = :p AND begins_with(#s, :s)")
            .expression_attribute_names("#p", PARTITION)
            .expression_attribute_names("#s", SORT)
            .expression_attribute_values(":p", AttributeValue::S(partition))
            .expression_attribute_values(":s", AttributeValue::S(PREFIX.to_owned()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut items = Vec::new();
        while let Some(found) = pages.next().await {
            let found =
                found.map_err(|error| format!("Query `{}`: {}", self.place.table, DisplayErrorContext(&error)))?;
            let text = |name: &str| found.get(name).and_then(|value| value.as_s().ok());
            let (Some(partition), Some(sort), Some(body)) = (text(PARTITION), text(SORT), text(BODY)) else { continue };
            let (partition, sort, body) = (partition.clone(), sort.clone(), body.clone());
            let entry = Entry { partition, sort, revision: 0, body, expires: None };
            items.push(Item::read(&entry).map_err(|error| error.to_string())?);
        }
        items.sort_by(|one: &Item, other: &Item| {
            (one.state.is_final(), &one.rule).cmp(&(other.state.is_final(), &other.rule))
        });
        Ok(items)
    }

    /// One remediation.
    pub async fn item(&self, id: &str) -> Result<Item, String> {
        let entry = self.entry(&item::partition(&self.origin), &Item::sort(id)).await?;
        let entry = entry
            .ok_or_else(|| format!("there is no remediation `{id}` in `{}`; `list` shows them", self.place.table))?;
        Item::read(&entry).map_err(|error| error.to_string())
    }

    /// The result of the last run, where there was one.
    pub async fn last_run(&self) -> Result<Option<Summary>, String> {
        let entry = self.entry(&item::partition(&self.origin), summary::SORT).await?;
        entry.map(|entry| serde_json::from_str(&entry.body).map_err(|error| error.to_string())).transpose()
    }

    /// The stop switch, where it was ever turned.
    pub async fn switch(&self) -> Result<Option<Switch>, String> {
        Ok(Switch::read(self.entry(&decision::control(&self.origin), SWITCH).await?.as_ref()))
    }

    /// Turns the stop switch.
    pub async fn turn(&self, stopped: bool, reason: &str) -> Result<Switch, String> {
        let switch = Switch { stopped, at: today(), by: self.arn.clone(), reason: reason.to_owned() };
        let body = serde_json::to_string(&switch).map_err(|error| error.to_string())?;
        self.put(&decision::control(&self.origin), SWITCH, body, stopped).await?;
        Ok(switch)
    }

    /// Stores the decision under the own identity, and lets the function follow it; what it answers.
    pub async fn decide(&self, item: &Item, wish: Wish, plan: Option<String>, reason: &str) -> Result<Value, String> {
        let digest = plan.or_else(|| item.plan.as_ref().map(item::Plan::digest)).unwrap_or_default();
        let decision = Decision { wish, digest, round: item.round, at: today(), reason: reason.to_owned() };
        let body = serde_json::to_string(&decision).map_err(|error| error.to_string())?;
        self.put(&decision::partition(&self.user_id), &item.id, body, false).await?;
        let event = json!({ trigger::MEMBER: trigger::DECISION, "id": item.id, "by": self.user_id });
        let function = self.place.function()?;
        let asked = self.lambda.invoke().function_name(&function).payload(Blob::new(event.to_string())).send().await;
        let answer = asked.map_err(|error| format!("Invoke of `{function}`: {}", DisplayErrorContext(&error)))?;
        let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
        let payload: Value =
            serde_json::from_slice(payload).map_err(|error| format!("the function's answer: {error}"))?;
        match answer.function_error() {
            None => Ok(payload),
            Some(_) => Err(format!("`{function}` failed: {}", payload.get("errorMessage").unwrap_or(&payload))),
        }
    }

    async fn entry(&self, partition: &str, sort: &str) -> Result<Option<Entry>, String> {
        let request = self.dynamodb.get_item().table_name(&self.place.table).consistent_read(true);
        let request = request.key(PARTITION, AttributeValue::S(partition.to_owned()));
        let answer = request.key(SORT, AttributeValue::S(sort.to_owned())).send().await;
        let answer =
            answer.map_err(|error| format!("GetItem of `{}`: {}", self.place.table, DisplayErrorContext(&error)))?;
        let Some(found) = answer.item else { return Ok(None) };
        let number = found.get(REVISION).and_then(|value| value.as_n().ok()).and_then(|digits| digits.parse().ok());
        let body = found.get(BODY).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let (partition, sort) = (partition.to_owned(), sort.to_owned());
        Ok(Some(Entry { partition, sort, revision: number.unwrap_or(0), body, expires: None }))
    }

    /// Writes an entry over the one that was read, or `always`, whatever is there: to stop must never fail.
    async fn put(&self, partition: &str, sort: &str, body: String, always: bool) -> Result<(), String> {
        let revision = self.entry(partition, sort).await?.map_or(0, |entry| entry.revision) + 1;
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let request = self
            .dynamodb
            .put_item()
            .table_name(&self.place.table)
            .item(PARTITION, text(partition))
            .item(SORT, text(sort))
            .item(BODY, AttributeValue::S(body))
            .item(REVISION, AttributeValue::N(revision.to_string()));
        let request = match always {
            true => request,
            false => request
                .condition_expression("attribute_not_exists(#p) OR #r = :r")
                .expression_attribute_names("#p", PARTITION)
                .expression_attribute_names("#r", REVISION)
                .expression_attribute_values(":r", AttributeValue::N((revision - 1).to_string())),
        };
        let answer = request.send().await;
        answer.map(drop).map_err(|error| format!("PutItem in `{}`: {}", self.place.table, DisplayErrorContext(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(outputs: &Value) -> Result<Place, String> {
        Place::new(None, None, None, Some(outputs))
    }

    #[test]
    fn table_and_region_are_read_from_outputs_and_those_of_a_component() {
        let outputs = json!({
            "ledgerTableName": "compliance-ledger",
            "remediationLambdaArn": "arn:aws:lambda:eu-west-1:111122223333:function:compliance-remediation",
        });
        for outputs in [outputs.clone(), json!({ "monitor": outputs })] {
            let found = place(&outputs).unwrap();
            assert_eq!((found.table.as_str(), found.region.as_deref()), ("compliance-ledger", Some("eu-west-1")));
            assert_eq!(found.function().unwrap(), "compliance-remediation");
        }
        assert!(place(&json!({})).unwrap_err().contains("ledgerTableName"));
        let other = Place::new(Some("orders".to_owned()), None, None, None).unwrap();
        assert!(other.function().unwrap_err().contains("-ledger"));
    }
}
