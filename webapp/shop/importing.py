"""Frames from a sheet: each is checked and saved whole, or not at all with its faults named.

The same sheet a second time changes nothing: an import that was cut short is simply run again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from webapp.errors import (
    CellInvalid,
    CellMissing,
    CellsDisagree,
    LorgnetteError,
    NotFound,
    NumberTaken,
)
from webapp.eyewear.frame import Build, Lens, LensKind
from webapp.shop import catalogue, editing, preferences, sheets
from webapp.shop.editing import Colourway
from webapp.shop.frame_fields import ColourwayFields, FrameFields
from webapp.shop.import_pictures import Faulty, Known, checked, pictures_of
from webapp.shop.parcels import Parcel
from webapp.shop.sheet_columns import (
    BY_NAME,
    COLOURWAY,
    COLUMNS,
    FRAME,
    column_of,
)
from webapp.shop.sheets import Fault, Row
from webapp.shop.views import AdminView
from webapp.storage import audit
from webapp.storage import catalogue as rows
from webapp.storage.database import reading, writing
from webapp.storage.tables import Status, Variant

BUILDS = tuple(one.name for one in fields(Build))
LENSES = tuple(one.name for one in fields(Lens))
FRAME_DEFAULTS: dict[str, Any] = {"gender": "unisex", "type": "optical", "shop_link": None}
COLOURWAY_DEFAULTS: dict[str, Any] = {
    "sku": None, "gtin": None, "stock": None, "shop_link": None, "withdrawn": False,
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one frame: added, changed, same, or refused for its faults."""

    slug: str
    word: str
    faults: tuple[Fault, ...] = ()


@dataclass
class Report:
    """What an import did, so far."""

    total: int = 0
    done: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


def run(
    by: AdminView | None,
    parcel: Parcel,
    *,
    dry: bool = False,
    heed: Callable[[Report, Outcome], bool] = lambda *_: True,
) -> Report:
    """Import what a parcel holds, and return what was done.

    Args:
        by: who imports; None on the command line.
        dry: check everything, and change nothing.
        heed: called after each frame with the report so far and its outcome; False ends it.

    Raises:
        NotAllowed: a viewer asks.
        SheetInvalid: the sheet can't be read at all.
    """
    editing.require(by)
    sheet = sheets.read(parcel.sheet())
    mark_doubles(sheet.rows)
    grouped = list(sheets.by_frame(sheet))
    report = Report(total=len(grouped))
    for slug, own in grouped:
        outcome = one_frame(by, slug, own, parcel, dry)
        report.done += 1
        setattr(report, outcome.word, getattr(report, outcome.word) + 1)
        if not heed(report, outcome):
            break
    return report


def one_frame(
    by: AdminView | None, slug: str, own: list[Row], parcel: Parcel, dry: bool
) -> Outcome:
    """Import one frame, or tell what is wrong with it."""
    try:
        frame, colourways, status = planned(slug, own, parcel)
        word = "added" if present(frame.slug)[0] is None else "changed"
        if unchanged(frame, colourways, status):
            word = "same"
        if not dry and word != "same":
            saved(by, own, frame, colourways, status)
        return Outcome(slug, word)
    except Faulty as faulty:
        return Outcome(slug, "refused", faulty.faults)


def saved(
    by: AdminView | None,
    own: list[Row],
    frame: FrameFields,
    colourways: list[Colourway],
    status: str | None,
) -> None:
    """Save a planned frame, and bring it where its status says. Raises `Faulty`."""
    try:
        editing.save(by, frame, colourways)
        settle_status(by, frame.slug, status)
    except LorgnetteError as error:
        raise Faulty([fault_of(own, error)]) from error


def settle_status(by: AdminView | None, slug: str, status: str | None) -> None:
    """Publish or retire a frame, where it is to be and is not yet."""
    now = catalogue.frame(slug).status
    if status is None or status == now:
        return
    if status == Status.PUBLISHED:
        catalogue.publish(slug)
    elif status == Status.RETIRED:
        catalogue.retire(slug)
    with writing() as session:
        facts = {"status": now}, {"status": status}
        audit.record(session, editing.who(by), "status changed", slug, *facts)


def unchanged(frame: FrameFields, colourways: Sequence[Colourway], status: str | None) -> bool:
    """Return whether all that is asked for is so already."""
    there, known = present(frame.slug)
    if there is None or FrameFields.from_columns(there) != frame:
        return False
    if status not in (None, str(there["status"])):
        return False
    return all(
        one.pictures is None
        and one.fields.slug in known
        and ColourwayFields.from_columns(known[one.fields.slug].columns) == one.fields
        for one in colourways
    )


def fault_of(own: list[Row], error: LorgnetteError) -> Fault:
    """Return the fault of a save that was refused, at the row and column that it is about."""
    field = str(error.params.get("field", ""))
    column = column_of(field) if field else "frame"
    value = error.params.get("value")
    row = next((one for one in own if value and one.values.get(column) == value), own[0])
    return Fault.of(row.number, column, error)


def mark_doubles(found: Sequence[Row]) -> None:
    """Note the rows that have another's SKU or GTIN."""
    for column in ("sku", "gtin"):
        first: dict[str, int] = {}
        for row in found:
            value = row.values.get(column)
            if value and first.setdefault(value, row.number) != row.number:
                row.fault(column, CellsDisagree(other=first[value]))


