//! The page of all remediations: what a run left, and of each remediation the change and every step.

use std::fmt::Write as _;

use super::{call::escaped, decision::Switch, item::Item, listed::in_order, summary::Summary};

/// Remediations that the page shows, those that wait first; the command `remediation list` shows all.
pub const SHOWN: usize = 500;

/// Key of the page in the report bucket, under the prefix that remediation may write.
pub const KEY: &str = "ledger/remediation/index.html";

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}\
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d0d7de;padding:.3rem .6rem;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}pre{background:#f6f8fa;padding:.6rem;overflow-x:auto}summary{cursor:pointer}\
.state{font-weight:600}";

/// The page.
#[must_use]
pub fn page(summary: &Summary, items: &[Item], switch: Option<&Switch>) -> String {
    let mut text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Remediation</title><style>{STYLE}</style></head>\
         <body><h1>Remediation</h1><p>Run {} at {}: {} planned, {} changed.</p>",
        escaped(&summary.run_id),
        escaped(summary.at.as_str()),
        summary.planned,
        summary.changed
    );
    if let Some(reason) = Switch::stops(switch) {
        let _ = write!(text, "<p class=\"state\">{}</p>", escaped(&reason));
    }
    if !summary.left.is_empty() {
        text.push_str("<h2>Left for a later run</h2><table><tr><th>Number</th><th>Reason</th></tr>");
        for (reason, count) in &summary.left {
            let _ = write!(text, "<tr><td>{count}</td><td>{}</td></tr>", escaped(reason));
        }
        text.push_str("</table>");
    }
    text.push_str("<h2>Remediations</h2>");
    if items.is_empty() {
        text.push_str("<p>There are none.</p>");
    }
    for item in in_order(items).into_iter().take(SHOWN) {
        one(&mut text, item);
    }
    if items.len() > SHOWN {
        let _ = write!(text, "<p>and {} more, which <code>remediation list</code> shows.</p>", items.len() - SHOWN);
    }
    text + "</body></html>\n"
}

fn one(text: &mut String, item: &Item) {
    let _ = write!(
        text,
        "<details><summary><span class=\"state\">{}</span> {}: {} <code>{}</code></summary><p>{}</p>",
        item.state.word(),
        escaped(&item.rule),
        escaped(&item.resource.resource_id),
        escaped(&item.id),
        escaped(item.change())
    );
    if let Some(plan) = &item.plan {
        if let Some(approval) = &plan.approval {
            let _ = write!(text, "<p>Needs approval: {}</p>", escaped(approval));
        }
        let parts = [("Before", &plan.before), ("After", &plan.after)];
        if item.partial {
            let _ =
                write!(text, "<p>Resource before and after: <code>remediation show {}</code></p>", escaped(&item.id));
        }
        for (title, part) in parts.into_iter().filter(|_| !item.partial) {
            let pretty = serde_json::to_string_pretty(part).unwrap_or_default();
            let _ = write!(text, "<h3>{title}</h3><pre>{}</pre>", escaped(&pretty));
        }
    }
    if let Some(advice) = item.advice.as_ref().filter(|advice| !advice.commands.is_empty()) {
        let _ = write!(text, "<pre>{}</pre>", escaped(&advice.commands.join("\n")));
    }
    text.push_str("<table><tr><th>Time</th><th>Step</th><th>By</th><th>Reason</th></tr>");
    for step in &item.steps {
        let _ = write!(
            text,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(step.at.as_str()),
            step.state.word(),
            escaped(&step.by),
            escaped(&step.reason)
        );
    }
    text.push_str("</table></details>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        key::LEDGER_PREFIX,
        remediation::{item::tests::planned, settings::Mode, state::State},
        run::tests::run,
    };

    #[test]
    fn page_shows_every_step_and_escapes_what_comes_from_outside() {
        let mut item = planned("<script>alert(1)</script>", Mode::Approve);
        item.note(State::Planned, &run().time, "<b>", "\"quoted\" & more");
        let mut summary = Summary::begin("run-1", &run().time, None);
        summary.leave("a <reason>", 3);
        let text = page(&summary, &[item], None);
        assert!(!text.contains("<script>") && !text.contains("<b>") && !text.contains("<reason>"), "{text}");
        assert!(text.contains("&lt;script&gt;") && text.contains("&quot;quoted&quot; &amp; more"));
        assert!(text.contains("<h3>Before</h3>") && text.contains("<td>3</td>"));
    }

    #[test]
    fn page_is_bounded_and_what_waits_comes_first() {
        let mut items: Vec<Item> = (0..SHOWN + 7).map(|number| planned(&format!("b-{number}"), Mode::DryRun)).collect();
        items.push(Item { state: State::AwaitingApproval, ..planned("waits", Mode::Approve) });
        let text = page(&Summary::begin("run-1", &run().time, None), &items, None);
        assert!(text.contains("and 8 more"));
        assert!(text.find("waits").unwrap() < text.find("b-1").unwrap());
    }

    #[test]
    fn page_lies_where_remediation_writes() {
        assert!(KEY.starts_with(LEDGER_PREFIX));
    }
}
