"""The lock of what a production install brings, with hashes: `make lock` writes it.

`requirements.lock` pins every distribution that the shop needs, those that it needs only through
others too, each with the hashes of all its files. torch stands apart: its builds differ by
platform and come from different indexes; what torch itself needs is in the lock. The PostgreSQL
driver is in it too. `docs/dependencies.md` lists every licence.
"""

import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Any

from webapp.config import ROOT

LOCK = ROOT / "requirements.lock"
LICENCES = ROOT / "docs" / "dependencies.md"
APART = "torch"
OF_PRODUCTION = ("psycopg",)  # of requirements-dev.txt, what a shop on PostgreSQL needs
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",  # setuptools, which torch needs
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
)
HEADER = """\
# Every distribution of a production install, with the hashes of its files. Made by `make lock`
# from requirements.txt; torch stands apart (docs/dependencies.md tells how to install both).
"""
TABLE_BEGINS, TABLE_ENDS = "<!-- licences -->\n", "<!-- end of licences -->\n"
# Where a distribution's own metadata says nothing, or not enough: read in its files.
TOLD_ELSEWHERE = {
    "blinker": "MIT",
    "flask-sqlalchemy": "BSD-3-Clause",
    "flask-wtf": "BSD-3-Clause",
    "huey": "MIT",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "opencv-python-headless": "Apache-2.0; its wheels bundle FFmpeg (LGPL-2.1)",
    "ordered-set": "MIT",
    "pi-heif": "BSD-3-Clause; its wheels bundle libheif and libde265 (LGPL-3.0)",
    "safetensors": "Apache-2.0",
    "segno": "BSD-3-Clause",
    "sympy": "BSD-3-Clause",
    "wtforms": "BSD-3-Clause",
}


def pinned(path: Path) -> dict[str, str]:
    """Return the requirements of a file, by their plain name, as they stand there."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return {plain(re.split(r"[\[=]", line)[0]): line for line in lines if "==" in line}


def plain(name: str) -> str:
    """Return a distribution's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> list[str]:
    """Return the requirements that the lock is made from."""
    direct = pinned(ROOT / "requirements.txt")
    direct.pop(APART)
    further = pinned(ROOT / "requirements-dev.txt")
    of_torch = [need for need in requires(APART) or [] if ";" not in need]
    return [*direct.values(), *(further[name] for name in OF_PRODUCTION), *of_torch]


def locked() -> dict[str, tuple[str, int]]:
    """Return the lock's distributions: name to version and number of hashes."""
    entries = re.split(r"^(?=\S)", LOCK.read_text(), flags=re.MULTILINE)
    found = (re.match(r"([\w.-]+)==([^\s\\]+)", entry) for entry in entries)
    return {
        plain(name[1]): (name[2], entry.count("--hash=sha256:"))
        for entry, name in zip(entries, found, strict=True)
        if name
    }


def write_lock(*, anew: bool) -> None:
    """Resolve what is wanted, and write the lock.

    What is pinned already stays so, with its hashes, where it still fits: only what is new is
    fetched and hashed. `anew`: all of it, in the newest versions that fit, which takes minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "wanted.in", Path(folder) / "made.lock"
        source.write_text("\n".join(wanted()) + "\n")
        if not anew:
            made.write_text(LOCK.read_text())
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, "-o", str(made)]
        subprocess.run([*command, str(source)], check=True)
        # A blank line comes and goes with how it was made.
        LOCK.write_text(HEADER + re.sub(r"\n\n+", "\n", made.read_text().removeprefix(HEADER)))


def licence_of(name: str) -> str:
    """Return a distribution's licence, by its metadata where that tells it."""
    if name in TOLD_ELSEWHERE:
        return TOLD_ELSEWHERE[name]
    try:
        told: Any = distribution(name).metadata
    except PackageNotFoundError:
        return ""
    expression = told.get("License-Expression") or told.get("License") or ""
    return expression.splitlines()[0] if expression else ""


def licences() -> str:
    """Return the table of licences."""
    names = sorted({*locked(), APART})
    rows = (f"| {name} | {licence_of(name)} |" for name in names)
    return "\n".join(("| Distribution | Licence |", "|---|---|", *rows)) + "\n"


def write_licences() -> None:
    """Write the table of licences into the document."""
    text = LICENCES.read_text()
    before, _, rest = text.partition(TABLE_BEGINS)
    _, _, after = rest.partition(TABLE_ENDS)
    LICENCES.write_text(before + TABLE_BEGINS + licences() + TABLE_ENDS + after)


if __name__ == "__main__":
    if "--licences" not in sys.argv:
        write_lock(anew="--anew" in sys.argv)
    write_licences()
