"""The Dockerfile, as far as can be told without a container engine."""

import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()


def lines(word: str) -> list[str]:
    """Return what follows an instruction, each time it is given."""
    return re.findall(rf"^{word} (.*)$", TEXT, re.MULTILINE)


def test_what_it_copies_is_there_and_let_in():
    copied = [name for line in lines("COPY") for name in line.split()[:-1]]

    assert {"webapp", "templates", "static", "wsgi.py", "gunicorn.conf.py"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in IGNORED, name


def test_nothing_of_an_installation_gets_into_an_image():
    """No database, no photo, no secret key, no tests."""
    assert IGNORED[0] == "*"
    assert not [line for line in IGNORED if "instance" in line or "tests" in line]


def test_it_does_not_run_as_root():
    assert lines("USER") == ["shop"]
    assert TEXT.index("\nUSER ") < TEXT.index("\nCMD ")


def test_its_health_check_asks_what_the_shop_answers(app: Flask):
    (path,) = re.findall(r"127\.0\.0\.1:8000(/\w+)", TEXT)

    assert app.test_client().get(path).status_code == 200


def test_it_installs_by_hash_and_the_pinned_torch():
    locked = (ROOT / "requirements.lock").read_text()

    assert "--require-hashes -r requirements.lock" in TEXT
    assert "psycopg" in locked  # an image is for the larger shops
    assert re.search(r"^torch==[\d.]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
