//! What is wrong with a whole deployment beside its rules: what cannot be where it is deployed, and what its other regions refuse.
//! Preview, `check` and cost estimate say the same.

use aws_compliance_catalog::INLINE_BYTES;
use pulumi_component::value::PropertyError;

use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::recorder::RecordingStrategy;
use crate::plan::elsewhere::Elsewhere;
use crate::plan::regions::{RegionPlan, refused_home};
use crate::plan::target::Target;

impl ComplianceMonitoringArgs {
    /// What must not be deployed to this home with these other regions, and what is odd.
    pub fn problems(&self, home: &Target, others: &[RegionPlan]) -> Elsewhere {
        let mut found = self.elsewhere(home);
        found.errors.extend(refused_home(others, home));
        found.warnings.extend(self.warned_vpc(others));
        for other in others {
            let (errors, warnings) = self.region_problems(other);
            found.errors.extend(errors);
            found.warnings.extend(warnings);
        }
        found
    }

    /// The same of one other region.
    fn region_problems(&self, one: &RegionPlan) -> (Vec<PropertyError>, Vec<PropertyError>) {
        let (mut errors, warnings) = one.problems();
        let path = || one.path.clone();
        let code = &one.code;
        for pack in &one.plan.packs {
            let bytes = pack.template().map_or(0, |text| text.len());
            if bytes > INLINE_BYTES {
                let reason = format!(
                    "the template of the conformance pack `{}` has {bytes} bytes and {INLINE_BYTES} fit into a request; larger ones \
                     need a bucket in {code}: deploy its framework as `rules`",
                    pack.name
                );
                errors.push(PropertyError::new(path(), reason));
            }
        }
        let recorder = self.recorder.elsewhere();
        if recorder.may_be_ours()
            && recorder.strategy == RecordingStrategy::Only
            && recorder.resource_types.is_empty()
            && !self.recorder.resource_types.is_empty()
        {
            let reason = format!(
                "`recorder.resourceTypes` has types of IAM alone, which are recorded at home: a recorder in {code} would record \
                 nothing; add a type that exists in {code}"
            );
            errors.push(PropertyError::new(path(), reason));
        }
        (errors, warnings)
    }
}
