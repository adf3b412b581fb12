"""Cloud Control: a resource of any type of the CloudFormation registry, by its desired state.

terraform-provider-aws, `cloudcontrol/resource.go`: what changes becomes a JSON patch of the top-level properties; a
change of a create-only property replaces the resource. The provider reads the type's schema
(`cloudformation:DescribeType`) where it is not given; here the create-only properties of the one type that is used are
known.
"""

from __future__ import annotations

import json
import time

from ..resource import Resource

CREATE_ONLY = ("AuthorizedAccountId", "AuthorizedAwsRegion")
REQUEST_SECONDS = 60


class CloudControlResource(Resource):
    token = "aws:cloudcontrol/resource:Resource"
    replaces = ("typeName", "typeVersionId", "roleArn")

    def replaced(self, old, new):
        """A change of a create-only property replaces the resource."""
        before, after = (json.loads(inputs.get("desiredState") or "{}") for inputs in (old, new))
        return ["desiredState"] if any(before.get(name) != after.get(name) for name in CREATE_ONLY) else []

    def create(self, aws, inputs):
        client = aws.client("cloudcontrol", inputs.get("region"))
        answer = client.create_resource(TypeName=inputs["typeName"], DesiredState=inputs["desiredState"])
        identity = self._ended(client, answer)["Identifier"]
        return identity, self._properties(client, inputs["typeName"], identity)

    def _properties(self, client, kind, identity):
        found = client.get_resource(TypeName=kind, Identifier=identity)
        return {"properties": found["ResourceDescription"]["Properties"], "schema": "{}"}

    def _ended(self, client, answer):
        end = time.monotonic() + REQUEST_SECONDS
        token = answer["ProgressEvent"]["RequestToken"]
        while True:
            event = client.get_resource_request_status(RequestToken=token)["ProgressEvent"]
            if event["OperationStatus"] == "SUCCESS":
                return event
            if event["OperationStatus"] == "FAILED":
                reason = f"{event['ErrorCode']}: {event['StatusMessage']}"
                raise ValueError(f"{event['Operation']} of {event['TypeName']}: {reason}")
            if time.monotonic() > end:
                raise TimeoutError(f"{event['Operation']} of {event['TypeName']} did not end")
            time.sleep(0.2)

    def read(self, aws, identity, state):
        client = aws.client("cloudcontrol", state.get("region"))
        return self._properties(client, state["typeName"], identity)

    def update(self, aws, identity, old, inputs):
        client = aws.client("cloudcontrol", inputs.get("region"))
        before, after = json.loads(old["desiredState"]), json.loads(inputs["desiredState"])
        patch = [
            {"op": "replace" if name in before else "add", "path": f"/{name}", "value": after[name]}
            for name in after
            if before.get(name) != after[name]
        ]
        answer = client.update_resource(
            TypeName=inputs["typeName"], Identifier=identity, PatchDocument=json.dumps(patch)
        )
        self._ended(client, answer)
        return self._properties(client, inputs["typeName"], identity)

    def delete(self, aws, identity, state):
        client = aws.client("cloudcontrol", state.get("region"))
        self._ended(client, client.delete_resource(TypeName=state["typeName"], Identifier=identity))
