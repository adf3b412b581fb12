//! What the report says of each waiver.

use compliance_types::resource::ResourceIdentity;
use functions_core::{
    compliance::Compliance,
    waiver::{MAX_DAYS, Waiver, Waivers},
};
use functions_report::{gathered::Gathered, input::Context};

use crate::sample::{context, files, report};

const DAY: &str = "2026-03-04";

fn waiver(resource: &str, expires: &str, owner: &str) -> Waiver {
    Waiver {
        rule: Some("ebs-volumes-encrypted".to_owned()),
        resource: Some(resource.to_owned()),
        owner: owner.to_owned(),
        reason: "migration".to_owned(),
        expires: expires.to_owned(),
        ..Waiver::default()
    }
}

#[test]
fn waiver_of_no_use_is_a_warning_in_the_report_and_its_findings_count() {
    let all = [
        waiver("vol-1", "2026-03-10", "in-use"),
        waiver("vol-9", "2026-03-10", "of-nothing"),
        waiver("vol-2", "2026-03-03", "over"),
        waiver("vol-3", "2026-03-10", ""),
    ];
    let mut gathered = Gathered::default();
    for resource_id in ["vol-1", "vol-2", "vol-3"] {
        let resource = ResourceIdentity { account: "1", region: "a", resource_type: "AWS::EC2::Volume", resource_id };
        gathered.add(resource, [("ebs-volumes-encrypted", Compliance::NonCompliant)]);
    }
    let context = Context { waivers: Waivers::on(&all, DAY, MAX_DAYS), ..context("1", "2026-03-04T00:00:00Z") };
    let report = report(context, gathered, &[]);
    assert_eq!((report.totals.non_compliant, report.totals.waived), (2, 1), "what is over or invalid covers nothing");
    let files = files(&report);
    let index = files.iter().find(|file| file.name == "index.html").unwrap();
    let page = std::str::from_utf8(&index.body).unwrap();
    let table = page.split("id=\"waivers-t\"").nth(1).unwrap().split("</table>").next().unwrap();
    let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 4);
    for (row, class, words) in [
        (rows[0], "good", "in 6 days"),
        (rows[1], "bad", "It matches no finding. Remove it, or correct what it selects."),
        (rows[2], "bad", "It has ended: the findings count again."),
        (rows[3], "bad", "It is not in force: "),
    ] {
        assert!(row.contains(words) && row.contains(&format!("class=\"{class}\"")), "{words} in {row}");
    }
}
