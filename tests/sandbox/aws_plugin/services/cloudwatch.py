"""CloudWatch Logs, EventBridge and CloudWatch: log groups, event rules, targets, dashboards."""

from __future__ import annotations

from ..resource import Resource, retag, tag_list, tag_map
from ..values import pascal


class LogGroup(Resource):
    token = "aws:cloudwatch/logGroup:LogGroup"
    name = "name"
    replaces = ("name", "namePrefix", "logGroupClass")

    def create(self, aws, inputs):
        logs = aws.client("logs", inputs.get("region"))
        key = {"kmsKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}
        tags = {"tags": inputs["tagsAll"]} if inputs.get("tagsAll") else {}
        logs.create_log_group(logGroupName=inputs["name"], **key, **tags)
        self._retain(logs, inputs)
        return inputs["name"], {"arn": self._find(logs, inputs["name"])["arn"].removesuffix(":*")}

    def _retain(self, logs, inputs):
        days = inputs.get("retentionInDays")
        if days:
            logs.put_retention_policy(logGroupName=inputs["name"], retentionInDays=days)
        else:
            logs.delete_retention_policy(logGroupName=inputs["name"])

    def _find(self, logs, name):
        groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return next((group for group in groups if group["logGroupName"] == name), None)

    def read(self, aws, identity, state):
        logs = aws.client("logs", state.get("region"))
        group = self._find(logs, identity)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        return {
            "arn": arn,
            "name": identity,
            "kmsKeyId": group.get("kmsKeyId"),
            "retentionInDays": group.get("retentionInDays"),
            "tagsAll": logs.list_tags_for_resource(resourceArn=arn).get("tags") or {},
        }

    def update(self, aws, identity, old, inputs):
        logs = aws.client("logs", inputs.get("region"))
        self._retain(logs, inputs)
        if inputs.get("kmsKeyId") != old.get("kmsKeyId"):
            if inputs.get("kmsKeyId"):
                logs.associate_kms_key(logGroupName=identity, kmsKeyId=inputs["kmsKeyId"])
            else:
                logs.disassociate_kms_key(logGroupName=identity)
        arn = old["arn"]
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: logs.tag_resource(resourceArn=arn, tags=new),
            lambda gone: logs.untag_resource(resourceArn=arn, tagKeys=gone),
        )
        return {"arn": arn}

    def delete(self, aws, identity, state):
        aws.client("logs", state.get("region")).delete_log_group(logGroupName=identity)


class EventRule(Resource):
    token = "aws:cloudwatch/eventRule:EventRule"
    name = "name"
    replaces = ("name", "namePrefix", "eventBusName")

    def create(self, aws, inputs):
        events = aws.client("events", inputs.get("region"))
        given = {
            "Name": inputs["name"],
            "Description": inputs.get("description"),
            "ScheduleExpression": inputs.get("scheduleExpression"),
            "EventPattern": inputs.get("eventPattern"),
            "State": inputs.get("state"),
        }
        arn = events.put_rule(**{name: value for name, value in given.items() if value})["RuleArn"]
        if inputs.get("tagsAll"):
            events.tag_resource(ResourceARN=arn, Tags=tag_list(inputs["tagsAll"]))
        return inputs["name"], {"arn": arn}

    def read(self, aws, identity, state):
        events = aws.client("events", state.get("region"))
        rule = events.describe_rule(Name=identity)
        return {
            "arn": rule["Arn"],
            "name": identity,
            "description": rule.get("Description"),
            "scheduleExpression": rule.get("ScheduleExpression"),
            "eventPattern": rule.get("EventPattern"),
            "tagsAll": tag_map(events.list_tags_for_resource(ResourceARN=rule["Arn"]).get("Tags")),
        }

    def update(self, aws, identity, old, inputs):
        gone = [name for name in old.get("tagsAll") or {} if name not in (inputs.get("tagsAll") or {})]
        if gone:
            aws.client("events", inputs.get("region")).untag_resource(ResourceARN=old["arn"], TagKeys=gone)
        return super().update(aws, identity, old, inputs)

    def delete(self, aws, identity, state):
        aws.client("events", state.get("region")).delete_rule(Name=identity)


class EventTarget(Resource):
    token = "aws:cloudwatch/eventTarget:EventTarget"
    name = "targetId"
    replaces = ("rule", "targetId", "eventBusName")

    def create(self, aws, inputs):
        target = {"Id": inputs["targetId"], "Arn": inputs["arn"]}
        if inputs.get("roleArn"):
            target["RoleArn"] = inputs["roleArn"]
        if inputs.get("input"):
            target["Input"] = inputs["input"]
        if inputs.get("deadLetterConfig"):
            target["DeadLetterConfig"] = pascal(inputs["deadLetterConfig"])
        events = aws.client("events", inputs.get("region"))
        answer = events.put_targets(Rule=inputs["rule"], Targets=[target])
        if answer.get("FailedEntryCount"):
            raise ValueError(f"PutTargets: {answer['FailedEntries']}")
        return f"{inputs['rule']}-{inputs['targetId']}", {}

    def read(self, aws, identity, state):
        events = aws.client("events", state.get("region"))
        for target in events.list_targets_by_rule(Rule=state["rule"])["Targets"]:
            if target["Id"] == state["targetId"]:
                return {"arn": target["Arn"], "roleArn": target.get("RoleArn"), "input": target.get("Input")}
        return None

    def delete(self, aws, identity, state):
        events = aws.client("events", state.get("region"))
        events.remove_targets(Rule=state["rule"], Ids=[state["targetId"]])


class Dashboard(Resource):
    token = "aws:cloudwatch/dashboard:Dashboard"
    replaces = ("dashboardName",)

    def create(self, aws, inputs):
        cloudwatch = aws.client("cloudwatch", inputs.get("region"))
        name = inputs["dashboardName"]
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody=inputs["dashboardBody"])
        return name, {"dashboardArn": cloudwatch.get_dashboard(DashboardName=name)["DashboardArn"]}

    def read(self, aws, identity, state):
        dashboard = aws.client("cloudwatch", state.get("region")).get_dashboard(DashboardName=identity)
        return {
            "dashboardName": identity,
            "dashboardBody": dashboard["DashboardBody"],
            "dashboardArn": dashboard["DashboardArn"],
        }

    def delete(self, aws, identity, state):
        aws.client("cloudwatch", state.get("region")).delete_dashboards(DashboardNames=[identity])
