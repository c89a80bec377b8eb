"""The figures: what happens in the shop now, today and over thirty days."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from webapp.errors import NotFound
from webapp.shop import overview
from webapp.shop.overview import Interest, Overview, Period
from webapp.web import signin
from webapp.web.tables import csv_answer
from webapp.web.words import WORDS

bp = Blueprint("figures", __name__, url_prefix="/admin/figures")

Rows = list[Sequence[object]]
STEPS = {
    "arrival": "Arrived",
    "agreed": "Sent a photo",
    "photo": "Face found",
    "try-on": "Tried a frame on",
    "favourite": "Marked a favourite",
    "shop-link": "Went to buy",
}
STAGES = {
    "decode": "Reading a photo",
    "faces": "Finding faces",
    "encode": "Writing a picture",
    "render": "Drawing glasses",
}


class Table(NamedTuple):
    """A table of figures: its title, its columns, and how its rows are taken."""

    title: str
    head: tuple[str, ...]
    rows: Callable[[Overview], Rows]


def interest_rows(found: Sequence[Interest]) -> Rows:
    """Return a row for each frame or colourway."""
    return [(one.frame, one.variant, one.tried, one.favourites, one.clicks) for one in found]


def reason_rows(found: Sequence[tuple[str, int]]) -> Rows:
    """Return a row for each reason, in words where it has some."""
    return [(told(code), code, count) for code, count in found]


def told(code: str) -> str:
    """Return a reason in words."""
    return str(WORDS[code][0]) if code in WORDS else code.replace("-", " ")


TABLES = {
    "funnel": Table(
        "How far visits come",
        ("step", "visits", "of arrivals"),
        lambda found: [(STEPS[one.name], one.count, share(one.share)) for one in found.funnel],
    ),
    "time": Table(
        "Over time",
        ("from", "arrivals", "photos", "try-ons"),
        lambda found: [(one.label, one.arrivals, one.photos, one.try_ons) for one in found.moments],
    ),
    "frames": Table(
        "Frames",
        ("frame", "try-ons", "favourites", "to the shop"),
        lambda found: [(row[0], *row[2:]) for row in interest_rows(found.frames)],
    ),
    "colourways": Table(
        "Colourways",
        ("frame", "colourway", "try-ons", "favourites", "to the shop"),
        lambda found: interest_rows(found.variants),
    ),
    "fit": Table(
        "How frames fitted",
        ("width", "try-ons"),
        lambda found: [*found.verdicts],
    ),
    "refused": Table(
        "Why photos were refused",
        ("reason", "code", "times"),
        lambda found: reason_rows(found.failures),
    ),
    "concerns": Table(
        "What was not ideal about photos",
        ("concern", "code", "photos"),
        lambda found: reason_rows(found.concerns),
    ),
    "wrong": Table(
        "What shoppers said looks wrong",
        ("what", "code", "times"),
        lambda found: reason_rows(found.wrong),
    ),
    "speed": Table(
        "Speed",
        ("stage", "times", "ms on average", "half within ms", "95 % within ms"),
        lambda found: [
            (STAGES.get(one.name, one.name), one.count, round(one.mean, 1), one.half, one.most)
            for one in found.speeds
        ],
    ),
}


def share(value: float | None) -> str:
    """Return a share in per cent; nothing of nothing."""
    return "" if value is None else f"{100 * value:.1f} %"


@bp.get("")
@signin.needs("viewer")
def show() -> ResponseReturnValue:
    """Show the figures of a period."""
    found = overview.of(period_asked())
    tables = {name: table.rows(found) for name, table in TABLES.items()}
    return render_template(
        "admin/figures.html", found=found, tables=tables, heads=TABLES, periods=list(Period)
    )


@bp.get("/<table>.csv")
@signin.needs("viewer")
def download(table: str) -> Response:
    """Send one of the tables as CSV."""
    if table not in TABLES:
        raise NotFound()
    found = overview.of(period_asked())
    name = f"{table}-{found.period}-{found.until:%Y-%m-%d}.csv"
    return csv_answer(name, TABLES[table].head, TABLES[table].rows(found))


def period_asked() -> Period:
    """Return the period that the address names; today where it names none that there is."""
    asked = request.args.get("period", "")
    return Period(asked) if asked in list(Period) else Period.TODAY
