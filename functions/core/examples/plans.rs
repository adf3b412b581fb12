//! Plans of ten thousand findings, from the answer of S3 to the entry of the ledger's table: prints the seconds it took and the
//! most memory it held, as JSON. A run plans some hundred; what it holds of earlier ones has no parts. `make bench` runs it; it
//! has one thread.

use std::{collections::BTreeMap, error::Error, fs, time::Instant};

use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{
    ledger::Write,
    remediation::{
        action::{Parameters, Proposal, Target},
        actions,
        guard::Owner,
        item::{self, Item, Plan},
        settings::Mode,
        state::{Event, State},
    },
    run::Origin,
};
use serde_json::{Value, json};

const FINDINGS: usize = 10_000;
/// Findings of a run.
const PLANS: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let (began, mut bytes) = (Instant::now(), 0);
    let (mut earlier, mut own) = (Vec::new(), Vec::new());
    for number in 0..FINDINGS {
        let (item, written) = planned(number)?;
        bytes += written;
        own.push(item);
        if own.len() == PLANS {
            earlier.extend(own.drain(..).map(Item::without_parts));
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let plans = earlier.iter().filter(|item| item.state == State::AwaitingApproval).count();
    println!("{{\"plans\":{plans},\"bytes\":{bytes},\"seconds\":{seconds},\"peakKib\":{}}}", peak_kib()?);
    Ok(())
}

/// The remediation of one finding, and the bytes of its entry.
fn planned(number: usize) -> Result<(Item, usize), Box<dyn Error>> {
    let action = actions::action("s3-tls-only").ok_or("there is no such action")?;
    let origin = Origin { account: "123456789012".to_owned(), region: "eu-central-1".to_owned() };
    let now = Timestamp::parse("2026-03-04T05:06:07Z")?;
    let bucket = format!("bucket-{number:05}");
    let target = Target {
        partition: "aws".to_owned(),
        account: origin.account.clone(),
        region: origin.region.clone(),
        resource_id: bucket.clone(),
        ..Target::default()
    };
    let part = action.part(&target, &[policy(&bucket)])?;
    let given = BTreeMap::new();
    let parameters = Parameters { given: &given, known: action.parameters() };
    let Proposal::Change { after, effect, approval } = action.propose(&target, &parameters, &part)? else {
        return Err("there is nothing to change".into());
    };
    let resource = Resource { resource_type: action.resource_type().to_owned(), resource_id: bucket };
    let plan = Plan { effect, before: part, after, approval, owner: Owner::Unknown, at: now.clone() };
    let item: Item = serde_json::from_value(json!({
        "id": item::id(&origin, "s3-tls", &resource), "rule": "s3-tls", "account": origin.account,
        "region": origin.region, "resourceType": resource.resource_type, "resourceId": resource.resource_id,
        "action": action.id(), "mode": Mode::Approve, "state": State::Observed, "round": 1, "since": now,
        "plan": plan, "steps": [],
    }))?;
    let step = |item: Item, event| item.after(event, &now, "run", "").ok_or("the step is none");
    let (item, Write::Put(entry)) = step(step(item, Event::Plan)?, Event::AskApproval)?.stored()? else {
        return Err("a remediation is not put".into());
    };
    Ok((item, entry.body.len()))
}

/// A policy of usual length.
fn policy(bucket: &str) -> Value {
    let statement = |number: usize| {
        json!({
            "Sid": format!("Read{number}"), "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
            "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": format!("arn:aws:s3:::{bucket}/part-{number}/*"),
        })
    };
    json!({ "Version": "2012-10-17", "Statement": (0..8).map(statement).collect::<Vec<_>>() })
}

fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
