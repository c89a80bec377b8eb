"""The house's rule: imports point down, and each library stays at home."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WEBAPP = ROOT / "webapp"
MODULES = sorted(WEBAPP.rglob("*.py"))

LAYERS = (  # lowest first; an area imports only itself and earlier lines
    "errors",
    "config",  # says which setting is invalid
    "eyewear",
    "fitting",  # seats what eyewear describes
    "drawn",
    "faces rendering storage queue telemetry",
    "intake",  # runs rendering's codec in a process of its own
    "shop",
    "web",
    "pages api jobs",
    "cli",  # starts what jobs hold
    "__init__",
)
RANK = {area: rank for rank, layer in enumerate(LAYERS) for area in layer.split()}

WEB = "web pages api cli jobs storage telemetry __init__"
HOME = {  # the areas that may import a library
    "torch": "faces",
    "safetensors": "faces",
    "sqlalchemy": "storage",
    "flask_sqlalchemy": "storage",
    "flask_migrate": "storage",
    "alembic": "storage",
    "redis": "storage queue",
    "prometheus_client": "telemetry",
    "structlog": "telemetry web",
    "flask": WEB,
    "werkzeug": WEB,
    "flask_wtf": "web pages __init__",
    "wtforms": "web pages",
    "flask_limiter": "web pages __init__",
    "flask_babel": "web pages",  # the edge alone speaks to people
    "babel": "web",
    "flask_login": "web pages __init__",
    "PIL": "drawn rendering faces cli intake",
    "pi_heif": "rendering intake",
    "pydantic": "api",
    "segno": "pages",
    "huey": "queue",
    "obstore": "storage",
    "ray": "jobs",
    "mediapipe": "faces",
}
PURE = ("fitting", "eyewear", "drawn", "rendering")
IMPURE = {"datetime", "time", "os", "socket", "sqlite3", "subprocess", "urllib", "requests"}

# Requirements that no module imports: the server, and what the templates are written for.
NOT_IMPORTED = {"gunicorn", "jinja2"}
# Imported where it is installed, for the bench's sample portrait; tests bring it.
# And what batches use beyond one machine (requirements-ray.txt); and the training's teacher, in an
# environment of its own (requirements-peers.txt).
OPTIONAL = {"skimage", "obstore", "ray", "mediapipe"}


def imported_by(path: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports anywhere; refuse relative imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def area_of(path: Path) -> str:
    """Return the area that a module of webapp belongs to."""
    return path.relative_to(WEBAPP).with_suffix("").parts[0]


def libraries_of(path: Path) -> set[str]:
    """Return the top-level packages that a module imports."""
    return {name.partition(".")[0] for name in imported_by(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    """A module imports its own area, lower areas, and libraries at home in it."""
    here = area_of(path)

    for name in imported_by(path):
        library, _, rest = name.partition(".")
        there = rest.partition(".")[0]
        if library == "webapp":
            assert here == there or RANK[there] < RANK[here], f"{here} imports {name}"
        else:
            assert here in HOME.get(library, here).split(), f"{here} imports {library}"


@pytest.mark.parametrize("area", PURE)
def test_a_pure_room_knows_no_clock_no_network_and_no_files(area: str) -> None:
    """Geometry and pixels depend on their arguments alone."""
    for path in sorted((WEBAPP / area).rglob("*.py")):
        assert not libraries_of(path) & IMPURE, path


def test_starting_the_shop_does_not_load_torch() -> None:
    """Pages and commands that need no model start without waiting for it."""
    areas = ("pages", "web", "api")
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if area_of(path) in (*areas, "__init__", "cli", "jobs")
    ]
    program = "\n".join(
        [*(f"import {name}" for name in names), "import sys; sys.exit('torch' in sys.modules)"]
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)

    assert done.returncode == 0


def test_every_library_is_a_requirement_and_every_requirement_is_used() -> None:
    """A fresh machine gets what the shop imports, and nothing else."""
    distributions = packages_distributions()
    ours = {"webapp", *sys.stdlib_module_names, *OPTIONAL}
    libraries = set().union(*map(libraries_of, MODULES)) - ours
    imported = {
        plain(name) for library in libraries for name in distributions.get(library, [library])
    }

    assert imported == pinned(ROOT / "requirements.txt") - NOT_IMPORTED


def pinned(path: Path) -> set[str]:
    """Return the distributions that a requirements file pins to one version."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return {plain(line.partition("==")[0]) for line in lines if "==" in line}


def plain(name: str) -> str:
    """Return a distribution's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_check_sees_what_it_forbids(tmp_path: Path) -> None:
    """Imports inside functions count, and relative ones are refused."""
    module = tmp_path / "module.py"
    module.write_text("def late():\n    from torch.nn import Module\n    import webapp.shop\n")

    assert list(imported_by(module)) == ["torch.nn.Module", "webapp.shop"]

    module.write_text("from . import shop\n")
    with pytest.raises(AssertionError, match="relatively"):
        list(imported_by(module))
