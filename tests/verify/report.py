"""The figures of the long proofs: noted as they run, and set into docs/security.md.

Tests note theirs in `instance/reports`: the suite's short forms in suite.json, the long forms of
`make verify` in verify.json; `make soak` writes soak.json beside them. `python -m
tests.verify.report` sets all of them into the document.
"""

import json
from typing import Any

from webapp.config import ROOT

REPORTS = ROOT / "instance" / "reports"
DOCUMENT = ROOT / "docs" / "security.md"
BEGINS, ENDS = "<!-- figures -->\n", "<!-- end of figures -->\n"
SOURCES = {
    "verify": "`make verify`",
    "soak": "`make soak`",
    "suite": "`make test`",
}


def note(what: str, *, long: bool, **figures: Any) -> None:
    """Keep the figures of one proof, in place of those of its last run."""
    path = REPORTS / ("verify.json" if long else "suite.json")
    REPORTS.mkdir(parents=True, exist_ok=True)
    told = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**told, what: figures}, indent=2) + "\n")


def read(name: str) -> dict[str, Any]:
    """Return a report; empty where it has not been made."""
    path = REPORTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def table() -> str:
    """Return what was measured, a row for each figure."""
    rows = ["| Proof | Figure | Measured by |", "|---|---|---|"]
    for name, source in SOURCES.items():
        report = {"soak": read(name)} if name == "soak" else read(name)
        for what, figures in report.items():
            rows += [
                f"| {what} | {figure}: {said(value)} | {source} |"
                for figure, value in figures.items()
                if value != []
            ]
    return "\n".join(rows) + "\n"


def said(value: Any) -> str:
    """Return a figure in words."""
    if isinstance(value, dict):
        return ", ".join(f"{said(number)} {name}" for name, number in value.items()) or "none"
    if isinstance(value, float):
        return f"{value:.3g}" if value < 100 else f"{value:.0f}"
    return str(value)


def write() -> None:
    """Set the figures into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    DOCUMENT.write_text(before + BEGINS + table() + ENDS + after, encoding="utf-8")


if __name__ == "__main__":
    write()
