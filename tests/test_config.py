"""Settings: documented, typed, and without a default secret."""

import re
import stat
from pathlib import Path

import pytest

from webapp import config
from webapp.errors import SettingInvalid

README = Path(__file__).parent.parent / "README.md"
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<default>.*?) \| (?P<meaning>.*) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    """Return the README's table of settings: name to (default, meaning)."""
    return {
        row["name"]: (row["default"], row["meaning"])
        for row in ROW.finditer(README.read_text(encoding="utf-8"))
    }


def test_every_setting_is_documented() -> None:
    """The README tells each setting's default and meaning, and no setting that isn't one."""
    told = documented()
    secrets = told.pop("SECRET_KEY", None), told.pop("SECRET_KEY_FALLBACKS", None)

    assert None not in secrets
    assert told == {
        one.name: (f"`{one.default}`" if one.default != "" else "", one.meaning)
        for one in config.SETTINGS
    }


def test_settings_are_written_once() -> None:
    """No name stands twice in the table."""
    names = [one.name for one in config.SETTINGS]

    assert len(names) == len(set(names))


def test_numbers_are_read_from_the_environment(tmp_path: Path) -> None:
    """A variable of the setting's name overrides its default; an empty one does not."""
    settings = config.load(tmp_path, {"PHOTO_HOURS": "2", "PORT": ""})

    assert settings["PHOTO_HOURS"] == 2
    assert settings["PORT"] == 8000


def test_a_bad_number_is_refused_by_name(tmp_path: Path) -> None:
    """The error says which setting is wrong, how, and what was expected."""
    with pytest.raises(SettingInvalid) as caught:
        config.load(tmp_path, {"PHOTO_HOURS": "a day"})

    assert caught.value.params == {"name": "PHOTO_HOURS", "value": "a day", "expected": "int"}


def test_database_and_files_lie_in_the_instance(tmp_path: Path) -> None:
    """Nothing is written outside the instance folder unless a setting says so."""
    settings = config.load(tmp_path, {})

    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path / 'lorgnette.sqlite'}"
    assert settings["FILES_DIR"] == str(tmp_path / "files")


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    """A second start reads the first one's key, so sessions survive it."""
    first = config.load(tmp_path, {})["SECRET_KEY"]
    second = config.load(tmp_path, {})["SECRET_KEY"]

    assert first == second
    assert len(bytes.fromhex(first)) == 32


def test_the_secret_key_is_the_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine can read it, and no draft of it is left."""
    config.load(tmp_path / "instance", {})

    (kept,) = (tmp_path / "instance").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_two_instances_have_two_keys(tmp_path: Path) -> None:
    """A cookie signed by one installation means nothing to another."""
    here = config.load(tmp_path / "here", {})["SECRET_KEY"]
    there = config.load(tmp_path / "there", {})["SECRET_KEY"]

    assert here != there


def test_a_secret_key_of_the_environment_is_not_written(tmp_path: Path) -> None:
    """Who keeps secrets elsewhere finds none on the disk."""
    settings = config.load(tmp_path / "instance", {"SECRET_KEY": "from elsewhere"})

    assert settings["SECRET_KEY"] == "from elsewhere"
    assert not (tmp_path / "instance").exists()
