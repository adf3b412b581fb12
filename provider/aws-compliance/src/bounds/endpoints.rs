//! Where notices go beside e-mail.

use pulumi_component::Wrong;

use super::{account_id, region};

/// Longest URL that SNS posts to; its reference names no bound, browsers and proxies take this much.
const URL_LENGTH: usize = 2048;

/// A URL that SNS posts to over TLS (Amazon SNS API Reference, "Subscribe", `Endpoint`).
pub fn https_url(url: &str) -> Result<(), Wrong> {
    let rest = url.strip_prefix("https://");
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let public = host.is_some_and(|host| host.contains('.') && !host.starts_with('.') && !host.ends_with('.'));
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

/// The ARN of a standard queue: a topic that is no FIFO topic delivers to no other (Amazon SNS Developer Guide, "Fanout to
/// Amazon SQS queues").
pub fn queue_arn(arn: &str) -> Result<(), Wrong> {
    let parts: Vec<_> = arn.split(':').collect();
    let ["arn", _, "sqs", place, account, name] = parts.as_slice() else {
        let wrong = Wrong::new("expected the ARN of a queue: arn:aws:sqs:REGION:ACCOUNT:NAME");
        return Err(if arn.contains("sqs.") { wrong.nearest("the queue's ARN instead of its URL") } else { wrong });
    };
    let named = !name.is_empty() && name.len() <= 80;
    if name.ends_with(".fifo") {
        return Err(Wrong::new("expected a standard queue: the topic does not deliver to FIFO queues"));
    }
    match region(place).is_ok() && account_id(account).is_ok() && named {
        true => Ok(()),
        false => Err(Wrong::new("expected the ARN of a queue: arn:aws:sqs:REGION:ACCOUNT:NAME")),
    }
}

/// The ARN of a topic (Service Authorization Reference, "Actions, resources, and condition keys for Amazon SNS").
pub fn topic_arn(arn: &str) -> Result<(), Wrong> {
    let parts: Vec<_> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "sns", place, account, name]
            if region(place).is_ok() && account_id(account).is_ok() && !name.is_empty() =>
        {
            Ok(())
        }
        _ => Err(Wrong::new("expected the ARN of a topic: arn:aws:sns:REGION:ACCOUNT:NAME")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_posted_to_over_tls() {
        for right in ["https://example.com", "https://hooks.example.com/x?y=1"] {
            assert!(https_url(right).is_ok(), "{right}");
        }
        for wrong in
            ["", "example.com", "https://", "https://localhost/x", "https://a b.example.com", "ftp://example.com"]
        {
            assert!(https_url(wrong).is_err(), "{wrong}");
        }
        assert!(format!("{:?}", https_url("http://example.com/x")).contains("https://example.com/x"));
    }

    #[test]
    fn a_topic_is_known_by_its_arn() {
        assert!(topic_arn("arn:aws:sns:eu-west-1:111122223333:alerts").is_ok());
        for wrong in ["", "alerts", "arn:aws:sns:eu-west-1:111122223333", "arn:aws:sqs:eu-west-1:111122223333:alerts"] {
            assert!(topic_arn(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_queue_is_a_standard_one_by_its_arn() {
        assert!(queue_arn("arn:aws:sqs:eu-west-1:111122223333:findings").is_ok());
        for wrong in [
            "",
            "findings",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/findings",
            "arn:aws:sqs:eu-west-1:111122223333:findings.fifo",
            "arn:aws:sns:eu-west-1:111122223333:findings",
            "arn:aws:sqs:eu-west-1:1:findings",
            "arn:aws:sqs:eu-west-1:111122223333:",
        ] {
            assert!(queue_arn(wrong).is_err(), "{wrong}");
        }
    }
}
