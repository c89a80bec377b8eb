"""gunicorn.conf.py: its defaults are the shop's, and what can't work is told at the start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.config import SETTINGS

ROOT = Path(__file__).parent.parent
CONF = ROOT / "gunicorn.conf.py"


def checked(**settings: str) -> subprocess.CompletedProcess[str]:
    """Run the file as gunicorn does, and tell what it set."""
    program = (
        "import runpy, sys; made = runpy.run_path('gunicorn.conf.py');"
        "print(made['bind'], made['workers'], made['threads']);"
        "print([name for name in sys.modules if name.startswith(('webapp', 'torch'))])"
    )
    environ = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**environ, "PROMETHEUS_MULTIPROC_DIR": "/nowhere", **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_defaults_are_those_of_the_settings():
    ours = {one.name: str(one.default) for one in SETTINGS}

    told = dict(re.findall(r"""setting\("(\w+)", ["']?([^"')]+)["']?\)""", CONF.read_text()))
    told |= dict(re.findall(r"""setting\('(\w+)', ["']?([^"')]+)["']?\)""", CONF.read_text()))

    assert len(told) >= 8
    assert told == {name: ours[name] for name in told}


def test_it_loads_neither_the_shop_nor_torch_into_the_arbiter():
    """Else a reload would go on with old code, and workers would hang in torch after the fork."""
    done = checked()

    assert done.stdout.splitlines() == ["127.0.0.1:8000 1 16", "[]"]


def test_several_workers_need_a_redis():
    refused, accepted = (
        checked(WEB_WORKERS="2"),
        checked(WEB_WORKERS="2", REDIS_URL="redis://127.0.0.1:6379/0"),
    )

    assert refused.returncode == 1
    assert "needs REDIS_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert accepted.stdout.startswith("127.0.0.1:8000 2 ")


@pytest.mark.parametrize("name", ["LOG_FORMAT", "LOG_LEVEL"])
def test_a_log_that_is_none_is_told_in_a_sentence(name: str):
    done = checked(**{name: "loud"})

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"{name}=loud" in done.stderr
