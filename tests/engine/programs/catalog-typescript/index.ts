import { checkRules, getCostEstimate, getFramework, getManagedRule, ManagedRuleIdentifier } from "pulumi-aws-compliance";

// Identifiers are an enumeration, and any text.
const rule = getManagedRule({ identifier: ManagedRuleIdentifier.AccessKeysRotated });
export const trigger = rule.then((known) => known.trigger);
export const parameter = rule.then((known) => known.parameters[0].name);
export const rules = getFramework({ id: "hipaa" }).then((known) => known.rules.length);
const checked = checkRules({
    rules: { managed: [{ identifier: "S3_BUCKET_SSE_ENABLED" }] },
    frameworks: [{ id: "hippa" }],
});
export const costs = getCostEstimate({ region: "eu-west-1" }).then((found) => found.expectedUsd > 1);
export const paths = checked.then((found) => found.errors.map((each) => each.path));
