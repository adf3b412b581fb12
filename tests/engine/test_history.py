"""The history as a table: the queries of docs/history.md through the deployed table and workgroup, in Athena.

MiniStack runs the queries in DuckDB. It reads every file below the table's location and takes the partition from its
folder; it does not project, encrypts results only as the bucket does, and asks nobody's permission. That the projection
finds the days is for the parameters' test to say, and for AWS to show.
"""

from __future__ import annotations

import time

import pytest
from report.conftest import example
from report.test_history import ANSWERS, QUERIES

from engine.deployment import EXAMPLES, Deployment

DATABASE, WORKGROUP = "compliance_history", "compliance-history"


@pytest.fixture(scope="module")
def asked(deploy, tmp_path_factory) -> Deployment:
    """The YAML example, with the files of six runs in its bucket as the functions' own code writes them."""
    deployed = deploy(EXAMPLES / "yaml")
    folder = tmp_path_factory.mktemp("history")
    example("functions-history", "runs", str(folder))
    for path in sorted(folder.rglob("*.parquet")):
        key = path.relative_to(folder).as_posix()
        deployed.client("s3").upload_file(str(path), deployed.outputs["bucketName"], key)
    return deployed


def run(asked: Deployment, query: str) -> tuple[str, list[tuple[str, ...]]]:
    """Where Athena left the answer, and its rows as texts."""
    athena = asked.client("athena")
    context = {"Database": DATABASE}
    started = athena.start_query_execution(QueryString=query, QueryExecutionContext=context, WorkGroup=WORKGROUP)
    identity, end = started["QueryExecutionId"], time.monotonic() + 30
    while (execution := athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"])["Status"]["State"] in (
        "QUEUED",
        "RUNNING",
    ):
        assert time.monotonic() < end, "the query does not end"
        time.sleep(0.05)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    rows = athena.get_query_results(QueryExecutionId=identity)["ResultSet"]["Rows"]
    values = [tuple(cell.get("VarCharValue", "") for cell in row["Data"]) for row in rows[1:]]
    return execution["ResultConfiguration"]["OutputLocation"], values


@pytest.mark.parametrize("name", ANSWERS)
def test_a_query_answers_what_the_runs_hold(asked, name):
    query = QUERIES[name]
    if name == "Trend":
        query = f"SELECT day(evaluated_at), open, complying FROM ({query}) ORDER BY evaluated_at"
    assert run(asked, query)[1] == [tuple(map(str, row)) for row in ANSWERS[name]]


def test_results_go_to_the_bucket_under_their_own_prefix_encrypted_with_the_key(asked):
    place, rows = run(asked, "SELECT count(*) FROM evaluations WHERE date = '2026-03-01'")
    assert rows == [("6",)]
    bucket, key = place.removeprefix("s3://").split("/", 1)
    assert (bucket, key.split("/")[0]) == (asked.outputs["bucketName"], "queries")
    # MiniStack takes the name of the result for a folder.
    (written,) = [name for name in asked.objects(key) if name.endswith(".csv")]
    head = asked.client("s3").head_object(Bucket=bucket, Key=written)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", asked.outputs["kmsKeyArn"])


def test_what_aggregation_writes_is_in_the_table_at_once(asked):
    host = {"ImageId": "ami-12345678", "InstanceType": "m5.large", "MinCount": 1, "MaxCount": 1}
    instance = asked.client("ec2").run_instances(**host)["Instances"][0]["InstanceId"]
    asked.account.evaluate("ec2-approved-instance-types")
    asked.invoke("compliance-aggregation", {})
    query = (
        "SELECT account, region, rule, compliance, date = substr(CAST(evaluated_at AS varchar), 1, 10) "
        f"FROM evaluations WHERE resource_id = '{instance}'"
    )
    place = (asked.account.account_id, asked.account.region)
    assert run(asked, query)[1] == [(*place, "ec2-approved-instance-types", "NON_COMPLIANT", "true")]
    # And every question people ask is answered over it.
    queries = {**QUERIES, "Trend": f"SELECT open, complying FROM ({QUERIES['Trend']})"}
    answers = {name: run(asked, query)[1] for name, query in queries.items()}
    assert "ec2-approved-instance-types" in [rule for rule, *_ in answers["Worst rules"]]
    assert asked.account.account_id in [account for account, *_ in answers["Worst accounts"]]
    assert any(instance in row for row in answers["What changed this week"])
    assert len(answers["Trend"]) > len(ANSWERS["Trend"])


def test_the_deployed_table_declares_the_columns_of_the_files(asked):
    table = asked.client("glue").get_table(DatabaseName=DATABASE, Name="evaluations")["Table"]
    declared = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
    _, rows = run(asked, "SELECT column_name FROM (DESCRIBE SELECT * FROM evaluations)")
    assert [name for (name,) in rows] == [*declared, *(key["Name"] for key in table["PartitionKeys"])]
    assert table["Parameters"]["projection.enabled"] == "true"
