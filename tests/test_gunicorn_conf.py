"""gunicorn.conf.py: its defaults are the shop's, and what can't work is told at the start."""

import os
import platform
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


HEAPS = """
import ctypes, runpy, threading
conf = runpy.run_path("gunicorn.conf.py")
if {applied}:
    conf["post_fork"](None, None)
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
met = threading.Barrier(9)
def work():
    libc.malloc(10_000)
    met.wait()
for _ in range(8):
    threading.Thread(target=work).start()
met.wait()
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps(applied: bool) -> int:
    """Return how many heaps nine threads of a worker have, with or without what is set for it."""
    environ = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    done = subprocess.run(
        [sys.executable, "-c", HEAPS.format(applied=applied)],
        cwd=ROOT,
        env={**environ, "PROMETHEUS_MULTIPROC_DIR": "/nowhere"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heaps are glibc's")
def test_a_workers_threads_share_two_heaps():
    """Each stays as large as it ever was; sixteen of them would be a slow leak."""
    assert heaps(applied=False) > 2
    assert heaps(applied=True) == 2
