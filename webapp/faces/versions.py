"""The model's versions side by side, which of them is active, and how they compare.

The shipped version lies in the package; others in `instance/models/NAME/`, each with its
weights, their cards and its evaluation. The file `instance/models/active` names the one that
the shop sees with. Nothing here loads torch.
"""

import json
import os
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.errors import (
    ModelUnusable,
    ModelWorse,
    NoSuchVersion,
    NotEvaluated,
    OutputUnwritable,
    VersionTaken,
)
from webapp.faces.cards import SHIPPED, hashes, read_card
from webapp.faces.comparison import worse_in
from webapp.faces.crops import Photo
from webapp.faces.finder import Face, FaceFinder

SHIPPED_NAME = "shipped"
EVALUATION = "evaluation.json"
EVALUATION_FORMAT = 1  # of the evaluation; figures of another can't be compared with ours
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ACTIVE = "active"
_BEFORE = "before"  # the file that names the version that was active before
_NO_FOLDER = ".unknown"  # no version can have this name


@dataclass(frozen=True)
class Version:
    """One version of the model.

    made: the date of its landmark network, ISO 8601; empty where its card can't be read.
    figures: its evaluation; None where its weights have not been evaluated.
    """

    name: str
    folder: Path
    made: str
    figures: dict[str, Any] | None
    active: bool


class ActiveFinder:
    """Finds faces with the active version, from the next photo on when another is activated."""

    def __init__(self, instance: Path, threads: int = 1) -> None:
        self._instance = instance
        self._threads = threads
        self._folder: Path | None = None
        self._finder: FaceFinder | None = None
        self._lock = threading.Lock()

    def find(self, photo: Photo, most: int = 20) -> list[Face]:
        """Return the faces in a photo, as `FaceFinder.find` does, with the same errors."""
        return self.finder().find(photo, most)

    def find_many(self, photos: Sequence[Photo], most: int = 20) -> list[list[Face]]:
        """Return the faces in each photo, as `FaceFinder.find_many` does."""
        return self.finder().find_many(photos, most)

    def finder(self) -> FaceFinder:
        """Return the finder of the version that is active now."""
        folder = active_folder(self._instance)
        with self._lock:
            if self._finder is None or folder != self._folder:
                self._finder, self._folder = FaceFinder(folder, self._threads), folder
            return self._finder


def active_folder(instance: Path) -> Path:
    """Return the folder of the active version; it need not be there or be in order.

    Whoever opens a version that is gone is told so then: until a photo is looked at, all else,
    deletion above all, goes on.
    """
    name = active_name(instance)
    return SHIPPED if name == SHIPPED_NAME else models(instance) / name


def active_name(instance: Path) -> str:
    """Return the active version's name; a name that nothing can have where the file is damaged."""
    try:
        written = (models(instance) / _ACTIVE).read_text("utf-8").strip()
    except FileNotFoundError:
        return SHIPPED_NAME
    except (OSError, UnicodeDecodeError):
        return _NO_FOLDER
    # What the file holds becomes a path: "../elsewhere" must not.
    return written if _NAME.fullmatch(written) else _NO_FOLDER


