//! The plan and the account that it is for: what the parts are constructed from beside their inputs.

use std::sync::Arc;

use pulumi_component::{ConstructError, Context};

use crate::account::facts::AccountFacts;
use crate::plan::Plan;
use crate::plan::selection::{PlanInputs, Selection};

/// A plan, and the account that it is for.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What will be deployed.
    pub plan: Arc<Plan>,
    /// The account.
    pub account: AccountFacts,
}

impl Prepared {
    /// Plans for the account that the provider deploys to.
    ///
    /// # Errors
    /// When the provider refuses. What is wrong with the inputs comes before that.
    pub async fn new(context: &Context, inputs: PlanInputs<'_>) -> Result<Self, ConstructError> {
        let selection = Selection::new(inputs);
        match AccountFacts::look(context).await {
            Ok(account) => {
                let plan = selection.at(account.target());
                if context.is_preview() && plan.errors.is_empty() {
                    plan.notes.iter().chain(&plan.exclusion).for_each(|note| context.info(note.clone()));
                }
                Ok(Self { plan: Arc::new(plan), account })
            }
            Err(error) if selection.errors.is_empty() => Err(error),
            Err(_) => {
                selection.warnings.iter().for_each(|warning| context.warn(warning.to_string()));
                Err(ConstructError::InvalidInputs(selection.errors))
            }
        }
    }

    /// The same plan for what is known of the account now.
    pub fn with(&self, account: AccountFacts) -> Self {
        Self { plan: Arc::clone(&self.plan), account }
    }
}
