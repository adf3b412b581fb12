"""EC2 lists the regions that an account can use without those that it has disabled, which MiniStack does not do.

AWS page: "DescribeRegions" (Amazon EC2 API Reference). Asked for all regions, it lists them as not opted in.
"""

from ministack.services import ec2

from .. import faults
from ..hooks import around


def install() -> None:
    """Let the list of regions follow what tests have disabled."""
    around(ec2, "_describe_regions", _described)


def _described(original, params):
    everything, disabled = ec2._AWS_REGIONS, faults.disabled_regions()
    listed_too = ec2._p(params, "AllRegions", "").lower() == "true"
    shown = [(name, "not-opted-in" if name in disabled else status) for name, status in everything]
    try:
        ec2._AWS_REGIONS = [one for one in shown if listed_too or one[0] not in disabled]
        return original(params)
    finally:
        ec2._AWS_REGIONS = everything
