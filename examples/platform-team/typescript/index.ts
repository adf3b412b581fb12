import { GuardedWorkload } from "./guardedWorkload";

const payments = new GuardedWorkload("payments", { owner: "payments@example.com", workload: "payments" });

export const topicArn = payments.topicArn;
export const ruleNames = payments.ruleNames;
