"""The queries of docs/history.md, each in DuckDB over the files that the functions' own code writes."""

from __future__ import annotations

import re

import duckdb
import pytest

from harness.artefacts import ROOT

from .conftest import example

EBS, RDS = "ebs-volumes-encrypted", "rds-backup-retention-enabled"
ONE, TWO = "111111111111", "222222222222"
N, C = "NON_COMPLIANT", "COMPLIANT"

PAGE = (ROOT / "docs/history.md").read_text()
QUERIES = dict(re.findall(r"^## (.+?)\n.*?^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))

ANSWERS = {
    "Trend": [(1, 3, 50.0), (2, 4, 33.3), (3, 2, 66.7), (4, 2, 60.0), (5, 1, 80.0), (6, 3, 40.0)],
    "Time to fix": [(EBS, 3, 32.0)],
    "Worst rules": [(RDS, "critical", 2, 1), (EBS, "high", 1, 1)],
    "Worst accounts": [(TWO, 2, 2), (ONE, 1, 0)],
    "Flapping": [(ONE, "eu-central-1", EBS, "vol-b", 5)],
    "What changed this week": [
        (ONE, EBS, "vol-a", N, C),
        (ONE, EBS, "vol-b", C, N),
        (TWO, RDS, "db-b", C, N),
        (TWO, RDS, "db-gone", N, "NOT THERE"),
    ],
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The view of docs/history.md over six runs."""
    folder = tmp_path_factory.mktemp("history")
    example("functions-history", "runs", str(folder))
    view = re.search(r"CREATE VIEW.*?;", PAGE, re.DOTALL)[0].replace("s3://<bucket>", str(folder))
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute(view)
    return database


def test_every_query_has_an_answer_here():
    assert QUERIES.keys() == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_query_answers_what_the_runs_hold(database, name):
    query = QUERIES[name]
    if name == "Trend":
        query = f"SELECT day(evaluated_at), open, complying FROM ({query}) ORDER BY evaluated_at"
    assert database.execute(query).fetchall() == ANSWERS[name]


def test_columns_are_those_the_page_documents(database):
    columns = [row[0] for row in database.execute("DESCRIBE evaluations").fetchall()]
    documented = re.findall(r"^\| (`.+?`) \|", PAGE, re.MULTILINE)
    named = [name for cell in documented for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(columns) == sorted(named)
    assert columns[:7] == named[:7]


def test_a_retry_counts_once_and_names_come_back_as_they_were(database):
    runs = database.execute("SELECT count(*), count(DISTINCT run_id) FROM evaluations").fetchone()
    assert runs == (33, 6)
    names = database.execute("SELECT DISTINCT resource_id FROM evaluations WHERE rule = 's3-tls-only'").fetchall()
    assert names == [("<script>alert('1')</script>",)]
