//! Who is told what, and when: the inputs, what is wrong with them, and what the functions are told of them.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{framework, nearest_of, unknown_framework};
use compliance_types::choices::DigestPeriod;
use compliance_types::severity::Severity;
use pulumi_component::engine::Given;
use pulumi_component::value::{PropertyError, Scalar, Suggested};
use pulumi_component::{Checks, Input, InvalidValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::inputs::suggestions::FrameworkIds;

/// Hours between two runs over all rules from which a digest of a day may lack some of them.
const LONG_GAP_HOURS: u64 = 24;

/// Who receives notices.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NotificationsArgs {
    /// E-mail addresses that receive all messages, by a name of your choice, such as `security`; no address twice. Each
    /// address must confirm its subscription once.
    pub emails: BTreeMap<String, Input<String>>,
    /// Routes, by a name of your choice. Each sends matching changes to one receiver. Alarms, summaries and delivery
    /// failures are sent to `emails` only.
    pub routes: BTreeMap<String, RouteArgs>,
    /// When changes are sent: `immediate`, `hourly` or `daily`. Informational findings are sent in digests only.
    pub digest: DigestPeriod,
}

/// A receiver, and the changes that are sent to it. A change must match one entry of each list that is given.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RouteArgs {
    /// Severities of rules. Default: all severities.
    #[schemars(length(min = 1))]
    pub severities: Vec<Severity>,
    /// Names of rules, as given or as shown in `configRuleNames` without the prefix. Default: all rules.
    #[schemars(length(min = 1))]
    pub rules: Vec<String>,
    /// Ids of frameworks of the rules, such as `hipaa`. Default: rules of any framework and of none.
    #[schemars(with = "Vec<Suggested<FrameworkIds>>", length(min = 1))]
    pub frameworks: Vec<String>,
    /// Ids of accounts, 12 digits: this account, or one of `aggregation.accounts`. Default: all accounts.
    #[schemars(with = "Vec<Scalar<12>>", length(min = 1))]
    pub accounts: Vec<String>,
    /// Whether to send the changes of this route as custom notifications of Amazon Q Developer in chat applications. The channel
    /// subscribes itself when you add the topic to it. A deployment with such a route cannot have routes with `https`.
    pub chat: bool,
    /// E-mail address, which must confirm the subscription once. A route has one of `chat`, `email`, `https`
    /// and `sqs`.
    pub email: Option<Input<String>>,
    /// HTTPS endpoint. It must confirm the SNS subscription. It receives the JSON of Amazon SNS, in which `Message` is the notice
    /// as JSON; `docs/notices.md` describes both.
    pub https: Option<Input<String>>,
    /// ARN of an SQS queue. The policies of the queue and of its key must allow the topic.
    pub sqs: Option<Input<String>>,
}

impl RouteArgs {
    /// Protocol and endpoint of its subscription.
    pub fn endpoint(&self) -> Option<(&'static str, &Input<String>)> {
        let given = [("email", &self.email), ("https", &self.https), ("sqs", &self.sqs)];
        given.into_iter().find_map(|(protocol, endpoint)| Some((protocol, endpoint.as_ref()?)))
    }

