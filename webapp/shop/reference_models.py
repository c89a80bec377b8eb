"""Consenting models: a photo each, kept with an admin's word that the person agreed."""

from dataclasses import dataclass
from datetime import datetime

from webapp.errors import AttestationMissing, NoPhoto
from webapp.rendering import codec
from webapp.shop import accounts, previews, uploads
from webapp.shop.frame_fields import WORD, check
from webapp.shop.previews import Stages
from webapp.shop.views import AdminView
from webapp.storage import audit, belongings, images
from webapp.storage import reference_models as rows
from webapp.storage.database import reading, writing
from webapp.storage.images import Draft
from webapp.storage.tables import Kind, ReferenceModel, Role

ATTESTATION_VERSION = "2026-11"
ATTESTATION = (
    "The person in this photo has agreed, in writing, that it is kept here and used to show "
    "the shop's admins how frames look, and knows that it is deleted when they ask."
)
WIDTH = 900  # px that are kept of a model's photo; a preview shows no more


@dataclass(frozen=True)
class ModelView:
    """A model. `key`: of `previews.worn`."""

    id: int
    name: str
    key: str
    attested_by: str
    attested: datetime


def everyone() -> list[ModelView]:
    """Return the models in the order of their coming."""
    with reading() as session:
        return [
            ModelView(row.id, row.name, f"model-{row.id}", row.attested_by, row.attested_at)
            for row in rows.everyone(session)
        ]


def add(by: AdminView, name: str, photo: bytes, *, attested: bool) -> None:
    """Keep a model's photo, if a face that can wear glasses is in it.

    Raises:
        NotAllowed: a viewer asks.
        AttestationMissing: nobody vouches for the person's consent; nothing was looked at.
        NoPhoto, PhotoError, FaceError, InvalidFrame, ModelNameTaken: what is wrong.
    """
    accounts.require(by, Role.EDITOR)
    if not attested:
        raise AttestationMissing()
    check("name", name, WORD)
    if not photo:
        raise NoPhoto()
    pixels = uploads.read(photo).pixels()
    if pixels.shape[1] > WIDTH:
        pixels = codec.at_width(pixels, WIDTH)
    data = codec.encode_jpeg(pixels, 92)
    previews.photographed(data)  # a photo that would not do is refused before it is kept
    draft = Draft(data, Kind.MODEL, "image/jpeg", pixels.shape[1], pixels.shape[0])
    with images.storing(draft) as (session, made):
        row = ReferenceModel(
            name=name, attestation_version=ATTESTATION_VERSION, attested_by=by.email
        )
        row.image = made[0]
        rows.add(session, row)
        facts = {"attestation": ATTESTATION_VERSION}
        audit.record(session, by.email, "model added", name, after=facts)


def remove(by: AdminView, id: int) -> None:
    """Delete a model's photo for good. Raises `NotAllowed`, `NotFound`."""
    accounts.require(by, Role.EDITOR)
    with writing() as session:
        row = rows.model(session, id)
        image, name = row.image_id, row.name
        session.delete(row)
        session.flush()
        gone = images.doom(session, [image])
        audit.record(session, by.email, "model removed", name)
    belongings.only(Stages).forget(f"model-{id}")
    images.finish(gone)
