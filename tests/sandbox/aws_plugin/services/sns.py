"""SNS: topics, their policies and subscriptions."""

from __future__ import annotations

import contextlib
import json
from typing import ClassVar

import botocore.exceptions

from account import arns

from ..aws import settled
from ..resource import Resource, retag, tag_list, tag_map


class Topic(Resource):
    token = "aws:sns/topic:Topic"
    name = "name"
    replaces = ("name", "namePrefix", "fifoTopic")
    attributes: ClassVar = {
        "deliveryPolicy": "DeliveryPolicy",
        "displayName": "DisplayName",
        "kmsMasterKeyId": "KmsMasterKeyId",
    }

    def create(self, aws, inputs):
        sns = aws.client("sns", inputs.get("region"))
        arn = sns.create_topic(Name=inputs["name"], Tags=tag_list(inputs.get("tagsAll")))["TopicArn"]
        settled(lambda: sns.get_topic_attributes(TopicArn=arn))
        self._set(sns, arn, inputs)
        return arn, {"arn": arn, "owner": arns.account_of(arn), "name": inputs["name"]}

    def _set(self, sns, arn, inputs):
        for name, attribute in self.attributes.items():
            if inputs.get(name) is not None:
                sns.set_topic_attributes(TopicArn=arn, AttributeName=attribute, AttributeValue=inputs[name])

    def read(self, aws, identity, state):
        sns = aws.client("sns", state.get("region"))
        found = sns.get_topic_attributes(TopicArn=identity)["Attributes"]
        observed = {name: found.get(attribute) for name, attribute in self.attributes.items() if name in state}
        tags = tag_map(sns.list_tags_for_resource(ResourceArn=identity).get("Tags"))
        return {"arn": identity, "name": arns.resource_of(identity), "tagsAll": tags, **observed}

    def update(self, aws, identity, old, inputs):
        sns = aws.client("sns", inputs.get("region"))
        self._set(sns, identity, inputs)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: sns.tag_resource(ResourceArn=identity, Tags=tag_list(new)),
            lambda gone: sns.untag_resource(ResourceArn=identity, TagKeys=gone),
        )
        return {"arn": identity, "owner": arns.account_of(identity), "name": inputs["name"]}

    def delete(self, aws, identity, state):
        aws.client("sns", state.get("region")).delete_topic(TopicArn=identity)


class TopicPolicy(Resource):
    token = "aws:sns/topicPolicy:TopicPolicy"
    replaces = ("arn",)

    def create(self, aws, inputs):
        sns = aws.client("sns", inputs.get("region"))
        sns.set_topic_attributes(TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"])
        return inputs["arn"], {"owner": arns.account_of(inputs["arn"])}

    def read(self, aws, identity, state):
        found = aws.client("sns", state.get("region")).get_topic_attributes(TopicArn=identity)["Attributes"]
        return {"arn": identity, "policy": found["Policy"]}

    def delete(self, aws, identity, state):
        # A topic always has a policy; this is the one that a new topic has.
        account = arns.account_of(identity)
        owner = {"StringEquals": {"AWS:SourceOwner": account}}
        actions = ["SNS:GetTopicAttributes", "SNS:Publish", "SNS:Subscribe"]
        everyone = {"AWS": "*"}
        statement = {
            "Effect": "Allow",
            "Principal": everyone,
            "Action": actions,
            "Resource": identity,
            "Condition": owner,
        }
        policy = json.dumps({"Version": "2008-10-17", "Statement": [statement]})
        sns = aws.client("sns", state.get("region"))
        sns.set_topic_attributes(TopicArn=identity, AttributeName="Policy", AttributeValue=policy)


class TopicSubscription(Resource):
    token = "aws:sns/topicSubscription:TopicSubscription"
    replaces = ("endpoint", "protocol", "topic")
    attributes: ClassVar = {
        "filterPolicy": "FilterPolicy",
        "filterPolicyScope": "FilterPolicyScope",
        "rawMessageDelivery": "RawMessageDelivery",
    }

    def create(self, aws, inputs):
        sns = aws.client("sns", inputs.get("region"))
        given = {attribute: _text(inputs[name]) for name, attribute in self.attributes.items() if name in inputs}
        arn = sns.subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            Attributes=given,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        outputs = self._outputs(sns, arn)
        if outputs["pendingConfirmation"]:
            # The provider asks for it and goes on where it is denied.
            with contextlib.suppress(botocore.exceptions.ClientError):
                sns.list_subscriptions_by_topic(TopicArn=inputs["topic"])
        return arn, outputs

    def update(self, aws, identity, old, inputs):
        sns = aws.client("sns", inputs.get("region"))
        for name, attribute in self.attributes.items():
            if inputs.get(name) != old.get(name):
                value = _text(inputs[name]) if name in inputs else "{}"
                sns.set_subscription_attributes(SubscriptionArn=identity, AttributeName=attribute, AttributeValue=value)
        return self._outputs(sns, identity)

    def _outputs(self, sns, arn):
        found = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        return {
            "arn": arn,
            "ownerId": arns.account_of(arn),
            "pendingConfirmation": found.get("PendingConfirmation") == "true",
            "confirmationWasAuthenticated": found.get("ConfirmationWasAuthenticated") == "true",
            "filterPolicyScope": found.get("FilterPolicyScope", ""),
        }

    def read(self, aws, identity, state):
        sns = aws.client("sns", state.get("region"))
        found = sns.get_subscription_attributes(SubscriptionArn=identity)["Attributes"]
        observed = (
            {"filterPolicy": found["FilterPolicy"]} if "FilterPolicy" in found and "filterPolicy" in state else {}
        )
        return {**self._outputs(sns, identity), **observed}

    def delete(self, aws, identity, state):
        try:
            aws.client("sns", state.get("region")).unsubscribe(SubscriptionArn=identity)
        except Exception as error:
            # Nobody can end what was never confirmed; it goes with its topic, or after 48 hours.
            if "pending confirmation" not in str(error):
                raise


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else value
