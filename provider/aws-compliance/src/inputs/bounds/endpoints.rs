//! Where notices go beside e-mail.

use http::uri::{Scheme, Uri};
use pulumi_component::Wrong;

/// Longest URL that SNS posts to; its reference names no bound, browsers and proxies take this much.
const URL_LENGTH: usize = 2048;

/// A URL that SNS posts to over TLS (Amazon SNS API Reference, "Subscribe", `Endpoint`).
pub fn https_url(url: &str) -> Result<(), Wrong> {
    let public = host(url).is_some_and(|host| host.contains('.') && !host.starts_with('.') && !host.ends_with('.'));
    let printable = url.bytes().all(|byte| byte.is_ascii_graphic());
    if public && printable && url.len() <= URL_LENGTH {
        return Ok(());
    }
    let wrong = Wrong::new("expected a URL that begins with https:// and a public host");
    Err(match url.trim().strip_prefix("http://") {
        Some(rest) if https_url(&format!("https://{rest}")).is_ok() => wrong.nearest(format!("https://{rest}")),
        _ => wrong,
    })
}

/// Hosts of incoming webhooks that do not answer the request by which SNS confirms a subscription, and do not take its
/// format: the end of the host, the name, and what works instead.
const WEBHOOKS: [(&str, &str, &str); 11] = [
    ("hooks.slack.com", "Slack", CHANNEL),
    ("hooks.slack-gov.com", "Slack", CHANNEL),
    ("webhook.office.com", "Microsoft Teams", CHANNEL),
    ("outlook.office.com", "Microsoft Teams", CHANNEL),
    ("outlook.office365.com", "Microsoft Teams", CHANNEL),
    ("logic.azure.com", "Microsoft Teams (Power Automate)", CHANNEL),
    ("api.powerplatform.com", "Microsoft Teams (Power Automate)", CHANNEL),
    ("discord.com", "Discord", FUNCTION),
    ("discordapp.com", "Discord", FUNCTION),
    ("chat.googleapis.com", "Google Chat", FUNCTION),
    ("webexapis.com", "Webex", FUNCTION),
];
const CHANNEL: &str = "subscribe a chat channel of Amazon Q Developer in chat applications to the topic (output \
                       `snsTopicArn`), or a function that translates";
const FUNCTION: &str = "subscribe a function that translates to the topic (output `snsTopicArn`)";

/// Whether whoever answers at a URL confirms a subscription and takes what SNS posts (Amazon SNS Developer Guide, "Make
/// sure your endpoint is ready to process Amazon SNS messages").
pub fn unconfirmed_webhook(url: &str) -> Result<(), Wrong> {
    let host = host(url).unwrap_or_default().to_ascii_lowercase();
    let is_of = |end: &str| host == end || host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    match WEBHOOKS.iter().find(|(end, _, _)| is_of(end)) {
        Some((_, name, instead)) => Err(Wrong::new(format!(
            "an incoming webhook of {name} never confirms the subscription, so that nothing arrives; {instead}"
        ))),
        None => Ok(()),
    }
}

/// The host of a URL of HTTPS, without a port.
fn host(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    let host = url.host().filter(|_| url.scheme() == Some(&Scheme::HTTPS))?;
    Some(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_posted_to_over_tls() {
        for right in ["https://example.com", "https://hooks.example.com/x?y=1", "https://me:word@example.com:8443/x#y"]
        {
            assert!(https_url(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "example.com",
            "https://",
            "https://localhost/x",
            "https://a b.example.com",
            "ftp://example.com",
            "https://me@localhost:443",
        ] {
            assert!(https_url(wrong).is_err(), "{wrong}");
        }
        assert!(format!("{:?}", https_url("http://example.com/x")).contains("https://example.com/x"));
    }

    #[test]
    fn case_17_webhooks_that_never_confirm_are_reported_with_what_works() {
        for (url, name, instead) in [
            ("https://hooks.slack.com/services/T0000/B0000/token", "Slack", "Amazon Q"),
            ("https://example.webhook.office.com/webhookb2/0000", "Microsoft Teams", "Amazon Q"),
            ("https://prod-1.westeurope.logic.azure.com:443/workflows/1", "Power Automate", "Amazon Q"),
            ("https://discord.com/api/webhooks/1/x", "Discord", "a function"),
            ("https://ptb.discord.com/api/webhooks/1/x", "Discord", "a function"),
            ("https://chat.googleapis.com/v1/spaces/A/messages", "Google Chat", "a function"),
            ("https://HOOKS.SLACK.COM/services/x", "Slack", "Amazon Q"),
        ] {
            let told = format!("{:?}", unconfirmed_webhook(url));
            assert!(told.contains(name) && told.contains(instead), "{url}: {told}");
        }
        for url in [
            "https://events.pagerduty.com/integration/0/enqueue",
            "https://api.opsgenie.com/v1/json/amazonsns?apiKey=x",
            "https://hooks.slack.com.example.com/x",
            "https://notdiscord.com/x",
            "https://compliance.example.com/sns",
        ] {
            assert!(unconfirmed_webhook(url).is_ok(), "{url}");
        }
    }
}
