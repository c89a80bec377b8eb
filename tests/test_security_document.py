"""What docs/security.md says is proved, is: each test that it names exists and can fail."""

import ast
import re
from pathlib import Path

from tests.verify import report
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


def test_the_figures_are_those_of_the_reports_shape() -> None:
    """A table that `python -m tests.verify.report` wrote, with what must be shown in it."""
    figures = DOCUMENT.partition(report.BEGINS)[2].partition(report.ENDS)[0]

    for proof in ("broken pictures", "kills", "soak", "routes"):
        assert f"| {proof} |" in figures, proof
