import * as pulumi from "@pulumi/pulumi";
import { Alerts, Encryption, RuleSet } from "pulumi-aws-compliance";

export interface GuardedWorkloadArgs {
    /** Who is told. */
    owner: pulumi.Input<string>;
    /** Name of the workload; it begins every physical name. */
    workload: string;
}

/** What every workload of the company gets: a key, two rules and a topic, and nothing that it does not need. */
export class GuardedWorkload extends pulumi.ComponentResource {
    readonly topicArn: pulumi.Output<string>;
    readonly ruleNames: pulumi.Output<string[]>;

    constructor(name: string, args: GuardedWorkloadArgs, options?: pulumi.ComponentResourceOptions) {
        super("company:platform:GuardedWorkload", name, {}, options);
        const shared = { namePrefix: args.workload, tags: { workload: args.workload } };
        const encryption = new Encryption(`${name}-encryption`, shared, { parent: this });
        const rules = new RuleSet(
            `${name}-rules`,
            {
                ...shared,
                rules: {
                    baseline: false,
                    managed: [{ identifier: "ENCRYPTED_VOLUMES" }, { identifier: "S3_BUCKET_VERSIONING_ENABLED" }],
                },
            },
            { parent: this },
        );
        const alerts = new Alerts(
            `${name}-alerts`,
            { ...shared, kmsKeyArn: encryption.kmsKeyArn, notifications: { emails: { owner: args.owner } } },
            { parent: this },
        );
        this.topicArn = alerts.topicArn;
        this.ruleNames = rules.configRuleNames;
        this.registerOutputs({ topicArn: this.topicArn, ruleNames: this.ruleNames });
    }
}
