//! What a person knows a resource by: its name, its ARN, its tags, as advanced queries of AWS Config return them.
//!
//! A query and not `BatchGetResourceConfig`: that one returns the whole configuration of each resource, and no tags.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::{resource::Resource, time::Timestamp};
use serde::{Deserialize, Serialize};

/// Longest query (AWS Config API Reference, `SelectResourceConfig`, `Expression`).
pub const EXPRESSION_LENGTH: usize = 4096;

const SELECT: &str =
    "SELECT accountId, awsRegion, resourceType, resourceId, resourceName, arn, tags WHERE resourceId IN (";

/// What a person knows a resource by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// Its ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Its name, where it has one beside its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// Names of tags that say who owns a resource, in lower case, the most telling first.
const OWNER_TAGS: [&str; 6] = ["owner", "team", "owner-team", "ownerteam", "contact", "maintainer"];

impl Details {
    /// Who owns the resource, by the first tag that says so.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        let tagged = |wanted: &&str| self.tags.iter().find(|(name, _)| name.to_lowercase() == **wanted);
        let mut owners = OWNER_TAGS.iter().filter_map(tagged).map(|(_, value)| value.trim());
        owners.find(|owner| !owner.is_empty())
    }
}

/// Characters of one string of a notice. What AWS Config returns is shorter: an annotation has 256 at most, an ARN rarely more.
const CHARACTERS: usize = 1_000;
/// Bytes of all tags of a resource that are retained. 50 tags of the longest names and values have fewer, unless nearly all of
/// their characters take several bytes.
const TAG_BYTES: usize = 64_000;

/// A string without what is beyond a bound, so that nothing that is stored grows beyond its own.
#[must_use]
pub fn clipped(text: &str) -> String {
    text.chars().take(CHARACTERS).collect()
}

/// What a notice says of a resource. Tags are not among it: they would let a notice grow beyond an entry of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Label {
    /// Its ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Its name, where it has one beside its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who owns it, by its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

impl Label {
    /// What a notice says of a resource with these details; `None` where that is nothing.
    #[must_use]
    pub fn of(details: &Details) -> Option<Self> {
        let label = Self {
            arn: details.arn.as_deref().map(clipped),
            name: details.name.as_deref().map(clipped),
            owner: details.owner().map(clipped),
        };
        (label != Self::default()).then_some(label)
    }
}

/// A row of a query: a resource with its details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// The resource.
    pub resource: Resource,
    /// What it is known by.
    pub details: Details,
    /// Whether AWS Config says which tags it has; it does not for every type.
    pub has_tags: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    account_id: String,
    aws_region: String,
    resource_type: String,
    resource_id: String,
    #[serde(default)]
    resource_name: Option<String>,
    #[serde(default)]
    arn: Option<String>,
    #[serde(default)]
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

/// Reads a row, JSON text; `None` where it has another form.
#[must_use]
pub fn read_row(row: &str) -> Option<Described> {
    let row: Row = serde_json::from_str(row).ok()?;
    let resource = Resource { resource_type: row.resource_type, resource_id: row.resource_id };
    // Many types have their id as their name, which says nothing more.
    let name = row.resource_name.filter(|name| !name.is_empty() && *name != resource.resource_id);
    let mut bytes = 0;
    let mut fits = |tag: &Tag| {
        bytes += tag.key.len() + tag.value.len();
        bytes <= TAG_BYTES
    };
    let has_tags = row.tags.is_some();
    let tags =
        row.tags.unwrap_or_default().into_iter().filter(|tag| fits(tag)).map(|tag| (tag.key, tag.value)).collect();
    let arn = row.arn.filter(|arn| !arn.is_empty());
    let details = Details { arn, name, tags };
    Some(Described { account: row.account_id, region: row.aws_region, resource, details, has_tags })
}

/// A query for the time at which AWS Config recorded a resource last; none where a query cannot hold its id.
#[must_use]
pub fn capture_query(resource: &Resource) -> Option<String> {
    let id = resource.resource_id.as_str();
    let plain = !id.is_empty() && !id.contains(['\'', '\\', '"']);
    let query = format!("SELECT resourceType, resourceId, configurationItemCaptureTime WHERE resourceId IN ('{id}')");
    (plain && query.len() <= EXPRESSION_LENGTH).then_some(query)
}