def previous_name(instance: Path) -> str | None:
    """Return the name of the version that was active before; it may be gone. None: there is none.

    Whoever activates by hand, by writing the file, leaves it as it was.
    """
    try:
        written = (models(instance) / _BEFORE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return written if _NAME.fullmatch(written) else None


def models(instance: Path) -> Path:
    """Return the folder of the versions that are not shipped."""
    return instance / "models"


def listed(instance: Path) -> list[Version]:
    """Return the shipped version and then the others, by name."""
    others = sorted(
        path.name
        for path in models(instance).glob("*")
        if path.is_dir() and _NAME.fullmatch(path.name)
    )
    return [_described(instance, name) for name in (SHIPPED_NAME, *others)]


def version(instance: Path, name: str) -> Version:
    """Return a version.

    Raises:
        NoSuchVersion: there is none of this name.
    """
    known = listed(instance)
    for one in known:
        if one.name == name:
            return one
    raise NoSuchVersion(version=name, known=", ".join(one.name for one in known))


def folder_for(instance: Path, name: str) -> Path:
    """Return the folder for a new version.

    Raises:
        VersionTaken: the name is another version's, or can't be a version's.
    """
    folder = models(instance) / name
    if name in (SHIPPED_NAME, _ACTIVE, _BEFORE) or not _NAME.fullmatch(name):
        raise VersionTaken(version=name, reason="it can't be a version's name")
    if folder.exists():
        raise VersionTaken(version=name, reason="there is one of this name")
    return folder


def _described(instance: Path, name: str) -> Version:
    folder = SHIPPED if name == SHIPPED_NAME else models(instance) / name
    try:
        made = str(read_card(folder, "landmarks").get("made", ""))
    except ModelUnusable:
        made = ""
    try:
        figures = read_evaluation(folder)
    except NotEvaluated:
        figures = None
    return Version(name, folder, made, figures, name == active_name(instance))


def read_evaluation(folder: Path) -> dict[str, Any]:
    """Return the evaluation beside a version's weights.

    Raises:
        NotEvaluated: there is none, it is damaged, or it is of other weights.
    """
    try:
        figures = json.loads((folder / EVALUATION).read_text("utf-8"))
        measured = figures["weights"]
        known = figures["format"] == EVALUATION_FORMAT
        cards = {name: read_card(folder, name)["sha256"] for name in measured}
    except FileNotFoundError as error:
        raise _not_evaluated(folder, "it has no evaluation.json") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _not_evaluated(folder, "its evaluation.json can't be read") from error
    except ModelUnusable as error:
        raise _not_evaluated(folder, str(error)) from error
    if not known:
        raise _not_evaluated(folder, "its evaluation has another format")
    if set(measured) != {"detector", "landmarks"} or measured != cards:
        raise _not_evaluated(folder, "its evaluation is of other weights")
    return dict(figures)


def write_evaluation(folder: Path, figures: dict[str, Any]) -> None:
    """Put an evaluation beside a version's weights, whole or not at all."""
    write_whole(folder / EVALUATION, json.dumps(figures, indent=1) + "\n")


def activate(instance: Path, name: str, force: bool = False) -> Version:
    """Let the shop see with a version from its next photo on.

    Args:
        force: also where it has no evaluation or is worse than the active one.

    Raises:
        NoSuchVersion: there is none of this name.
        ModelUnusable: its weights are damaged, foreign or too new; no force helps.
        NotEvaluated: its weights have not been evaluated.
        ModelWorse: a key figure is worse than the active version's by more than its margin.
    """
    chosen = version(instance, name)
    hashes(chosen.folder)
    if not force:
        refuse_worse(instance, chosen)
    was = active_name(instance)
    if was != name:
        write_whole(models(instance) / _BEFORE, was + "\n")
    write_whole(models(instance) / _ACTIVE, name + "\n")
    return version(instance, name)


def refuse_worse(instance: Path, chosen: Version) -> None:
    """Raise where the version is not known to be about as good as the active one.

    An active version that is gone or was never evaluated is no measure: the shipped one is.

    Raises:
        NotEvaluated: its weights, or the shipped ones that it is held against, are not evaluated.
        ModelWorse: it is worse.
    """
    figures = read_evaluation(chosen.folder)
    known = {one.name: one for one in listed(instance)}
    active = known.get(active_name(instance), known[SHIPPED_NAME])
    measure = active if active.figures else known[SHIPPED_NAME]
    worse = worse_in(figures, measure.figures or read_evaluation(measure.folder))
    if worse:
        raise ModelWorse(version=chosen.name, active=measure.name, worse="; ".join(worse))


def _not_evaluated(folder: Path, reason: str) -> NotEvaluated:
    name = SHIPPED_NAME if folder == SHIPPED else folder.name
    return NotEvaluated(version=name, reason=reason)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old one or the new one, even after a crash.

    Raises:
        OutputUnwritable: no room, or no permission; the old one stands.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _replace(path, draft, text)
    except OSError as error:
        raise OutputUnwritable(file=str(path), reason=error.strerror) from error
    finally:
        draft.unlink(missing_ok=True)


def _replace(path: Path, draft: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)  # the name too
    finally:
        os.close(descriptor)
