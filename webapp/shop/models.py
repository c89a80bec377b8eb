"""The model's versions for admins: side by side, chosen with a safety margin, and back again."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.errors import ModelUnusable, NotFound, ReasonMissing
from webapp.faces import versions
from webapp.faces.cards import NETWORKS, read_card
from webapp.faces.comparison import KEY_FIGURES, better_of, shown
from webapp.faces.versions import Version
from webapp.shop import accounts
from webapp.shop.views import AdminView
from webapp.storage import audit, belongings
from webapp.storage.database import writing
from webapp.storage.tables import Role

SHEET = re.compile(r"worst-[a-z0-9-]{1,40}\.jpg")
LONGEST_REASON = 500


@dataclass(frozen=True)
class Cell:
    """A key figure of one version, as people read it; `best`: of those beside it."""

    text: str
    best: bool


@dataclass(frozen=True)
class Line:
    """A key figure of several versions; `margin`: by how much a new one may be worse."""

    name: str
    margin: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Details:
    """A version's cards by network, its evaluation, and the names of its contact sheets."""

    version: Version
    cards: dict[str, dict[str, Any]]
    facts: tuple[tuple[str, str], ...]
    sheets: tuple[str, ...]


def instance() -> Path:
    """Return the folder of this installation."""
    return Path(belongings.settings()["INSTANCE_DIR"])


def listed() -> list[Version]:
    """Return every version, the shipped one first."""
    return versions.listed(instance())


def before() -> str | None:
    """Return the name of the version that was active before this one, if it is still there."""
    name = versions.previous_name(instance())
    known = {one.name for one in listed() if not one.active}
    return name if name in known else None


def side_by_side(chosen: Sequence[Version]) -> list[Line]:
    """Return the key figures of versions, the best of each marked."""
    measured = [one.figures for one in chosen]
    lines = []
    for figure in KEY_FIGURES:
        best = better_of(figure, measured)
        cells = (Cell(shown(figure, own), at in best) for at, own in enumerate(measured))
        lines.append(Line(figure.name, f"{figure.margin:g}", tuple(cells)))
    return lines


def details(name: str) -> Details:
    """Return all that is known of a version. Raises `NoSuchVersion`."""
    chosen = versions.version(instance(), name)
    cards = {}
    for network in NETWORKS:
        try:
            cards[network] = read_card(chosen.folder, network)
        except ModelUnusable as error:
            cards[network] = {"unusable": error.params["reason"]}
    found = sorted(path.name for path in reports(name).glob("worst-*.jpg"))
    sheets = tuple(sheet for sheet in found if SHEET.fullmatch(sheet))
    return Details(chosen, cards, tuple(flat(chosen.figures or {})), sheets)


def flat(figures: Any, path: str = "") -> list[tuple[str, str]]:
    """Return an evaluation's figures as (path, value), lists of names by their length.

    >>> flat({"photos": {"found": 36, "missed": ["a"]}})
    [('photos › found', '36'), ('photos › missed', '1 listed')]
    """
    if isinstance(figures, dict):
        parts = ((f"{path} › {name}" if path else name, own) for name, own in figures.items())
        return [row for name, own in parts for row in flat(own, name)]
    if isinstance(figures, list):
        return [(path, f"{len(figures)} listed")]
    return [(path, f"{figures:.4g}" if isinstance(figures, float) else str(figures))]


def sheet(name: str, file: str) -> bytes:
    """Return a contact sheet of a version's worst cases, JPEG. Raises `NotFound`.

    It shows evaluation pictures, never shoppers', and lies in this installation alone.
    """
    chosen = versions.version(instance(), name)
    if not SHEET.fullmatch(file):
        raise NotFound()
    try:
        return (reports(chosen.name) / file).read_bytes()
    except OSError:
        raise NotFound() from None


def reports(name: str) -> Path:
    """Return where `model evaluate` puts the report of a version."""
    return instance() / "reports" / name


def activate(by: AdminView, name: str, *, force: bool = False, reason: str = "") -> Version:
    """Let the shop see with a version from its next photo on, and note who chose it.

    Args:
        force: also where it is worse or was not evaluated; by an owner, who says why.

    Raises:
        NotAllowed: a viewer asks, or an editor by force.
        ReasonMissing: force without a reason.
        NoSuchVersion, ModelUnusable, NotEvaluated, ModelWorse: as `versions.activate`.
    """
    accounts.require(by, Role.OWNER if force else Role.EDITOR)
    reason = reason.strip()[:LONGEST_REASON]
    if force and not reason:
        raise ReasonMissing()
    return chosen(by, name, force, {"forced": force, "reason": reason} if force else {})


def back(by: AdminView) -> Version:
    """Go back to the version before, which needs no margin: it was in use.

    Raises:
        NotAllowed: a viewer asks.
        NotFound: there is none.
        ModelUnusable: its weights are damaged.
    """
    accounts.require(by, Role.EDITOR)
    name = before()
    if name is None:
        raise NotFound()
    return chosen(by, name, True, {"reason": "back to the one before"})


def chosen(by: AdminView, name: str, force: bool, facts: dict[str, Any]) -> Version:
    """Activate a version and write both the choice and what was active before into the log."""
    was = versions.active_name(instance())
    active = versions.activate(instance(), name, force)
    with writing() as session:
        told = {"version": was}, {"version": active.name, **facts}
        audit.record(session, by.email, "model activated", active.name, *told)
    return active


def card_text(card: dict[str, Any]) -> str:
    """Return a card as it is written."""
    return json.dumps(card, indent=2, ensure_ascii=False)
