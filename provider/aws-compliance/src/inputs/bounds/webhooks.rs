//! Webhooks that cannot be subscribed to a topic.

use http::uri::Uri;
use pulumi_component::InvalidValue;

use crate::inputs::bounds::endpoints::host;

/// Endpoints of one service. By default none of them answers the request by which SNS confirms a subscription.
struct Service {
    /// Ends of its hosts.
    hosts: &'static [&'static str],
    name: &'static str,
    /// Starts of the paths of its endpoints that are made for SNS.
    confirming: &'static [&'static str],
    /// What works instead.
    instead: &'static str,
}

const CHANNEL: &str = "subscribe a chat channel of Amazon Q Developer in chat applications to the topic (output \
                       `snsTopicArn`), or a function that translates";
const FUNCTION: &str = "subscribe a function that translates to the topic (output `snsTopicArn`)";

static SERVICES: [Service; 28] = [
    never(&["hooks.slack.com", "hooks.slack-gov.com"], "Slack", CHANNEL),
    never(&["webhook.office.com", "outlook.office.com", "outlook.office365.com"], "Microsoft Teams", CHANNEL),
    never(&["logic.azure.com", "api.powerplatform.com"], "Microsoft Teams (Power Automate)", CHANNEL),
    never(&["hooks.chime.aws"], "Amazon Chime", CHANNEL),
    never(&["discord.com", "discordapp.com"], "Discord", FUNCTION),
    never(&["chat.googleapis.com"], "Google Chat", FUNCTION),
    never(&["webexapis.com", "api.ciscospark.com"], "Webex", FUNCTION),
    never(&["oapi.dingtalk.com", "api.dingtalk.com"], "DingTalk", FUNCTION),
    never(&["open.feishu.cn"], "Feishu", FUNCTION),
    never(&["open.larksuite.com"], "Lark", FUNCTION),
    never(&["qyapi.weixin.qq.com"], "WeCom", FUNCTION),
    never(&["api.telegram.org"], "Telegram", FUNCTION),
    never(&["maker.ifttt.com"], "IFTTT", FUNCTION),
    never(&["hooks.zapier.com"], "Zapier", FUNCTION),
    never(&["api.pumble.com"], "Pumble", FUNCTION),
    never(&["api.flock.com"], "Flock", FUNCTION),
    never(&["media.guilded.gg"], "Guilded", FUNCTION),
    never(&["cliq.zoho.com", "cliq.zoho.eu", "cliq.zoho.in"], "Zoho Cliq", FUNCTION),
    never(&["ntfy.sh"], "ntfy", FUNCTION),
    never(&["api.pushover.net"], "Pushover", FUNCTION),
    never(&["automation.atlassian.com", "api-private.atlassian.com"], "Jira Automation", FUNCTION),
    never(&["graph.facebook.com"], "WhatsApp", FUNCTION),
    Service {
        hosts: &["events.pagerduty.com", "events.eu.pagerduty.com"],
        name: "PagerDuty",
        confirming: &["/integration/", "/x-ere/", "/adapter/"],
        instead: "use the URL of an Amazon CloudWatch integration, which begins with \
                  https://events.pagerduty.com/integration/ or https://events.pagerduty.com/x-ere/",
    },
    Service {
        hosts: &["api.opsgenie.com", "api.eu.opsgenie.com"],
        name: "Opsgenie",
        confirming: &["/v1/json/"],
        instead: "use the URL of an Amazon SNS integration, which begins with https://api.opsgenie.com/v1/json/amazonsns",
    },
    Service {
        hosts: &["alert.victorops.com"],
        name: "Splunk On-Call",
        confirming: &["/integrations/cloudwatch/"],
        instead: "use the URL of the AWS CloudWatch integration, which begins with \
                  https://alert.victorops.com/integrations/cloudwatch/",
    },
    Service {
        hosts: &["datadoghq.com", "datadoghq.eu"],
        name: "Datadog",
        confirming: &["/intake/webhook/sns"],
        instead: "use the URL of the Amazon SNS integration, which begins with \
                  https://app.datadoghq.com/intake/webhook/sns",
    },
    Service {
        hosts: &["grafana.net"],
        name: "Grafana OnCall",
        confirming: &["/oncall/integrations/v1/amazon_sns/", "/integrations/v1/amazon_sns/"],
        instead: "use the URL of an integration of the type Amazon SNS",
    },
    Service {
        hosts: &["signalfx.com"],
        name: "Splunk Observability",
        confirming: &["/v1/incidentintelligence/cloudwatch"],
        instead: "use the endpoint for AWS CloudWatch, or a function that translates",
    },
];

/// Whether the parts of a path are those of a webhook.
type IsWebhook = fn(&[&str]) -> bool;

/// Services that users run under hosts of their own, known by the path of their incoming webhooks.
const SELF_HOSTED: [(&str, IsWebhook); 2] = [
    // `/hooks/` and 26 lower-case letters and digits.
    ("Mattermost", |parts| matches!(parts, [.., "hooks", id] if is_token(id, 26..=26))),
    // `/hooks/`, 17 or 24 letters and digits, and a token.
    ("Rocket.Chat", |parts| matches!(parts, ["hooks", id, token] if is_token(id, 17..=24) && is_token(token, 32..=64))),
];

const fn never(hosts: &'static [&'static str], name: &'static str, instead: &'static str) -> Service {
    Service { hosts, name, confirming: &[], instead }
}

