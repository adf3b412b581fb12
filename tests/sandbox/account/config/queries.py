"""Advanced queries over one account and region.

Compliance is in the index where the recorder records `AWS::Config::ResourceCompliance`, as other types are.
AWS pages: "SelectResourceConfig", "Querying the Current Configuration State of AWS Resources".
"""

from ministack.core.responses import get_account_id, get_region

from account.config import inventory
from account.config.aggregate import COMPLIANCE_TYPE, compliance_rows
from account.config.evaluation import recorded
from account.config.paging import page
from account.config.query import Query, parse
from account.config.state import moto_here


def select_resource_config(request: dict) -> dict:
    """Rows of a query over what is recorded here, 100 to a page."""
    query = parse(request["Expression"])
    rows, token = page(_rows(query) if moto_here().recorders else [], request, default=100)
    return {"Results": rows, "QueryInfo": {"SelectFields": [{"Name": field} for field in query.fields]}, **token}


def _rows(query: Query) -> list[str]:
    results = compliance_rows((get_account_id(), get_region()), query) if recorded(COMPLIANCE_TYPE) else []
    return [*results, *query.rows([item for item in inventory.items() if recorded(item["resourceType"])])]


OPERATIONS = {"SelectResourceConfig": select_resource_config}
