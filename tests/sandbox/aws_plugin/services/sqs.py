"""SQS: queues and their policies."""

from __future__ import annotations

from typing import ClassVar

from ..resource import Resource, retag


class Queue(Resource):
    token = "aws:sqs/queue:Queue"
    name = "name"
    replaces = ("name", "namePrefix", "fifoQueue")
    # Input: attribute of the service.
    attributes: ClassVar = {
        "delaySeconds": "DelaySeconds",
        "kmsMasterKeyId": "KmsMasterKeyId",
        "messageRetentionSeconds": "MessageRetentionPeriod",
        "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
        "redrivePolicy": "RedrivePolicy",
        "visibilityTimeoutSeconds": "VisibilityTimeout",
    }

    def _attributes(self, inputs):
        given = {attribute: inputs.get(name) for name, attribute in self.attributes.items()}
        return {attribute: str(value) for attribute, value in given.items() if value is not None}

    def create(self, aws, inputs):
        sqs = aws.client("sqs", inputs.get("region"))
        tags = {"tags": inputs["tagsAll"]} if inputs.get("tagsAll") else {}
        url = sqs.create_queue(QueueName=inputs["name"], Attributes=self._attributes(inputs), **tags)["QueueUrl"]
        return url, self._outputs(sqs, url)

    def _outputs(self, sqs, url):
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return {"arn": arn, "url": url}

    def read(self, aws, identity, state):
        sqs = aws.client("sqs", state.get("region"))
        found = sqs.get_queue_attributes(QueueUrl=identity, AttributeNames=["All"])["Attributes"]
        observed = {}
        for name, attribute in self.attributes.items():
            if name in state and attribute in found:
                value = found[attribute]
                observed[name] = int(value) if isinstance(state[name], int) else value
        tags = sqs.list_queue_tags(QueueUrl=identity).get("Tags") or {}
        name = identity.rsplit("/", 1)[1]
        return {"arn": found["QueueArn"], "url": identity, "name": name, "tagsAll": tags, **observed}

    def update(self, aws, identity, old, inputs):
        sqs = aws.client("sqs", inputs.get("region"))
        sqs.set_queue_attributes(QueueUrl=identity, Attributes=self._attributes(inputs))
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: sqs.tag_queue(QueueUrl=identity, Tags=new),
            lambda gone: sqs.untag_queue(QueueUrl=identity, TagKeys=gone),
        )
        return self._outputs(sqs, identity)

    def delete(self, aws, identity, state):
        aws.client("sqs", state.get("region")).delete_queue(QueueUrl=identity)


class QueuePolicy(Resource):
    token = "aws:sqs/queuePolicy:QueuePolicy"
    replaces = ("queueUrl",)

    def create(self, aws, inputs):
        sqs = aws.client("sqs", inputs.get("region"))
        sqs.set_queue_attributes(QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]})
        return inputs["queueUrl"], {}

    def read(self, aws, identity, state):
        sqs = aws.client("sqs", state.get("region"))
        found = sqs.get_queue_attributes(QueueUrl=identity, AttributeNames=["Policy"]).get("Attributes") or {}
        return {"queueUrl": identity, "policy": found["Policy"]} if found.get("Policy") else None

    def delete(self, aws, identity, state):
        aws.client("sqs", state.get("region")).set_queue_attributes(QueueUrl=identity, Attributes={"Policy": ""})
