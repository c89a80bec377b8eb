"""`POST /faces`: who is in a photo, and how large their face is."""

from typing import Annotated, Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from webapp.api.calls import Answer, Fields, call
from webapp.api.fields import PHOTO_PROBLEMS, Photo
from webapp.errors import Busy
from webapp.shop import faces
from webapp.shop.api_keys import KeyView

Point = Annotated[list[float], Field(min_length=3, max_length=3)]


class FacesFields(Fields):
    """What `POST /faces` takes."""

    photo: Photo


class Pose(BaseModel):
    """Which way the head is turned: at zero it faces the camera's direction.

    The head's rotation is Rz(roll) Rx(pitch) Ry(-yaw), x to the picture's right, y down, z away
    from the camera. Of 300 drawn heads, read with the model's own landmark errors and turned by up
    to 30, 15 and 20 degrees, each angle's error has a root mean square of about 1 degree (1.1, 1.1
    and 0.9), and 95 % are within 2.4.
    """

    yaw: float = Field(description="Degrees; positive when the nose points to the picture's right.")
    pitch: float = Field(description="Degrees; positive when the nose points down.")
    roll: float = Field(description="Degrees; positive when the head leans clockwise in it.")


class Length(BaseModel):
    """A measured length and its standard deviation."""

    value: float = Field(description="Millimetres.")
    sigma: float = Field(description="Millimetres: one standard deviation of `value`.")


class PupillaryDistance(Length):
    """The distance between the pupils for a far gaze."""

    method: str = Field(
        description="Where the scale comes from: `iris` (the irises' diameter, blended with what "
        "is known of people's pupillary distances), or `typed` (a distance that was given)."
    )


class Face(BaseModel):
    """One face. Coordinates are pixels of the upright photo, its top left corner being (0, 0)."""

    box: Annotated[list[float], Field(min_length=4, max_length=4)] = Field(
        description="x, y, width, height, pixels."
    )
    score: float = Field(description="How sure the model is that this is a face, 0 to 1.")
    landmarks: Annotated[list[Point], Field(min_length=478, max_length=478)] = Field(
        description="x, y, z of 478 points in the face-mesh topology, the irises from 468 on. "
        "x and y are pixels; z is in the same unit, relative, smaller towards the camera."
    )
    pose: Pose | None
    pd_mm: PupillaryDistance | None
    face_width_mm: Length | None = Field(description="The face's width at the temples' height.")
    unmeasured: Literal["face-too-small", "face-turned-away"] | None = Field(
        None,
        description="Why the face has no pose and no millimetres; absent where it has them.",
        json_schema_extra={"type": "string"},
    )


class FacesAnswer(BaseModel):
    """The faces in a photo, largest first; none is an empty list."""

    width: int = Field(description="Pixels of the photo, upright.")
    height: int = Field(description="Pixels of the photo, upright.")
    faces: list[Face]


@call(
    "POST",
    "/faces",
    scope="faces",
    fields=FacesFields,
    answers={200: Answer("The faces.", {"application/json": FacesAnswer})},
    problems=(*PHOTO_PROBLEMS, Busy),
    seen=True,
)
def find_faces(key: KeyView, fields: FacesFields) -> Response:
    """Find the faces in a photo.

    Landmarks, pose and millimetres of every face in it. Nothing is stored, and the answer may
    not be either by anything between the shop and you (`Cache-Control: no-store`). A photo
    without a face is no problem: its list is empty.
    """
    return jsonify(faces.look(fields.photo))
