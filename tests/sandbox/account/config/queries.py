"""Advanced queries over one account and region.

Compliance is in the index where the recorder records `AWS::Config::ResourceCompliance`, as other types are.
AWS pages: "SelectResourceConfig", "Querying the Current Configuration State of AWS Resources".
"""

from ministack.core.responses import get_account_id, get_region

from account.config import inventory
from account.config.aggregate import resource_compliance
from account.config.evaluation import recorded
from account.config.paging import page
from account.config.query import parse
from account.config.state import moto_here


def select_resource_config(request: dict) -> dict:
    """Rows of a query over what is recorded here, 100 to a page."""
    query = parse(request["Expression"])
    items = (
        [*resource_compliance((get_account_id(), get_region())), *inventory.items()] if moto_here().recorders else []
    )
    rows, token = page(query.rows([item for item in items if recorded(item["resourceType"])]), request, default=100)
    return {"Results": rows, "QueryInfo": {"SelectFields": [{"Name": field} for field in query.fields]}, **token}


OPERATIONS = {"SelectResourceConfig": select_resource_config}