/// Whether whoever answers at a URL confirms a subscription and takes what SNS posts (Amazon SNS Developer Guide, "Make
/// sure your endpoint is ready to process Amazon SNS messages"): by host and path.
pub fn unconfirmed_webhook(url: &str) -> Result<(), InvalidValue> {
    let host = host(url).unwrap_or_default().to_ascii_lowercase();
    let path = url.parse::<Uri>().map(|url| url.path().to_owned()).unwrap_or_default();
    let (name, instead) = match service_of(&host) {
        Some(service) if service.confirming.iter().any(|start| path.starts_with(start)) => return Ok(()),
        Some(service) => (service.name, service.instead),
        None => {
            let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
            match SELF_HOSTED.iter().find(|(_, is_webhook)| is_webhook(&parts)) {
                Some((name, _)) => (*name, FUNCTION),
                None => return Ok(()),
            }
        }
    };
    Err(InvalidValue::new(format!(
        "an incoming webhook of {name} never confirms the subscription, so that nothing arrives; {instead}"
    )))
}

/// Whether a URL is of a service whose endpoints are known here.
pub fn is_known_service(url: &str) -> bool {
    let host = host(url).unwrap_or_default().to_ascii_lowercase();
    service_of(&host).is_some() || unconfirmed_webhook(url).is_err()
}

fn service_of(host: &str) -> Option<&'static Service> {
    let is_of = |end: &str| host == end || host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    SERVICES.iter().find(|service| service.hosts.iter().any(|end| is_of(end)))
}

fn is_token(part: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_17_webhooks_that_never_confirm_are_reported_with_what_works() {
        for (url, name, instead) in [
            ("https://hooks.slack.com/services/T0000/B0000/token", "Slack", "Amazon Q"),
            ("https://hooks.slack.com/triggers/T0/1/x", "Slack", "Amazon Q"),
            ("https://hooks.slack-gov.com/services/x", "Slack", "Amazon Q"),
            ("https://example.webhook.office.com/webhookb2/0000", "Microsoft Teams", "Amazon Q"),
            ("https://prod-1.westeurope.logic.azure.com:443/workflows/1", "Power Automate", "Amazon Q"),
            ("https://discord.com/api/webhooks/1/x", "Discord", "a function"),
            ("https://ptb.discord.com/api/webhooks/1/x", "Discord", "a function"),
            ("https://chat.googleapis.com/v1/spaces/A/messages", "Google Chat", "a function"),
            ("https://HOOKS.SLACK.COM/services/x", "Slack", "Amazon Q"),
            ("https://hooks.chime.aws/incomingwebhooks/x", "Chime", "Amazon Q"),
            ("https://api.telegram.org/bot1/sendMessage", "Telegram", "a function"),
            ("https://events.pagerduty.com/v2/enqueue", "PagerDuty", "/integration/"),
            ("https://events.eu.pagerduty.com/generic/2010-04-15/create_event.json", "PagerDuty", "/integration/"),
            ("https://api.opsgenie.com/v2/alerts", "Opsgenie", "amazonsns"),
            ("https://alert.victorops.com/integrations/generic/20131114/alert/k/r", "Splunk On-Call", "cloudwatch"),
            ("https://http-intake.logs.datadoghq.eu/api/v2/logs", "Datadog", "intake/webhook/sns"),
            ("https://oncall-prod-us-central-0.grafana.net/oncall/integrations/v1/webhook/k/", "Grafana", "Amazon SNS"),
            ("https://chat.example.com/hooks/abcdefghij1234567890abcdef", "Mattermost", "a function"),
            ("https://example.com/mattermost/hooks/abcdefghij1234567890abcdef", "Mattermost", "a function"),
            (
                "https://rocket.example.com/hooks/5f0c3b1de3a9f20017c1a2b3/aBcDeFgHiJkLmNoPqRsTuVwXyZ012345678901",
                "Rocket.Chat",
                "a function",
            ),
        ] {
            let told = format!("{:?}", unconfirmed_webhook(url));
            assert!(told.contains(name) && told.contains(instead), "{url}: {told}");
        }
    }

    #[test]
    fn endpoints_that_confirm_or_are_not_known_are_no_warning() {
        for url in [
            "https://events.pagerduty.com/integration/0/enqueue",
            "https://events.eu.pagerduty.com/integration/0/enqueue",
            "https://events.pagerduty.com/x-ere/R0000",
            "https://api.opsgenie.com/v1/json/amazonsns?apiKey=x",
            "https://api.eu.opsgenie.com/v1/json/cloudwatch?apiKey=x",
            "https://alert.victorops.com/integrations/cloudwatch/20131130/alert/k/r",
            "https://app.datadoghq.com/intake/webhook/sns?api_key=x",
            "https://oncall-prod-us-central-0.grafana.net/oncall/integrations/v1/amazon_sns/k/",
            "https://hooks.slack.com.example.com/x",
            "https://notdiscord.com/x",
            "https://compliance.example.com/sns",
            "https://compliance.example.com/hooks/sns",
            "https://hooks.example.com/hooks/sns/compliance",
        ] {
            assert!(unconfirmed_webhook(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn services_are_known_by_their_hosts_and_self_hosted_ones_by_their_paths() {
        for known in [
            "https://hooks.slack.com/services/T0000/B0000/token",
            "https://events.pagerduty.com/integration/0/enqueue",
            "https://chat.example.com/hooks/abcdefghij1234567890abcdef",
        ] {
            assert!(is_known_service(known), "{known}");
        }
        for unknown in ["https://siem.example.com/sns", "https://notdiscord.com/x", "siem"] {
            assert!(!is_known_service(unknown), "{unknown}");
        }
    }
}
