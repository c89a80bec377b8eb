"""Whether the shop could serve a shopper now: each part it needs is tried."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from webapp.errors import Busy, DatabaseAway, DatabaseOutdated, LorgnetteError
from webapp.faces import cards, versions
from webapp.shop import sight
from webapp.storage import batches, belongings, files, schema, shared
from webapp.storage.database import reading
from webapp.telemetry.metrics import Fact

OK = "ok"


@dataclass
class Checked:
    """The model files found in order, by what tells that they have not changed since."""

    signature: object = field(default=None)


def check() -> dict[str, str]:
    """Return each part's state: "ok", or the code of what is wrong with it.

    Redis is told, but the shop goes on without it: see `webapp.storage.shared`.
    """
    parts: dict[str, Callable[[], None]] = {
        "database": schema.require_current,
        "files": files.require_room,
        "model": require_model,
    }
    if shared.configured():
        parts["redis"] = shared.require
    return {name: state_of(part) for name, part in parts.items()}


def is_ready(states: dict[str, str]) -> bool:
    """Return whether shoppers can be served although not every part may be well."""
    return all(state == OK for part, state in states.items() if part != "redis")


def state_of(part: Callable[[], None]) -> str:
    """Return "ok", or the code of what the part raises."""
    try:
        part()
    except LorgnetteError as error:
        return error.code
    return OK


def require_model() -> None:
    """Raise `ModelUnusable` unless the active version's weights are whole; read once a change."""
    folder = versions.active_folder(Path(belongings.settings()["INSTANCE_DIR"]))
    checked = belongings.only(Checked)
    signature = (folder, tuple(signature_of(path) for path in sorted(folder.glob("*"))))
    if signature != checked.signature:
        cards.hashes(folder)
        checked.signature = signature


def signature_of(path: Path) -> tuple[str, int, int]:
    """Return what changes when the file does."""
    stat = path.stat()
    return path.name, stat.st_mtime_ns, stat.st_size


def facts() -> list[Fact]:
    """Return what is told of the shop besides counts and times: the model, and what waits."""
    told = [
        Fact(
            "lorgnette_model_version",
            "1 for the version of the model that the shop sees with.",
            ("version",),
            {(sight.version(),): 1.0},
        )
    ]
    try:
        with reading() as session:
            states, turns = batches.states(session), batches.turns(session)
    except (Busy, DatabaseAway, DatabaseOutdated):
        return told  # what the processes count is told all the same
    return [
        *told,
        Fact("lorgnette_batches", "Batches by state.", ("state",), by_name(states)),
        Fact(
            "lorgnette_batch_photos",
            "Photos of running batches: waiting, under somebody's hands, through.",
            ("turn",),
            by_name(turns),
        ),
    ]


def by_name(counts: dict[str, int]) -> dict[tuple[str, ...], float]:
    """Return counts as a fact with one label has them."""
    return {(name,): float(count) for name, count in counts.items()}
