"""A setting that can't be used ends the start with a sentence, whoever starts the shop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import create_app
from webapp.errors import SettingInvalid

ROOT = Path(__file__).parent.parent
WRONG = [
    ("DATABASE_URL", "the database", "sqlite:///FILE"),
    ("DATABASE_URL", "mysql://shop:s3cret@db/shop", "postgresql://"),
    ("DATABASE_URL", "postgresql://shop:s3cret@db:port/shop", "postgresql://"),
    ("DATABASE_URL", "postgresql+nothing://shop:s3cret@db/shop", "postgresql://"),
    ("DATABASE_URL", "sqlite://", "sqlite:///FILE"),
    ("REDIS_URL", "127.0.0.1:6379", "redis://HOST"),
    ("REDIS_URL", "http://:s3cret@127.0.0.1:6379", "redis://HOST"),
    ("METRICS_NETWORKS", "the office", "10.0.0.0/8"),
    ("BASE_URL", "http://shop.example", "https://"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_what_cannot_be_used_is_refused_by_name(
    tmp_path: Path, name: str, value: str, expected: str
):
    """With what was expected, and without the password in it."""
    with pytest.raises(SettingInvalid) as caught:
        create_app({"INSTANCE_DIR": str(tmp_path), name: value})

    assert caught.value.params["name"] == name
    assert expected in caught.value.params["expected"]
    assert "s3cret" not in str(caught.value)


def test_a_start_with_it_ends_with_a_sentence():
    """And with the status at which gunicorn gives up, in place of trying for ever."""
    environ = {**os.environ, "SECRET_KEY": "for tests alone", "WEB_THREADS": "many"}

    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (4, "WEB_THREADS=many can't be used; expected: int\n")