/// When AWS Config recorded the resource, where the row is of it.
#[must_use]
pub fn read_capture(row: &str, resource: &Resource) -> Option<Timestamp> {
    let row: serde_json::Value = serde_json::from_str(row).ok()?;
    let text = |name: &str| row.get(name).and_then(serde_json::Value::as_str);
    let same = text("resourceType") == Some(resource.resource_type.as_str())
        && text("resourceId") == Some(resource.resource_id.as_str());
    Timestamp::parse(text("configurationItemCaptureTime").filter(|_| same)?).ok()
}

/// A query for the details of resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<'a> {
    /// The query.
    pub expression: String,
    /// Ids of the resources.
    pub ids: Vec<&'a str>,
}

/// Queries for the resources of these ids, each of at most `ids` of them. An id that a query cannot hold is left out: quotes
/// have no documented escape.
#[must_use]
pub fn queries<'a>(wanted: impl IntoIterator<Item = &'a str>, ids: usize) -> Vec<Query<'a>> {
    queries_where(wanted, ids, "")
}

/// The same for the resources of one account, through an aggregator.
#[must_use]
pub fn queries_of_account<'a>(wanted: impl IntoIterator<Item = &'a str>, ids: usize, account: &str) -> Vec<Query<'a>> {
    queries_where(wanted, ids, &format!(" AND accountId = '{account}'"))
}

