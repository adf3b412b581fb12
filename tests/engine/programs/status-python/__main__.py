"""The look at the account as a function, from Python."""

import pulumi
import pulumi_aws_compliance as compliance

status = compliance.get_account_status(recorder_mode=compliance.RecorderMode.CREATE, owner="audit/prod/compliance")
pulumi.export(
    "status",
    {
        "looked": status.looked,
        "skipped": status.skipped,
        "account": status.account,
        "caller": status.caller,
        "region": status.region,
        "recorder": status.recorder
        and {
            "name": status.recorder.name,
            "recording": status.recorder.recording,
            "roleArn": status.recorder.role_arn,
        },
        "recorderAction": status.recorder_action,
        "serviceLinkedRoleExists": status.service_linked_role_exists,
        "rulesUsed": status.rules_used,
        "rulesAllowed": status.rules_allowed,
        "aggregators": status.aggregators,
        "namesakes": status.namesakes,
        "wouldCreate": status.would_create,
        "wouldRefuse": status.would_refuse,
        "warnings": status.warnings,
    },
)
