"""The lock is what the requirements say, with hashes and licences; nothing comes at run time."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import locking
from webapp.config import ROOT

PROGRAM = """
import io, shutil, socket, sys

def refuse(*args, **kwargs):
    raise AssertionError(f"the network was asked for: {args}")

real = socket.socket.connect
def connect(self, address):
    if self.family != socket.AF_UNIX:
        refuse(address)
    return real(self, address)

socket.socket.connect = connect
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
sys.path.insert(0, ".")

from skimage import data
from PIL import Image
from tests.shoppers import result_of, upload
from webapp import create_app

app = create_app({"INSTANCE_DIR": sys.argv[1], "TESTING": True})
client = app.test_client()
file = io.BytesIO()
Image.fromarray(data.astronaut()).save(file, "JPEG", quality=95)
answer = upload(client, file.getvalue())
assert answer.status_code == 303, answer.text
result = result_of(client, answer.location)
assert client.get(result).status_code == 200
assert client.get(result + ".jpg").data[:2] == b"\\xff\\xd8"
client.get("/api/v1/docs")
print("served")
"""


def test_the_lock_pins_what_the_requirements_pin() -> None:
    locked = locking.locked()

    for line in locking.wanted():
        need = Requirement(line)
        version, _ = locked[locking.plain(need.name)]
        assert need.specifier.contains(version), f"{line}, locked {version}; make lock"
    assert locking.APART not in locked


def test_the_lock_has_what_the_locked_need_and_hashes_of_all() -> None:
    """So that an install with --require-hashes succeeds, and fetches nothing that isn't named."""
    locked = locking.locked()

    assert len(locked) > 40
    for name, (version, hashes) in locked.items():
        assert hashes >= 1, name
        assert re.fullmatch(r"[\w.!+]+", version), name
        for told in requires(name) or []:
            need = Requirement(told)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert locking.plain(need.name) in locked, f"{name} needs {told}"


def test_the_lock_has_nothing_that_nobody_needs() -> None:
    """What was dropped from the requirements goes from the lock too, with what came along."""
    locked = locking.locked()
    waiting = [locking.plain(Requirement(line).name) for line in locking.wanted()]
    needed = set[str]()
    extras = {Requirement(line).name: Requirement(line).extras for line in locking.wanted()}
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        for told in requires(name) or []:
            need = Requirement(told)
            kinds = ["", *extras.get(name, ())]
            if need.marker is None or any(need.marker.evaluate({"extra": kind}) for kind in kinds):
                waiting.append(locking.plain(need.name))
                extras.setdefault(locking.plain(need.name), set()).update(need.extras)

    assert set(locked) - needed == set()


def test_locking_again_fetches_only_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is pinned and hashed already is given to the resolver; unless all is wanted anew."""
    lock, given = tmp_path / "requirements.lock", list[str]()
    lock.write_text(locking.LOCK.read_text())

    def resolve(command: list[str], **_: object) -> None:
        made = Path(command[command.index("-o") + 1])
        given.append(made.read_text() if made.exists() else "")
        made.write_text(given[0])

    monkeypatch.setattr(locking, "LOCK", lock)
    monkeypatch.setattr(subprocess, "run", resolve)
    before = lock.read_text()
    locking.write_lock(anew=False)
    after = lock.read_text()
    locking.write_lock(anew=True)

    assert given == [before, ""]
    assert after == before


def test_the_lock_names_no_place_of_its_making() -> None:
    text = locking.LOCK.read_text()

    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)


def test_every_distribution_has_its_licence_in_the_document() -> None:
    table = locking.licences()

    assert table in locking.LICENCES.read_text()
    assert not re.search(r"\|  \|", table)


def test_nothing_is_fetched_at_run_time(stock: Path, tmp_path: Path) -> None:
    """A visit with the real model, where every address is refused."""
    shutil.copytree(stock, tmp_path / "instance")

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "instance")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "served\n"


def test_bandit_finds_nothing_unexplained() -> None:
    """pyproject.toml says what is passed over, and why; comments do so line by line."""
    pytest.importorskip("bandit")

    done = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r",
         "webapp", "wsgi.py", "gunicorn.conf.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