    fn check<'a>(&'a self, name: &'a str, taken: &mut BTreeMap<String, String>, checks: &mut Checks) {
        let given = [&self.email, &self.https, &self.sqs].into_iter().flatten().count() + usize::from(self.chat);
        if given != 1 {
            checks.error("", format!("expected one of `chat`, `email`, `https` and `sqs`, got {given} of them"));
        }
        checks.each("frameworks", &self.frameworks, |checks, id| checks.plain("", id.as_str(), is_framework));
        checks.each("accounts", &self.accounts, |checks, id| checks.plain("", id.as_str(), bounds::account_id));
        bounds::check_once(checks, "severities", &self.severities);
        bounds::check_once(checks, "rules", &self.rules);
        bounds::check_once(checks, "frameworks", &self.frameworks);
        bounds::check_once(checks, "accounts", &self.accounts);
        let mut once = |endpoint: String| take(taken, endpoint, name);
        if let Some(email) = &self.email {
            checks.input("email", email, |address| {
                bounds::email(address)?;
                once(bounds::same_email(address))
            });
        }
        if let Some(url) = &self.https {
            checks.input("https", url, |url| {
                bounds::https_url(url)?;
                once(bounds::same_url(url))
            });
            checks.warn_input("https", url, |url| bounds::unconfirmed_webhook(url));
        }
        if let Some(arn) = &self.sqs {
            checks.input("sqs", arn, |arn| {
                bounds::queue_arn(arn)?;
                once(arn.clone())
            });
            checks.warn_input("sqs", arn, |arn| bounds::known_arn_region(arn));
        }
    }

    /// What an endpoint receives whose service is not known here; nothing while the endpoint is unknown.
    fn sent(&self, name: &str) -> Option<String> {
        let given = self.https.as_ref()?.given()?;
        let url =
            given.value.as_ref().filter(|url| bounds::https_url(url).is_ok() && !bounds::is_known_service(url))?;
        let host = Some(url).filter(|_| !given.secret).and_then(|url| bounds::https_host(url));
        let service = host.map_or_else(|| "its service".to_owned(), |host| format!("`{host}`"));
        Some(format!(
            "`notifications.routes.{name}.https`: {service} is not known to this component and receives the JSON of Amazon SNS, in \
             which `Message` is the notice as JSON and not a chat message; it must confirm the subscription (`docs/notices.md`)"
        ))
    }
}

impl NotificationsArgs {
    /// Judges addresses and routes. SNS gives a second subscription of an endpoint the ARN of the first: with one of them,
    /// both would go (Amazon SNS API Reference, "Subscribe").
    pub fn check(&self, checks: &mut Checks) {
        let mut taken = BTreeMap::new();
        checks.each_entry("emails", &self.emails, |checks, key, address| {
            checks.input("", address, |address| {
                bounds::email(address)?;
                take(&mut taken, bounds::same_email(address), key)
            });
        });
        checks.each_entry("routes", &self.routes, |checks, key, route| route.check(key, &mut taken, checks));
        // SNS delivers one message to all subscribers by HTTPS, and a channel is one.
        if self.routes.values().any(|route| route.chat) {
            checks.each_entry("routes", &self.routes, |checks, _, route| {
                if route.https.is_some() {
                    let reason = "cannot be combined with a route with `chat`: both are sent by HTTPS and would receive the same \
                                  message; use `sqs` or `email`, or deliver to the chat in another way";
                    checks.error("https", reason);
                }
            });
        }
        if self.digest == DigestPeriod::Immediate {
            checks.each_entry("routes", &self.routes, |checks, _, route| {
                if route.severities.contains(&Severity::Informational) {
                    let reason = "informational findings are in the report and in a digest, and are never sent immediately; \
                                  to send them to this route, set `digest` to `daily` or `hourly`";
                    checks.warning("severities", reason);
                }
            });
        }
        if self.emails.is_empty() && !self.routes.is_empty() {
            let unheard = "routes receive only resource changes; no one will receive alarms, summaries or delivery failures: add \
                           an address to `emails`, or subscribe to the topic yourself";
            checks.warning("routes", unheard);
        }
    }

    /// Warns where a digest comes more often than processing evaluates all rules: between two runs it has only what events
    /// bring.
    pub fn check_schedule(&self, schedule: &Input<String>, checks: &mut Checks) {
        let runs = bounds::known_runs(schedule).filter(|runs| runs.longest_hours() > LONG_GAP_HOURS);
        if let (Some(runs), Some(digest)) = (runs, self.schedule()) {
            let reason = format!(
                "the digest is sent at `{digest}`, and by `functions.schedule` up to {} hours pass between two runs over all \
                 rules: until then a digest has only changes that events report",
                runs.longest_hours()
            );
            checks.warning("digest", reason);
        }
    }

