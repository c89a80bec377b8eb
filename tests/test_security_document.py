"""What docs/security.md says is proved, is: each test that it names exists and can fail."""

import ast
import re
from pathlib import Path

from tests.soak import __main__ as soak
from tests.soak.faults import FAULTS
from tests.verify import mutants, report
from webapp.config import ROOT

DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(test_\w+\.py)::(test_\w+)`", DOCUMENT)


def functions_in(path: Path) -> dict[str, ast.FunctionDef]:
    """Return the functions of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test_that_is_there() -> None:
    tables = re.findall(r"^\| (?!-)(.+) \|$", DOCUMENT.partition("## Figures")[0], re.MULTILINE)
    rows = [row for row in tables if not row.endswith("Proved by")]

    assert len(rows) > 25
    for row in rows:
        assert re.search(r"`test_\w+\.py::test_\w+`", row), row
    for file, name in NAMED:
        test = functions_in(ROOT / "tests" / file).get(name)
        assert test is not None, f"{file}::{name}"
        body = ast.unparse(test)
        assert "assert" in body or "raises" in body, f"{file}::{name}"


def figures() -> dict[tuple[str, str, str], str]:
    """Return the document's figures by (source, proof, figure's name)."""
    table = DOCUMENT.partition(report.BEGINS)[2].partition(report.ENDS)[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|:]+): ([^|]*) \| `make (\w+)` \|$", table, re.MULTILINE)
    assert len(rows) == table.count("\n") - 2  # beside the head
    return {(source, proof, name): said for proof, name, said, source in rows}


def counted(said: str, name: str) -> float:
    """Return the number that stands before a name in a figure."""
    found = re.search(rf"([\d.]+) {re.escape(name)}", said)
    assert found, f"{name} is not in {said}"
    return float(found[1])


def test_the_long_runs_show_what_they_must() -> None:
    """A table that `python -m tests.verify.report` wrote, of runs that were long and went well."""
    told = figures()

    broken = {name: said for (source, proof, name), said in told.items()
              if (source, proof) == ("verify", "broken pictures")}  # fmt: skip
    assert int(broken["tried"]) >= 2000
    assert broken["crashes_and_server_errors"] == "0"
    assert float(broken["most_processor_s"]) < mutants.MOST_SECONDS
    assert f"ended_by_the_readers_deadline_of_{mutants.MOST_SECONDS}_s" in broken
    assert int(broken["most_memory_of_the_decoder_mb"]) < 1000
    assert int(told["verify", "kills", "in_all"]) >= 200
    assert told["verify", "kills", "promises_broken_or_orphans"] == "0"
    assert told["test", "forms", "taken"] == "0"
    assert int(told["test", "routes", "covered"]) > 50
    of_the_largest = told["test", "pictures of 50 megapixels", "most_megabytes_of_the_decoder"]
    assert counted(of_the_largest, "webp") < 1000


def test_the_soak_shows_what_it_must() -> None:
    told = {name: said for (source, _, name), said in figures().items() if source == "soak"}

    assert float(told["minutes"]) >= 10
    assert counted(told["memory of a web worker"], "growth") <= soak.MOST_GROWTH
    for deed in soak.DEEDS:
        assert counted(told["done"], deed) >= float(told["minutes"]), deed
    assert len(told["faults"].split(",")) == len(FAULTS)
    assert told["tracebacks logged"] == "0"
    assert not {"odd", "too rarely done"} & set(told)
