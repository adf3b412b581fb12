"""Volumes of a terminated instance: deleted where they say so, as a root volume does, else free again.

MiniStack leaves them attached to an instance that is gone. AWS page: "Preserve data when an instance is terminated".
"""

from ministack.services import ec2

from account import hooks


def install() -> None:
    """Let go of the volumes when an instance is terminated."""
    hooks.around(ec2, "_terminate_instances", _terminate)


def _terminate(original, params):
    answer = original(params)
    for identity, volume in list(ec2._volumes.items()):
        for attachment in list(volume["Attachments"]):
            instance = ec2._instances.get(attachment["InstanceId"])
            if instance and instance["State"]["Name"] == "terminated":
                volume["Attachments"].remove(attachment)
                volume["State"] = "available"
                if attachment["DeleteOnTermination"]:
                    del ec2._volumes[identity]
    return answer
