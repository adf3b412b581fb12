//! Random sequences of changed inputs, renames, updates and destroys over a model of the account and of the engine's state:
//! what holds data is never lost by an update, a second update asks for the same of every child, and nothing of somebody else's
//! is touched.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use proptest::prelude::*;
use pulumi_component::Error;
use pulumi_component::engine::{ConstructRequest, Deployment, Registration, RegistrationOptions};
use pulumi_component::options::Alias;
use pulumi_component::testing::{MockMonitor, construct_request, inputs};
use pulumi_component::value::{PropertyValue, Value};
use serde_json::{Value as Json, json};

use crate::support::{ACCOUNT, REGION, answers, shown};

const BUCKET: &str = "aws:s3/bucket:Bucket";
const KEY: &str = "aws:kms/key:Key";
const TABLE: &str = "aws:dynamodb/table:Table";
const TOPIC: &str = "aws:sns/topic:Topic";
/// What keeps data that nothing makes anew.
const EVIDENCE: [&str; 2] = [BUCKET, KEY];
/// A deployment of somebody else's, under the prefix `foreign`.
const FOREIGN: &str = "audit/dev/compliance";

/// What a user does.
#[derive(Clone, Debug)]
enum Action {
    Prefix(&'static str),
    BucketName(Option<&'static str>),
    ObjectLock(bool),
    OnDestroy(&'static str),
    AllowReplacement(bool),
    OwnKey(bool),
    Input(&'static str, Json),
    Rename(&'static str),
    Destroy,
}

/// Other inputs, each with its default first.
fn other_inputs() -> Vec<(&'static str, Json)> {
    let waiver = json!({
        "rule": "ebs-volumes-encrypted", "owner": "data-team", "reason": "migration", "expires": "2027-03-31",
    });
    let values = [
        ("regions", json!([[], ["eu-central-1"], ["us-east-1", "eu-central-1"]])),
        ("exports", json!([{}, { "ocsf": true }, { "ocsf": true, "securityHub": true }])),
        ("cost", json!([{}, { "monthlyBudgetUsd": 20 }, { "monthlyBudgetUsd": 30, "notifyAtPercent": [50] }])),
        ("remediation", json!([{}, { "mode": "approve" }, { "mode": "off" }])),
        ("waivers", json!([[], [waiver]])),
        ("alarms", json!([{}, { "enabled": false }])),
        ("history", json!([{}, { "enabled": false }])),
        ("hardened", json!([false, true])),
        ("tags", json!([{}, { "team": "security" }])),
    ];
    let each = |(name, values): (&'static str, Json)| {
        let values = values.as_array().cloned().unwrap_or_default();
        values.into_iter().map(move |value| (name, value))
    };
    values.into_iter().flat_map(each).collect()
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        1 => prop::sample::select(vec!["compliance", "audit", "foreign"]).prop_map(Action::Prefix),
        1 => prop::sample::select(vec![None, Some("own-reports")]).prop_map(Action::BucketName),
        1 => any::<bool>().prop_map(Action::ObjectLock),
        1 => prop::sample::select(vec!["retain", "delete", "refuse"]).prop_map(Action::OnDestroy),
        1 => any::<bool>().prop_map(Action::AllowReplacement),
        1 => any::<bool>().prop_map(Action::OwnKey),
        4 => prop::sample::select(other_inputs()).prop_map(|(name, value)| Action::Input(name, value)),
        1 => prop::sample::select(vec!["compliance", "monitor"]).prop_map(Action::Rename),
        1 => Just(Action::Destroy),
    ]
}

/// The inputs as the program has them.
#[derive(Clone, Debug)]
struct Program {
    name: &'static str,
    prefix: &'static str,
    bucket_name: Option<&'static str>,
    object_lock: bool,
    on_destroy: &'static str,
    allow_replacement: bool,
    own_key: bool,
    others: BTreeMap<&'static str, Json>,
}

impl Program {
    fn inputs(&self) -> Json {
        let mut given = json!({
            "namePrefix": self.prefix,
            "reports": {
                "objectLock": self.object_lock.then(|| json!({})), "onDestroy": self.on_destroy, "allowReplacement": self.allow_replacement,
            },
        });
        if let Some(name) = self.bucket_name {
            given["reports"]["bucketName"] = json!(name);
        }
        if self.own_key {
            given["kmsKeyArn"] = json!(format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/own"));
        }
        for (name, value) in &self.others {
            given[*name] = value.clone();
        }
        given
    }

    fn bucket(&self) -> String {
        self.bucket_name.map_or_else(|| format!("{}-reports-{ACCOUNT}-{REGION}", self.prefix), str::to_owned)
    }

    fn owner(&self) -> String {
        format!("project/stack/{}", self.name)
    }
}

/// A resource as the engine's state has it, by its role.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Recorded {
    id: String,
    retained: bool,
    protected: bool,
}

/// What a deployment asks for.
struct Asked {
    /// What holds data, by type and role: what it imports, and what it becomes.
    data: BTreeMap<(&'static str, String), (String, Recorded)>,
    /// Inputs of every child, by its place.
    children: BTreeMap<String, Json>,
}

/// The account, the engine's state and the program.
struct World {
    program: Program,
    /// Type and id to the owner tag and what it says of destroying.
    account: BTreeMap<(&'static str, String), (String, String)>,
    state: BTreeMap<(&'static str, String), Recorded>,
    /// Inputs of every child of the last deployment, by its place.
    children: BTreeMap<String, Json>,
    /// The prefix of what is deployed.
    prefix: Option<&'static str>,
    /// Names under which the component is in the state.
    former: BTreeSet<&'static str>,
    keys: usize,
}

impl World {
    fn new() -> Self {
        let program = Program {
            name: "compliance",
            prefix: "compliance",
            bucket_name: None,
            object_lock: false,
            on_destroy: "retain",
            allow_replacement: false,
            own_key: false,
            others: BTreeMap::new(),
        };
        let foreign = [(TOPIC, "foreign-alerts"), (TABLE, "foreign-ledger")];
        let account = foreign.map(|(kind, name)| ((kind, name.to_owned()), (FOREIGN.to_owned(), String::new()))).into();
        Self {
            program,
            account,
            state: BTreeMap::new(),
            children: BTreeMap::new(),
            prefix: None,
            former: BTreeSet::new(),
            keys: 0,
        }
    }

    fn arn(kind: &str, id: &str) -> String {
        match kind {
            BUCKET => format!("arn:aws:s3:::{id}"),
            KEY => format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{id}"),
            TABLE => format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{id}"),
            _ => format!("arn:aws:sns:{REGION}:{ACCOUNT}:{id}"),
        }
    }

    /// The provider's answers about this account.
    fn monitor(&self) -> MockMonitor {
        let tagged = self.account.iter().map(|((kind, id), (owner, on_destroy))| {
            let tags = json!({ "aws-compliance:owner": owner, "aws-compliance:on-destroy": on_destroy });
            json!({ "resourceArn": Self::arn(kind, id), "tags": tags })
        });
        let list = |values: Vec<Json>| PropertyValue::from_json(values.into());
        let tables = self.account.keys().filter(|(kind, _)| *kind == TABLE).map(|(_, id)| json!(id)).collect();
        let mut monitor = MockMonitor::update()
            .result(
                "aws:resourcegroupstaggingapi/getResources:getResources",
                "resourceTagMappingLists",
                list(tagged.collect()),
            )
            .result("aws:dynamodb/getTables:getTables", "names", list(tables));
        let bucket = self.program.bucket();
        if self.account.contains_key(&(BUCKET, bucket.clone())) {
            monitor = monitor.result("aws:s3/getBucket:getBucket", "id", bucket);
        }
        let topic = format!("{}-alerts", self.program.prefix);
        if self.account.contains_key(&(TOPIC, topic.clone())) {
            monitor = monitor.result("aws:sns/getTopic:getTopic", "arn", Self::arn(TOPIC, &topic));
        }
        // One key at most is this deployment's; where there are more, none is imported, so the answer does not matter.
        if let Some((_, id)) = self.account.keys().find(|(kind, _)| *kind == KEY) {
            monitor = monitor.result("aws:kms/getKey:getKey", "keyId", id.as_str()).result(
                "aws:kms/getKey:getKey",
                "keyState",
                "Enabled",
            );
        }
        if let Some((_, key)) = self.state.iter().find(|((kind, _), _)| *kind == KEY) {
            monitor = monitor.result("aws:kms/getAlias:getAlias", "targetKeyId", key.id.as_str());
        }
        monitor
    }

    /// What the component asks for now; nothing where it is refused.
    async fn asked(&self) -> Option<Asked> {
        let monitor = answers(self.monitor());
        let alias = |name: &&str| Alias::new().name(*name);
        let aliases = self.former.iter().filter(|name| **name != self.program.name).map(alias).collect();
        let request = ConstructRequest {
            deployment: Deployment { project: "project".into(), stack: "stack".into(), ..Deployment::default() },
            type_token: "aws-compliance:index:ComplianceMonitoring".into(),
            name: self.program.name.into(),
            inputs: inputs(self.program.inputs()),
            options: RegistrationOptions { aliases, ..RegistrationOptions::default() },
            ..ConstructRequest::default()
        };
        match construct_request::<ComplianceMonitoring>(&monitor, request).await {
            Ok(_) => {}
            Err(Error::InvalidInputs(_)) => {
                assert!(monitor.recorded().registrations.is_empty(), "nothing is registered by what is refused");
                return None;
            }
            Err(other) => panic!("{:?}: {other}", self.program),
        }
        let recorded = monitor.recorded();
        let data = recorded.registrations.iter().filter_map(|(_, one)| {
            let kind = [BUCKET, KEY, TABLE, TOPIC].into_iter().find(|kind| *kind == one.type_token)?;
            let member = if kind == BUCKET { "bucket" } else { "name" };
            let name = one.inputs.get(member).and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
            let role = one.name.strip_prefix(self.program.name).unwrap_or(&one.name).to_owned();
            let asked = Recorded {
                id: name,
                retained: one.options.retain_on_delete == Some(true),
                protected: one.options.protect == Some(true),
            };
            Some(((kind, role), (one.options.import_id.clone().unwrap_or_default(), asked)))
        });
        let children = recorded.registrations.iter().filter(|(_, one)| one.custom);
        let inputs = |one: &Registration| shown(&Value::Object(one.inputs.clone()).into());
        let children = children.map(|(urn, one)| (urn.to_string(), inputs(one)));
        Some(Asked { data: data.collect(), children: children.collect() })
    }

    /// Deploys as the engine does; whether it was not refused.
    async fn up(&mut self) -> bool {
        let Some(Asked { data: asked, children }) = self.asked().await else { return false };
        let before = self.account.clone();
        let gone: Vec<_> = self.state.keys().filter(|role| !asked.contains_key(*role)).cloned().collect();
        for role in gone {
            let old = self.state.remove(&role).expect("it is there");
            self.forget((role.0, old.id), old.retained);
        }
        for ((kind, role), (import, mut wanted)) in asked {
            let old = self.state.get(&(kind, role.clone())).cloned();
            wanted.id = match (&old, kind) {
                (Some(old), KEY) => old.id.clone(),
                (None, KEY) if !import.is_empty() => import,
                (None, KEY) => {
                    self.keys += 1;
                    format!("key-{}", self.keys)
                }
                _ => wanted.id,
            };
            if let Some(old) = old.filter(|old| old.id != wanted.id) {
                self.forget((kind, old.id), old.retained);
            }
            let on_destroy = if kind == BUCKET { self.program.on_destroy.to_owned() } else { String::new() };
            self.account.insert((kind, wanted.id.clone()), (self.program.owner(), on_destroy));
            self.state.insert((kind, role), wanted);
        }
        self.former = BTreeSet::from([self.program.name]);
        self.children = children;
        // Table and topic are replaced by another prefix alone, which has to be asked for.
        let renamed = self.prefix.replace(self.program.prefix).is_some_and(|prefix| prefix != self.program.prefix);
        let holds_data = |kind: &str| EVIDENCE.contains(&kind) || !renamed;
        let lost = before.keys().filter(|one| holds_data(one.0) && !self.account.contains_key(*one));
        assert_eq!(lost.collect::<Vec<_>>(), Vec::<&(&str, String)>::new(), "{:?}", self.program);
        assert!(!renamed || self.program.allow_replacement, "it was not asked for: {:?}", self.program);
        true
    }

    fn forget(&mut self, resource: (&'static str, String), retained: bool) {
        if !retained {
            self.account.remove(&resource);
        }
    }

    fn destroy(&mut self) {
        if self.state.values().any(|one| one.protected) {
            return;
        }
        for ((kind, _), old) in std::mem::take(&mut self.state) {
            self.forget((kind, old.id), old.retained);
        }
        self.former.clear();
        self.prefix = None;
    }

    async fn step(&mut self, action: Action) {
        let program = self.program.clone();
        match action {
            Action::Prefix(prefix) => self.program.prefix = prefix,
            Action::BucketName(name) => self.program.bucket_name = name,
            Action::ObjectLock(enabled) => self.program.object_lock = enabled,
            Action::OnDestroy(what) => self.program.on_destroy = what,
            Action::AllowReplacement(allowed) => self.program.allow_replacement = allowed,
            Action::OwnKey(own) => self.program.own_key = own,
            Action::Input(name, value) => drop(self.program.others.insert(name, value)),
            Action::Rename(name) => self.program.name = name,
            Action::Destroy => return self.destroy(),
        }
        if !self.up().await {
            // Whoever is refused goes back.
            self.program = program;
            return;
        }
        let (state, children) = (self.state.clone(), self.children.clone());
        assert!(self.up().await, "a second update is not refused: {:?}", self.program);
        assert_eq!(self.state, state, "and changes nothing: {:?}", self.program);
        assert_eq!(self.children, children, "and asks for the same: {:?}", self.program);
    }

    fn check(&self) {
        for name in [(TOPIC, "foreign-alerts"), (TABLE, "foreign-ledger")] {
            let owner = self.account.get(&(name.0, name.1.to_owned())).map(|(owner, _)| owner.as_str());
            assert_eq!(owner, Some(FOREIGN), "somebody else's is touched");
        }
        for ((kind, _), one) in &self.state {
            assert!(
                self.account.contains_key(&(*kind, one.id.clone())),
                "the account has what the state says: {one:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_changes_loses_evidence_or_touches_what_is_somebody_elses(actions in prop::collection::vec(action(), 1..9)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
        runtime.block_on(async {
            let mut world = World::new();
            assert!(world.up().await, "the first deployment");
            for action in actions {
                world.step(action).await;
                world.check();
            }
        });
    }
}