    /// What the endpoints of routes receive whose services are not known here, a sentence for each.
    pub fn sent(&self) -> impl Iterator<Item = String> {
        self.routes.iter().filter_map(|(name, route)| route.sent(name))
    }

    /// Routes that name accounts other than the one that this is deployed to and those that are `listed` in `aggregation.accounts`;
    /// nothing while the former is unknown.
    pub fn elsewhere(&self, own: Option<&str>, listed: &[String]) -> Vec<PropertyError> {
        let Some(own) = own else { return Vec::new() };
        let found = self.routes.iter().filter_map(|(name, route)| {
            let others = route.accounts.iter().filter(|id| *id != own && !listed.contains(id));
            let others: Vec<&str> = others.map(String::as_str).collect();
            let verb = if others.len() == 1 { "matches" } else { "match" };
            let more = if listed.is_empty() { "" } else { " and those of `aggregation.accounts`" };
            let told = format!(
                "this deployment reports only on account {own}{more}; account {} never {verb}",
                others.join(", ")
            );
            (!others.is_empty()).then(|| PropertyError::new(["notifications", "routes", name, "accounts"], told))
        });
        found.collect()
    }

    /// Warns of routes to frameworks that are not deployed: nothing would be sent there.
    pub fn check_frameworks(&self, deployed: &BTreeSet<&str>, checks: &mut Checks) {
        checks.each_entry("routes", &self.routes, |checks, _, route| {
            checks.each("frameworks", &route.frameworks, |checks, id| {
                if framework(id).is_some() && !deployed.contains(id.as_str()) {
                    checks.warning("", format!("`{id}` is not among `frameworks`, so no change is sent for it"));
                }
            });
        });
    }

    /// Judges that routes name rules that there are; `known` are their names without the prefix.
    pub fn check_rules(&self, known: &BTreeSet<String>, checks: &mut Checks) {
        checks.each_entry("routes", &self.routes, |checks, _, route| {
            checks.each("rules", &route.rules, |checks, name| {
                checks.plain("", name.as_str(), |name| match known.contains(name) {
                    true => Ok(()),
                    false => {
                        let wrong = InvalidValue::new("no rule of this deployment has this name");
                        Err(match nearest_of(name, known.iter().map(String::as_str)) {
                            Some(nearest) => wrong.nearest(nearest),
                            None => wrong,
                        })
                    }
                });
            });
        });
    }

    /// The schedule of the digest, where there is one.
    pub fn schedule(&self) -> Option<&'static str> {
        match self.digest {
            DigestPeriod::Immediate => None,
            DigestPeriod::Hourly => Some("rate(1 hour)"),
            DigestPeriod::Daily => Some("rate(1 day)"),
        }
    }
}

fn take(taken: &mut BTreeMap<String, String>, endpoint: String, name: &str) -> Result<(), InvalidValue> {
    match taken.insert(endpoint, name.to_owned()) {
        Some(first) => Err(InvalidValue::new(format!("the same address as `{first}`; remove one of the two"))),
        None => Ok(()),
    }
}

fn is_framework(id: &str) -> Result<(), InvalidValue> {
    match framework(id) {
        Some(_) => Ok(()),
        None => Err(InvalidValue::new(unknown_framework(id, "").text())),
    }
}

#[cfg(test)]
mod tests {
    use pulumi_component::Output;

    use super::*;

    fn problems(notifications: &NotificationsArgs) -> Vec<String> {
        let mut checks = Checks::default();
        notifications.check(&mut checks);
        checks.errors().iter().map(ToString::to_string).collect()
    }

    fn routes(routes: Vec<(&str, RouteArgs)>) -> NotificationsArgs {
        let routes = routes.into_iter().map(|(name, route)| (name.to_owned(), route)).collect();
        let emails = BTreeMap::from([("team".to_owned(), "team@example.com".into())]);
        NotificationsArgs { emails, routes, digest: DigestPeriod::Daily }
    }

