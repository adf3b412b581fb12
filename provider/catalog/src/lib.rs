//! What is known of AWS Config's managed rules, frameworks and remediations, and the judgement over it.
//!
//! The facts are files (`facts/`, written by `make facts`) that are read when first asked for: who asks for no rule
//! pays nothing. Everything here is pure: no network, no clock.

mod asked;
mod check;
mod compose;
mod direction;
mod facts;
mod limits;
mod lines;
mod merge;
mod overrides;
mod pack;
mod problem;
mod remedy;
mod render;
mod search;
mod similar;
mod value;

pub use asked::{ComposedRule, FrameworkRequest};
pub use check::{RuleRequest, Scope, check_available, check_custom, check_rules};
pub use compose::{Composition, compose};
pub use facts::{
    Alternative, Catalog, Framework, FrameworkRule, ParameterForm, ParameterType, Regions, Remediation, Rule,
    RuleParameter, Sample, Trigger, framework, frameworks, remediation, remedied,
};
pub use limits::{
    BUCKET_BYTES, INLINE_BYTES, PACKS_PER_REGION, PARAMETER_VALUE_LENGTH, PARAMETERS_PER_PACK, PackSize,
    RULES_PER_PACK, check_packs,
};
pub use pack::{OWNER_PARAMETER, Pack, RULES_PER_WAIT, pack_name, packs_of, rules_start};
pub use problem::{Problem, Report};
pub use remedy::{RESOURCE_ID, ROLE_PARAMETER, Remedy, RemedyRequest, check_remedy};
pub use render::{Template, names, templates};
pub use search::{nearest_frameworks, nearest_rules, search_rules, unknown_framework};
pub use similar::{nearest_frequency, nearest_of};
