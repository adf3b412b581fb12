//! The plan and the account that it is for: what the parts are constructed from beside their inputs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pulumi_component::{Context, Error, Output};

use crate::account::enabled_regions::monitored;
use crate::account::facts::AccountFacts;
use crate::inputs::regions::RegionsArg;
use crate::plan::Plan;
use crate::plan::regions::RegionPlan;
use crate::plan::selection::{PlanInputs, Selection};

/// A plan, and the account that it is for.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What will be deployed.
    pub plan: Arc<Plan>,
    /// The account, in the region of the provider.
    pub account: AccountFacts,
    /// The other regions that are monitored.
    pub regions: Vec<OtherRegion>,
    /// Roles of remediations, which all regions share.
    pub roles: RemediationRoles,
}

/// A region beside that of the provider.
#[derive(Clone, Debug)]
pub struct OtherRegion {
    /// What is deployed there.
    pub planned: RegionPlan,
    /// The account there.
    pub account: AccountFacts,
}

/// The roles that remediations act under, by rule: IAM is the same in every region.
#[derive(Clone, Debug, Default)]
pub struct RemediationRoles(Arc<Mutex<BTreeMap<String, SharedRole>>>);

/// A role that several regions use.
#[derive(Clone, Debug)]
pub struct SharedRole {
    /// Its ARN.
    pub arn: Output<String>,
    /// Id of its policy, for what waits for that.
    pub policy: Output<String>,
}

impl RemediationRoles {
    /// The role of a rule, which is made where no region has described it yet.
    pub fn of(&self, rule: &str, make: impl FnOnce() -> SharedRole) -> SharedRole {
        let mut roles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        roles.entry(rule.to_owned()).or_insert_with(make).clone()
    }
}

impl OtherRegion {
    /// What the parts there are constructed from.
    pub fn prepared(&self, home: &Prepared, account: AccountFacts) -> Prepared {
        Prepared { plan: Arc::clone(&self.planned.plan), account, regions: Vec::new(), roles: home.roles.clone() }
    }
}

impl Prepared {
    /// Plans for the account that the provider deploys to.
    ///
    /// # Errors
    /// When the provider refuses. What is wrong with the inputs comes before that.
    pub async fn new(context: &Context, inputs: PlanInputs<'_>) -> Result<Self, Error> {
        Self::over(context, inputs, &RegionsArg::default()).await
    }

    /// The same for several regions, that of the provider included whether it is listed or not.
    ///
    /// # Errors
    /// As [`Prepared::new`].
    pub async fn over(context: &Context, inputs: PlanInputs<'_>, regions: &RegionsArg) -> Result<Self, Error> {
        let selection = Selection::new(inputs);
        match AccountFacts::look(context).await {
            Ok(account) => {
                let regions: Vec<_> = selection
                    .over(&monitored(context, regions).await?, account.target())
                    .into_iter()
                    .map(|planned| OtherRegion { account: account.in_region(&planned.code), planned })
                    .collect();
                let planned: Vec<_> = regions.iter().map(|one| &one.planned).collect();
                let plan = selection.at(account.target()).watching(&planned);
                if context.is_preview() && plan.errors.is_empty() {
                    plan.notes.iter().chain(&plan.exclusion).for_each(|note| context.info(note.clone()));
                    regions.iter().flat_map(|one| &one.planned.notes).for_each(|note| context.info(note.clone()));
                }
                Ok(Self { plan: Arc::new(plan), account, regions, roles: RemediationRoles::default() })
            }
            Err(error) if selection.errors.is_empty() => Err(error),
            Err(_) => {
                selection.warnings.iter().for_each(|warning| context.warn(warning.to_string()));
                Err(Error::InvalidInputs(selection.errors))
            }
        }
    }

    /// The codes of the other regions.
    pub fn monitored(&self) -> Vec<String> {
        self.regions.iter().map(|one| one.planned.code.clone()).collect()
    }

    /// The same plan for what is known of the account now.
    pub fn with(&self, account: AccountFacts) -> Self {
        Self { account, ..self.clone() }
    }
}
