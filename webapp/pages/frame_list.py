"""The frame list: searched, filtered, and changed many at once."""

from dataclasses import dataclass

from flask import request

from webapp.eyewear.frame import Gender, Material, Shape, Type
from webapp.shop.views import FrameView

PER_PAGE = 50
STATUSES = ("draft", "published", "retired")
FILTERS = {
    "status": STATUSES,
    "type": tuple(Type),
    "gender": tuple(Gender),
    "shape": tuple(Shape),
    "material": tuple(Material),
}


@dataclass(frozen=True)
class Listed:
    """A page of the list. `asked`: the search and the filters in force, by name."""

    frames: list[FrameView]
    found: int
    page: int
    pages: int
    asked: dict[str, str]


def listed(frames: list[FrameView]) -> Listed:
    """Return the frames that the request's address asks for."""
    asked = {name: value for name in ("q", *FILTERS) if (value := request.args.get(name, ""))}
    found = [one for one in frames if matches(one, asked)]
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    return Listed(found[(page - 1) * PER_PAGE : page * PER_PAGE], len(found), page, pages, asked)


def matches(frame: FrameView, asked: dict[str, str]) -> bool:
    """Return whether a frame passes the filters and has every word of the search."""
    for name in FILTERS:
        if name in asked and str(getattr(frame, name)) != asked[name]:
            return False
    text = " ".join(
        [frame.name, frame.slug, frame.brand, frame.size]
        + [f"{one.name} {one.sku or ''} {one.gtin or ''}" for one in frame.variants]
    ).casefold()
    return all(word in text for word in asked.get("q", "").casefold().split())