def planned(
    slug: str, own: list[Row], parcel: Parcel
) -> tuple[FrameFields, list[Colourway], str | None]:
    """Return what a frame's rows ask for. Raises `Faulty` with all that is wrong with them."""
    agree(own)
    faults = [fault for row in own for fault in row.faults]
    if faults:
        raise Faulty(faults)
    there, known = present(slug)
    told = frame_values(own[0], slug, there)
    status = own[0].values.get("status")
    if status == Status.DRAFT and there and there["status"] != Status.DRAFT:
        advice = f"{there['status']}, as the frame is, or retired"
        raise Faulty([Fault.of(own[0].number, "status", CellInvalid(advice=advice))])
    colourways, hinges = [], []
    for row in own:
        name = row.values.get("colourway") or sheets.slug_of(str(row.values.get("colour") or ""))
        one, hinge = colourway(row, name, known.get(name), told, parcel)
        colourways.append(one)
        hinges.append(hinge)
    if told["hinge"] is None:
        told["hinge"] = next((hinge for hinge in hinges if hinge), None) or Build().hinge
    frame = checked(own[0], lambda: FrameFields.from_columns(told))
    checked(own[0], lambda: preferences.require_currency(frame.currency))
    refuse_taken(own, slug, colourways)
    return frame, colourways, status


def refuse_taken(own: list[Row], slug: str, colourways: Sequence[Colourway]) -> None:
    """Raise `Faulty` where a SKU or GTIN is that of another colourway in the catalogue."""
    faults = []
    with reading() as session:
        for row, one in zip(own, colourways, strict=True):
            for name in ("sku", "gtin"):
                value = getattr(one.fields, name)
                if value and rows.taken(session, name, value, (slug, one.fields.slug)):
                    error = NumberTaken(field=name, value=value)
                    faults.append(Fault.of(row.number, name, error))
    if faults:
        raise Faulty(faults)


def agree(own: list[Row]) -> None:
    """Note the cells of a frame that differ from its first row's, and doubled colourways."""
    first, names = own[0], dict[str, int]()
    for row in own:
        for column in COLUMNS:
            told = row.values.get(column.name)
            if column.of == FRAME and told is not None and told != first.values.get(column.name):
                row.fault(column.name, CellsDisagree(other=first.number))
        name = row.values.get("colourway") or sheets.slug_of(str(row.values.get("colour") or ""))
        if names.setdefault(name, row.number) != row.number:
            row.fault("colour", CellsDisagree(other=names[name]))


def present(slug: str) -> tuple[dict[str, Any] | None, dict[str, Known]]:
    """Return a frame's columns and its colourways by short name; None and none where it is new."""
    with reading() as session:
        try:
            row = rows.frame(session, slug)
        except NotFound:
            return None, {}
        columns = {one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs}
        return columns, {one.slug: known_of(one) for one in row.variants}


def known_of(row: Variant) -> Known:
    """Return what is there of a colourway; its session must still be open."""
    columns = {one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs}
    layers = (row.front.sha256, row.lenses.sha256, row.temple.sha256)
    places = (row.scale, tuple(row.centre), tuple(row.joint), tuple(row.ear))
    return Known(columns, row.photos_sha256, (*layers, *places))


def frame_values(row: Row, slug: str, there: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a frame's columns: as the sheet says, else as they are, else as usual.

    Raises:
        Faulty: a new frame lacks something; `hinge` is None where nothing tells it.
    """
    usual: dict[str, Any] = {
        **FRAME_DEFAULTS,
        "currency": preferences.currencies()[0],
        **{name: getattr(Build(), name) for name in BUILDS},
        "hinge": None,
    }
    told = {**usual, **(there or {}), **cells(row, FRAME), "slug": slug}
    lacking = [
        column.name
        for column in COLUMNS
        if column.of == FRAME and column.needed and told.get(column.field) is None
    ]
    if not slug:
        lacking.append("frame")
    if lacking:
        raise Faulty([Fault.of(row.number, name, CellMissing()) for name in lacking])
    return told


def cells(row: Row, of: str) -> dict[str, Any]:
    """Return what a row's cells tell of a frame or a colourway, by field."""
    return {
        BY_NAME[name].field: value for name, value in row.values.items() if BY_NAME[name].of == of
    }


def colourway(
    row: Row, name: str, known: Known | None, frame: Mapping[str, Any], parcel: Parcel
) -> tuple[Colourway, tuple[float, float] | None]:
    """Return what a row asks for, and where its picture shows the hinge. Raises `Faulty`."""
    if not name or (known is None and not row.values.get("colour")):
        raise Faulty([Fault.of(row.number, "colour", CellMissing())])
    there = known.columns if known else {}
    told: dict[str, Any] = {**COLOURWAY_DEFAULTS, **there, **cells(row, COLOURWAY), "slug": name}
    pictures, seen = pictures_of(row, known, frame, parcel)
    if seen is not None and known is None:
        told = {"swatch": seen.swatch, **lens_of(seen.lens), **told}
    told = {"swatch": "#808080", **lens_of(Lens()), **told}
    told.setdefault("lens_label", str(LensKind(told["lens_kind"])).capitalize())
    ready = checked(row, lambda: ColourwayFields.from_columns(told), COLOURWAY)
    return Colourway(ready, pictures), seen.hinge if seen else None


def lens_of(lens: Lens) -> dict[str, Any]:
    """Return a lens by column."""
    own = {name: getattr(lens, name) for name in LENSES if name != "kind"}
    return {**own, "lens_kind": str(lens.kind)}
