//! What the functions know of notices: when they are sent, and what each route takes.

use functions_core::configuration::{Notices, Route};

use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::notifications::{NotificationsArgs, RouteArgs};

impl RouteArgs {
    fn route(&self, prefix: &NamePrefix) -> Route {
        Route {
            accounts: self.accounts.clone(),
            chat: self.chat,
            frameworks: self.frameworks.clone(),
            rules: self.rules.iter().map(|rule| prefix.rule(rule)).collect(),
            severities: self.severities.clone(),
        }
    }
}

impl NotificationsArgs {
    /// As the functions know them.
    pub fn notices(&self, prefix: &NamePrefix) -> Notices {
        let routes = self.routes.iter().map(|(name, route)| (name.clone(), route.route(prefix)));
        Notices { digest: self.digest, routes: routes.collect() }
    }
}

#[cfg(test)]
mod tests {
    use compliance_types::{choices::DigestPeriod, severity::Severity};

    use super::*;

    #[test]
    fn route_names_rules_with_the_prefix() {
        let route =
            RouteArgs { severities: vec![Severity::Critical], rules: vec!["own".to_owned()], ..RouteArgs::default() };
        let given = NotificationsArgs {
            routes: [("soc".to_owned(), route)].into(),
            digest: DigestPeriod::Daily,
            ..NotificationsArgs::default()
        };
        let prefix: NamePrefix = serde_json::from_value("audit".into()).expect("a prefix");
        let notices = given.notices(&prefix);
        let route = &notices.routes["soc"];
        assert_eq!((notices.digest, &route.severities), (DigestPeriod::Daily, &vec![Severity::Critical]));
        assert_eq!(route.rules, ["audit-own"]);
    }
}
