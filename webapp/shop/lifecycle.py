"""A frame's way: draft, published, retired and back; and the undoing of its last change."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from webapp.errors import InvalidFrame, NothingToUndo
from webapp.shop import catalogue, editing, products
from webapp.shop.editing import Colourway
from webapp.shop.frame_fields import ColourwayFields, FrameFields, LensChoice, lens_from
from webapp.shop.views import AdminView, FrameView
from webapp.storage import audit, clock
from webapp.storage import catalogue as rows
from webapp.storage.database import Session, reading, writing
from webapp.storage.tables import AuditEntry, Frame, Status, Variant

VERBS = {
    Status.PUBLISHED: "frame published",
    Status.RETIRED: "frame retired",
    Status.DRAFT: "frame drafted",
}
MOST_AT_ONCE = 1000  # frames of one bulk action


def set_status(by: AdminView | None, slugs: Iterable[str], status: str) -> int:
    """Publish, retire or draft frames, all of them or none; return how many that changed.

    Raises:
        NotAllowed: a viewer asks.
        NotFound: one of the frames is not there.
        InvalidFrame: there is no such status, or a frame to publish has no colourway to show.
    """
    editing.require(by)
    wanted = known(status)
    changed = 0
    with writing() as session:
        for slug in list(dict.fromkeys(slugs))[:MOST_AT_ONCE]:
            changed += move(session, by, rows.frame(session, slug), wanted)
    return changed


def known(status: str) -> Status:
    """Return the status of that name. Raises `InvalidFrame`."""
    if status not in list(Status):
        raise InvalidFrame(field="status", value=status, advice=", ".join(Status))
    return Status(status)


def move(session: Session, by: AdminView | None, frame: Frame, status: Status) -> bool:
    """Give a frame a status, and log it; return whether it had another."""
    if frame.status == status:
        return False
    if status == Status.PUBLISHED:
        if all(variant.withdrawn for variant in frame.variants):
            raise InvalidFrame(field=frame.name, value=0, advice="it has no colourway to show")
        frame.published_at = clock.now()
    facts = {"status": str(frame.status)}, {"status": str(status)}
    frame.status, frame.updated_at = status, clock.now()
    audit.record(session, editing.who(by), VERBS[status], frame.slug, *facts)
    return True


def last_change(slug: str) -> str | None:
    """Return in words what `undo` would take back; None where there is nothing."""
    with reading() as session:
        entry = audit.latest(session, slug)
        if entry is None or entry.action not in UNDOERS:
            return None
        return f"{entry.action} ({entry.subject})" if "/" in entry.subject else entry.action


def undo(by: AdminView, slug: str) -> FrameView:
    """Take the frame's last change back; undone once more, it is there again.

    Raises:
        NotAllowed: a viewer asks.
        NotFound: there is no such frame.
        NothingToUndo: the last change made something, or replaced photos, which are gone.
    """
    editing.require(by)
    with reading() as session:
        frame = rows.frame(session, slug)
        entry = audit.latest(session, slug)
        if entry is None or entry.action not in UNDOERS:
            raise NothingToUndo(reason="Its last change made something new. Retire or change it.")
        act = UNDOERS[entry.action](by, frame, entry)
    act()
    return catalogue.frame(slug)


Act = Callable[[], object]


def undo_status(by: AdminView, frame: Frame, entry: AuditEntry) -> Act:
    """Return what gives the frame its status of before."""
    slug, status = frame.slug, before_of(entry)["status"]
    return lambda: set_status(by, [slug], status)


def undo_fields(by: AdminView, frame: Frame, entry: AuditEntry) -> Act:
    """Return what gives the frame its fields of before."""
    fields = FrameFields.from_columns(vars(frame) | before_of(entry))
    return lambda: editing.save(by, fields)


def undo_lenses(by: AdminView, frame: Frame, entry: AuditEntry) -> Act:
    """Return what gives the frame its lenses of before."""
    fields = FrameFields.from_columns(vars(frame))
    lenses = [
        LensChoice(one["slug"], one["label"], lens_from(one["lens"]), one["extra_cents"])
        for one in before_of(entry)["lenses"]
    ]
    return lambda: editing.save(by, fields, lens_options=lenses)


def undo_colourway(by: AdminView, frame: Frame, entry: AuditEntry) -> Act:
    """Return what gives a colourway its fields and cut of before. Raises `NothingToUndo`."""
    before = before_of(entry)
    if "photos_sha256" in before:
        raise NothingToUndo(reason="The photos of before are gone. Please upload them again.")
    row = colourway(frame, entry.subject)
    fields = FrameFields.from_columns(vars(frame))
    told = ColourwayFields.from_columns(vars(row) | before)
    points = before.get("points")
    pictures = editing.recut(fields, row, points) if points else None
    if points:  # the frame's hinges moved with them
        hinge = products.hinge_of(products.points_of(points), fields.marks)
        fields = replace(fields, build=replace(fields.build, hinge=hinge))
    return lambda: editing.save(by, fields, [Colourway(told, pictures)])


def colourway(frame: Frame, subject: str) -> Variant:
    """Return the colourway that the log names as frame/colourway."""
    return next(row for row in frame.variants if f"{frame.slug}/{row.slug}" == subject)


def before_of(entry: AuditEntry) -> dict[str, Any]:
    """Return what the log says of before."""
    return dict(entry.before or {})


UNDOERS: dict[str, Callable[[AdminView, Frame, AuditEntry], Act]] = {
    **dict.fromkeys(VERBS.values(), undo_status),
    "frame changed": undo_fields,
    "lenses changed": undo_lenses,
    "colourway changed": undo_colourway,
}
