import { checkRules, getFramework, getManagedRule } from "pulumi-aws-compliance";

const rule = getManagedRule({ identifier: "ACCESS_KEYS_ROTATED" });
export const trigger = rule.then((known) => known.trigger);
export const parameter = rule.then((known) => known.parameters[0].name);
export const rules = getFramework({ id: "hipaa" }).then((known) => known.rules.length);
const checked = checkRules({
    rules: { managed: [{ identifier: "S3_BUCKET_SSE_ENABLED" }] },
    frameworks: [{ id: "hippa" }],
});
export const paths = checked.then((found) => found.errors.map((each) => each.path));
