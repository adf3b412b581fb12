"""Encryption of new EBS volumes by default, which MiniStack does not have.

AWS pages: "GetEbsEncryptionByDefault", "EnableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault" (Amazon EC2 API
Reference). Volumes that are made afterwards are as their request says: what the default does to them is not simulated.
"""

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import ec2

_defaults = AccountRegionScopedDict()


def install() -> None:
    """Add the three operations to those of EC2."""
    table = next(value for value in vars(ec2).values() if isinstance(value, dict) and "DescribeVolumes" in value)
    table["GetEbsEncryptionByDefault"] = lambda _params: _answer("GetEbsEncryptionByDefault")
    table["EnableEbsEncryptionByDefault"] = lambda _params: _answer("EnableEbsEncryptionByDefault", on=True)
    table["DisableEbsEncryptionByDefault"] = lambda _params: _answer("DisableEbsEncryptionByDefault", on=False)


def _answer(operation: str, on: bool | None = None):
    if on is not None:
        _defaults["encryption"] = on
    value = str(bool(_defaults.get("encryption"))).lower()
    return ec2._xml(200, f"{operation}Response", f"<ebsEncryptionByDefault>{value}</ebsEncryptionByDefault>")
