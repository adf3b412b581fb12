import { getAccountStatus } from "pulumi-aws-compliance";

// Every member: a result that lost one would export nothing for it.
export const status = getAccountStatus({ recorderMode: "create", owner: "audit/prod/compliance" });