    #[test]
    fn a_good_route_passes() {
        let route = RouteArgs {
            severities: vec![Severity::Critical],
            rules: vec!["ebs-volumes-encrypted".to_owned()],
            sqs: Some("arn:aws:sqs:eu-west-1:111122223333:findings".into()),
            ..RouteArgs::default()
        };
        let given = routes(vec![("soc", route)]);
        assert_eq!(problems(&given), Vec::<String>::new());
        assert_eq!(given.schedule(), Some("rate(1 day)"));
    }

    #[test]
    fn chat_has_no_endpoint_and_keeps_others_from_https() {
        let chat = RouteArgs { chat: true, ..RouteArgs::default() };
        let queue = RouteArgs { sqs: Some("arn:aws:sqs:eu-west-1:111122223333:q".into()), ..RouteArgs::default() };
        let service = RouteArgs { https: Some("https://compliance.example.com/sns".into()), ..RouteArgs::default() };
        assert!(chat.endpoint().is_none());
        assert_eq!(problems(&routes(vec![("chat", chat.clone()), ("queue", queue)])), Vec::<String>::new());
        let told = problems(&routes(vec![("chat", chat), ("service", service)]));
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("routes.service.https: cannot be combined with a route with `chat`"), "{told:#?}");
    }

    #[test]
    fn every_wrong_member_is_told_with_the_nearest_right_one() {
        let wrong = RouteArgs {
            frameworks: vec!["hippa".to_owned()],
            accounts: vec!["1".to_owned()],
            https: Some("http://example.com/hook".into()),
            email: Some("team@example.com".into()),
            ..RouteArgs::default()
        };
        let told = problems(&routes(vec![("soc", wrong), ("none", RouteArgs::default())]));
        for part in [
            "routes.soc: expected one of `chat`, `email`, `https` and `sqs`, got 2 of them",
            "routes.none: expected one of `chat`, `email`, `https` and `sqs`, got 0 of them",
            "routes.soc.frameworks[0]: unknown framework",
            "routes.soc.accounts[0]: ",
            "routes.soc.email: the same address as `team`",
            "routes.soc.https: expected a URL that begins with https://",
        ] {
            assert!(told.iter().any(|problem| problem.contains(part)), "{part} is not in {told:#?}");
        }
        assert!(told.iter().any(|each| each.contains("hipaa`")), "{told:#?}");
    }

    #[test]
    fn routes_alone_are_warned_of_because_nobody_hears_alarms() {
        let route = RouteArgs { sqs: Some("arn:aws:sqs:eu-west-1:111122223333:q".into()), ..RouteArgs::default() };
        let with_address = routes(vec![("soc", route)]);
        let alone = NotificationsArgs { emails: BTreeMap::new(), ..with_address.clone() };
        for (given, warned) in [(&with_address, false), (&alone, true), (&NotificationsArgs::default(), false)] {
            let mut checks = Checks::default();
            given.check(&mut checks);
            let told: Vec<_> = checks.warnings().iter().map(|each| each.reason.as_str()).collect();
            assert_eq!(told.iter().any(|reason| reason.contains("add an address to `emails`")), warned, "{told:?}");
        }
    }

    #[test]
    fn finding_7_a_route_of_informational_findings_needs_a_digest() {
        let route = RouteArgs {
            severities: vec![Severity::Low, Severity::Informational],
            sqs: Some("arn:aws:sqs:eu-west-1:111122223333:q".into()),
            ..RouteArgs::default()
        };
        let daily = routes(vec![("soc", route)]);
        let immediate = NotificationsArgs { digest: DigestPeriod::Immediate, ..daily.clone() };
        for (given, warned) in [(&daily, false), (&immediate, true)] {
            let mut checks = Checks::default();
            given.check(&mut checks);
            let found: Vec<_> = checks.warnings().iter().map(|each| (each.place(), each.reason.as_str())).collect();
            let is_it = |(path, reason): &(String, &str)| {
                path == "routes.soc.severities" && reason.contains("set `digest` to `daily`")
            };
            assert_eq!(found.iter().any(is_it), warned, "{found:?}");
        }
    }

    #[test]
    fn an_address_is_given_once_however_it_is_spelled() {
        let https = |url: &str| RouteArgs { https: Some(url.into()), ..RouteArgs::default() };
        let email = RouteArgs { email: Some("Team@Example.com".into()), ..RouteArgs::default() };
        let given = [
            ("a", https("https://soc.example.com/sns")),
            ("b", https("https://SOC.example.com:443/sns")),
            ("c", https("https://soc.example.com/other")),
            ("d", email),
        ];
        assert_eq!(
            problems(&routes(given.into())),
            [
                "routes.b.https: the same address as `a`; remove one of the two",
                "routes.d.email: the same address as `team`; remove one of the two",
            ]
        );
    }

    #[test]
    fn what_a_route_lists_twice_is_an_error() {
        let route = RouteArgs {
            severities: vec![Severity::High, Severity::High],
            rules: vec!["a".to_owned(), "a".to_owned()],
            frameworks: vec!["hipaa".to_owned(), "hipaa".to_owned()],
            accounts: vec!["111122223333".to_owned(), "111122223333".to_owned()],
            sqs: Some("arn:aws:sqs:eu-west-1:111122223333:q".into()),
            ..RouteArgs::default()
        };
        let expected = ["severities", "rules", "frameworks", "accounts"];
        let expected = expected.map(|list| format!("routes.soc.{list}[1]: listed twice; remove one"));
        assert_eq!(problems(&routes(vec![("soc", route)])), expected);
    }

    #[test]
    fn what_an_unknown_service_receives_is_said_without_a_secret() {
        let https = |url: Input<String>| RouteArgs { https: Some(url), ..RouteArgs::default() };
        let secret = Output::known("https://siem.example.org/token".to_owned()).secret();
        let given = routes(vec![
            ("hidden", https(secret.into())),
            ("later", https(Output::<String>::unknown().into())),
            ("siem", https("https://siem.example.com/sns?key=token".into())),
            ("slack", https("https://hooks.slack.com/services/x".into())),
            ("wrong", https("http://siem.example.com".into())),
        ]);
        let notes: Vec<_> = given.sent().collect();
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].starts_with("`notifications.routes.hidden.https`: its service is not known"), "{notes:?}");
        assert!(
            notes[1].starts_with("`notifications.routes.siem.https`: `siem.example.com` is not known"),
            "{notes:?}"
        );
        assert!(notes.iter().all(|note| note.contains("receives the JSON of Amazon SNS") && !note.contains("token")));
    }

    #[test]
    fn a_route_of_another_account_is_told() {
        let route = |accounts: &[&str]| RouteArgs {
            accounts: accounts.iter().map(|&id| id.to_owned()).collect(),
            ..RouteArgs::default()
        };
        let given = routes(vec![("own", route(&["111122223333"])), ("soc", route(&["111122223333", "444455556666"]))]);
        let found = given.elsewhere(Some("111122223333"), &[]);
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "notifications.routes.soc.accounts: this deployment reports only on account 111122223333; account 444455556666 never matches"
            ]
        );
        assert!(given.elsewhere(None, &[]).is_empty());
        assert!(given.elsewhere(Some("111122223333"), &["444455556666".to_owned()]).is_empty());
        let found = given.elsewhere(Some("111122223333"), &["777788889999".to_owned()]);
        assert!(
            found[0].reason.contains("and those of `aggregation.accounts`; account 444455556666 never"),
            "{}",
            found[0]
        );
    }

    #[test]
    fn a_rule_that_is_not_there_is_told() {
        let route = RouteArgs { rules: vec!["ebs-volume-encrypted".to_owned()], ..RouteArgs::default() };
        let mut checks = Checks::default();
        routes(vec![("soc", route)]).check_rules(&BTreeSet::from(["ebs-volumes-encrypted".to_owned()]), &mut checks);
        let told: String = checks.errors().iter().map(ToString::to_string).collect();
        assert!(told.contains("routes.soc.rules[0]") && told.contains("ebs-volumes-encrypted"), "{told}");
    }
}