fn queries_where<'a>(wanted: impl IntoIterator<Item = &'a str>, ids: usize, condition: &str) -> Vec<Query<'a>> {
    let select = SELECT.len() + condition.len();
    let wanted: BTreeSet<&str> =
        wanted.into_iter().filter(|id| !id.contains(['\'', '\\', '"']) && !id.is_empty()).collect();
    let mut parts: Vec<Vec<&str>> = Vec::new();
    let mut length = 0;
    for id in wanted {
        let quoted = id.len() + "'', ".len();
        if select + quoted + 1 > EXPRESSION_LENGTH {
            continue;
        }
        match parts.last_mut() {
            Some(part) if part.len() < ids && length + quoted < EXPRESSION_LENGTH => part.push(id),
            _ => {
                parts.push(vec![id]);
                length = select;
            }
        }
        length += quoted;
    }
    let quoted = |ids: &[&str]| ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
    parts.into_iter().map(|ids| Query { expression: format!("{SELECT}{}){condition}", quoted(&ids)), ids }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn row_has_name_arn_and_tags() {
        let row = json!({
            "accountId": "1", "awsRegion": "eu-west-1", "resourceType": "AWS::RDS::DBInstance", "resourceId": "db-X",
            "resourceName": "orders", "arn": "arn:aws:rds:eu-west-1:1:db:orders",
            "tags": [{ "key": "Team", "value": "data", "tag": "Team=data" }, { "key": "empty" }],
        });
        let described = read_row(&row.to_string()).unwrap();
        assert_eq!((described.account.as_str(), described.region.as_str()), ("1", "eu-west-1"));
        assert_eq!(described.details.name.as_deref(), Some("orders"));
        assert_eq!(described.details.owner(), Some("data"));
        assert_eq!(described.details.tags["empty"], "");
    }

    #[test]
    fn name_that_is_the_id_is_no_name_and_other_rows_are_none() {
        let row = |name: &str| {
            json!({ "accountId": "1", "awsRegion": "r", "resourceType": "AWS::S3::Bucket", "resourceId": "b",
                    "resourceName": name })
            .to_string()
        };
        assert_eq!(read_row(&row("b")).unwrap().details, Details::default());
        assert_eq!(read_row(&row("")).unwrap().details, Details::default());
        assert!(read_row("{}").is_none() && read_row("").is_none());
    }

    #[test]
    fn row_without_the_column_of_tags_is_told_apart_from_one_without_tags() {
        let mut row = json!({ "accountId": "1", "awsRegion": "r", "resourceType": "T", "resourceId": "b", "tags": [] });
        assert!(read_row(&row.to_string()).unwrap().has_tags);
        row.as_object_mut().unwrap().remove("tags");
        assert!(!read_row(&row.to_string()).unwrap().has_tags);
    }

    #[test]
    fn time_of_the_record_is_read_of_the_resource_alone() {
        let bucket = |id: &str| Resource { resource_type: "AWS::S3::Bucket".to_owned(), resource_id: id.to_owned() };
        let row = json!({
            "resourceType": "AWS::S3::Bucket", "resourceId": "b",
            "configurationItemCaptureTime": "2026-03-04T05:06:07.000Z",
        });
        let read = read_capture(&row.to_string(), &bucket("b")).unwrap();
        assert_eq!(read.unix_seconds(), Timestamp::parse("2026-03-04T05:06:07Z").unwrap().unix_seconds());
        assert_eq!(read_capture(&row.to_string(), &bucket("c")), None);
        assert_eq!(read_capture("{}", &bucket("b")), None);
        assert!(capture_query(&bucket("b")).unwrap().ends_with("IN ('b')"));
        assert_eq!(capture_query(&bucket("b' OR 'a' = 'a")), None);
    }

    #[test]
    fn owner_is_the_most_telling_tag_that_says_something() {
        let tagged = |tags: &[(&str, &str)]| Details {
            tags: tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..Details::default()
        };
        assert_eq!(tagged(&[("team", "a"), ("OWNER", "b")]).owner(), Some("b"));
        assert_eq!(tagged(&[("team", "a"), ("owner", " ")]).owner(), Some("a"));
        assert_eq!(tagged(&[("cost-center", "7")]).owner(), None);
    }

    #[test]
    fn label_has_no_tags_and_every_string_is_bounded() {
        let long = "x".repeat(5_000);
        let details = Details {
            name: Some(long.clone()),
            tags: [("Owner".to_owned(), long.clone()), ("secret".to_owned(), "s".to_owned())].into(),
            arn: None,
        };
        let label = Label::of(&details).unwrap();
        assert_eq!((label.name.unwrap().len(), label.owner.unwrap().len()), (CHARACTERS, CHARACTERS));
        assert_eq!(
            Label::of(&Details { tags: [("env".to_owned(), "dev".to_owned())].into(), ..Details::default() }),
            None
        );
        let tags: Vec<_> = (0..60).map(|number| json!({ "key": number.to_string(), "value": long })).collect();
        let row = json!({ "accountId": "1", "awsRegion": "r", "resourceType": "t", "resourceId": "i", "tags": tags });
        let kept = read_row(&row.to_string()).unwrap().details.tags;
        assert!(kept.values().map(String::len).sum::<usize>() <= TAG_BYTES && kept.len() > 10);
    }

    proptest! {
        #[test]
        fn queries_have_every_id_once_and_fit(
            ids in proptest::collection::vec("[a-zA-Z0-9/:_.*%'-]{1,300}", 0..300), most in 1..150_usize,
            of_account in any::<bool>(),
        ) {
            let wanted = ids.iter().map(String::as_str);
            let (queries, end) = match of_account {
                true => (queries_of_account(wanted, most, "111122223333"), ") AND accountId = '111122223333'"),
                false => (queries(wanted, most), ")"),
            };
            prop_assert!(queries.iter().all(|query| query.expression.len() <= EXPRESSION_LENGTH));
            let asked_of = |query: &Query<'_>| -> Vec<String> {
                let ids = query.expression.strip_prefix(SELECT).unwrap().strip_suffix(end).unwrap().split(", ");
                ids.map(|id| id.trim_matches('\'').to_owned()).collect()
            };
            for query in &queries {
                prop_assert_eq!(asked_of(query), query.ids.clone());
                prop_assert!(query.ids.len() <= most);
            }
            let asked: Vec<&str> = queries.iter().flat_map(|query| query.ids.iter().copied()).collect();
            let expected: BTreeSet<&str> = ids.iter().map(String::as_str).filter(|id| !id.contains('\'')).collect();
            prop_assert_eq!(asked.iter().copied().collect::<BTreeSet<_>>(), expected.clone());
            prop_assert_eq!(asked.len(), expected.len());
            prop_assert!(queries.iter().all(|query| query.expression.len() <= EXPRESSION_LENGTH));
        }
    }
}
