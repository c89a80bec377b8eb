"""A kept photo as the model sees it: its faces, the head behind each, the stage for frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from webapp.errors import FaceError, NoFace, NoSuchFace, NotFound, PdOutOfRange
from webapp.faces import quality
from webapp.faces.crops import Photo as SeenPhoto
from webapp.faces.finder import Face
from webapp.fitting.card import PDS as PDS
from webapp.fitting.fit import head_of
from webapp.fitting.scale import Told
from webapp.fitting.scene import Camera
from webapp.rendering import codec, compose
from webapp.rendering.codec import Pixels
from webapp.shop import sight
from webapp.shop.closeups import Square, close_up
from webapp.shop.sight import HEADS_KEPT, STAGES_KEPT, Seated, Sighting, Stage
from webapp.shop.stages import stage
from webapp.storage import clock, files
from webapp.storage import photos as rows
from webapp.storage.database import reading
from webapp.storage.tables import Photo


@dataclass(frozen=True)
class Subject:
    """A kept photo, copied from its rows: what is needed to look at it."""

    token: str
    width: int
    height: int
    focal_35mm: float | None
    sha256: str
    file: str
    expires: datetime

    @property
    def seed(self) -> int:
        """The seed of the grain: the same photo always gets the same."""
        return int(self.sha256[:8], 16)


def subject_of(row: Photo) -> Subject:
    """Return the copy of a row."""
    image = row.image
    return Subject(
        token=row.token,
        width=image.width,
        height=image.height,
        focal_35mm=row.focal_35mm,
        sha256=image.sha256,
        file=image.file,
        expires=row.expires_at,
    )


def find_subject(token: str, visit: str) -> Subject:
    """Return the visit's photo.

    Raises:
        NotFound: unknown, expired or another visit's.
    """
    try:
        with reading() as session:
            return subject_of(rows.photo(session, token, visit, clock.now()))
    except NotFound:
        forget_if_gone(token)
        raise


def forget_if_gone(token: str) -> None:
    """Let memory follow the database: another process may have deleted the photo."""
    if token not in sight.current().remembered():
        return  # most often: somebody tries tokens, which must not fill memory
    with reading() as session:
        if not rows.lives(session, token, clock.now()):
            sight.current().forget(token)


def data_of(subject: Subject) -> bytes:
    """Return the stored JPEG. Raises `NotFound` when its file is gone."""
    return data_in(subject.file)


def data_in(file: str) -> bytes:
    """Return a stored picture's bytes. Raises `NotFound` when the file is gone."""
    try:
        return files.read(file)
    except FileNotFoundError:
        raise NotFound() from None


def find_faces(photo: SeenPhoto, focal_35mm: float | None) -> list[tuple[Face, Seated]]:
    """Return the photo's faces that glasses can be seated on, largest first; hold a slot.

    Each comes with its camera and head, as without a typed PD.

    Raises:
        NoFace: there is none.
        FaceTooSmall, FaceTurnedAway: there are some, and this is what is wrong with the largest.
    """
    with stage("find"):
        found = sight.current().finder.find(photo)
    with stage("fit"):
        return usable_faces(found, photo, focal_35mm)


def usable_faces(
    found: list[Face], photo: SeenPhoto, focal_35mm: float | None
) -> list[tuple[Face, Seated]]:
    """Return those of the found faces that glasses can be seated on. Raises as `find_faces`."""
    if not found:
        raise NoFace()
    refusals: list[FaceError] = []
    usable = list(seated_faces(found, photo, focal_35mm, refusals))
    if not usable:
        raise refusals[0]
    return usable


def largest_usable(
    found: list[Face], pixels: Pixels, focal_35mm: float | None
) -> tuple[Face, Seated]:
    """Return the first of what `usable_faces` would, without measuring the others."""
    if not found:
        raise NoFace()
    refusals: list[FaceError] = []
    for usable in seated_faces(found, pixels, focal_35mm, refusals):
        return usable
    raise refusals[0]


def seated_faces(
    found: list[Face], photo: SeenPhoto, focal_35mm: float | None, refusals: list[FaceError]
) -> Iterator[tuple[Face, Seated]]:
    """Yield each face with the camera and head behind it, or note why glasses can't be seated."""
    size = photo.shape[1], photo.shape[0]
    for face in found:
        try:
            yield face, head_of(face.landmarks, size, focal_35mm=focal_35mm)
        except FaceError as refusal:
            refusals.append(refusal)


def concerns_in(pixels: Pixels, found: list[tuple[Face, Seated]]) -> tuple[str, ...]:
    """Return the codes of what is not ideal about the largest of the photo's faces."""
    face, (_, head) = found[0]
    return quality.judge(pixels, face, head.pose.angles).codes


def remember(
    seen: Sighting, found: list[tuple[Face, Seated]], concerns: tuple[str, ...]
) -> list[Face]:
    """Keep found faces in memory, with what concerns the largest, and return them."""
    seen.concerns = concerns
    seen.faces = [face for face, _ in found]
    seen.heads = {(number, Told()): seated for number, (_, seated) in enumerate(found)}
    return seen.faces


def faces_of(subject: Subject, seen: Sighting, pixels: Pixels | None = None) -> list[Face]:
    """Return the photo's faces from memory, or find them anew; hold a slot and the lock."""
    if seen.faces is not None:
        return seen.faces
    if pixels is None:
        with stage("decode"):
            pixels = codec.read_stored(data_of(subject))
    found = find_faces(pixels, subject.focal_35mm)
    return remember(seen, found, concerns_in(pixels, found))


def seat_of(
    subject: Subject,
    seen: Sighting,
    face: int,
    told: Told,
    pixels: Pixels | None = None,
) -> Seated:
    """Return the camera and head of a face, in pixels of the stored photo; hold a slot.

    Args:
        pixels: the stored photo, where it is decoded already.

    Raises:
        NoSuchFace: the photo has fewer.
        FaceError: it is too small, or turned too far.
    """
    with seen.lock:
        faces = faces_of(subject, seen, pixels)
        if not 0 <= face < len(faces):
            raise NoSuchFace(asked=face, found=len(faces))
        if (face, told) not in seen.heads:
            while len(seen.heads) >= HEADS_KEPT:
                seen.heads.pop(next(iter(seen.heads)))
            with stage("fit"):
                seen.heads[face, told] = head_of(
                    faces[face].landmarks,
                    (subject.width, subject.height),
                    told=told,
                    focal_35mm=subject.focal_35mm,
                )
        return seen.heads[face, told]


def stage_of(
    subject: Subject, seen: Sighting, face: int, told: Told, width: int, close: bool
) -> Stage:
    """Return the photo `width` px wide, ready for frame after frame on one face; hold a slot.

    Args:
        close: of the photo, only the square about the head, and no larger than it is there.

    Raises: as `seat_of`.
    """
    camera, head = seat_of(subject, seen, face, told)
    with seen.lock:
        key = (face, told, width, close)
        if key not in seen.stages:
            square = close_up(camera, head, (subject.width, subject.height)) if close else None
            with stage("decode"):
                pixels, small = reduced(subject, camera, width, square)
            while len(seen.stages) >= STAGES_KEPT:
                seen.stages.pop(next(iter(seen.stages)))
            with stage("render"):
                scene = compose.prepare(pixels, small, head)
            seen.stages[key] = Stage(pixels, small, head, scene)
        return seen.stages[key]


def reduced(
    subject: Subject, camera: Camera, width: int, square: Square | None
) -> tuple[Pixels, Camera]:
    """Return the photo, or a square of it, `width` px wide, with the camera for it."""
    if square is None:
        pixels = codec.read_stored(data_of(subject), width)
        return pixels, camera.scaled(pixels.shape[1] / subject.width)
    whole_width = min(subject.width, round(subject.width * width / square[2]))
    pixels = codec.read_stored(data_of(subject), whole_width)
    k = pixels.shape[1] / subject.width
    left, top, side = (round(length * k) for length in square)
    cut = np.ascontiguousarray(pixels[top : top + side, left : left + side])
    return cut, camera.scaled(k).cropped(left, top)


def check_pd(pd_mm: float | None) -> None:
    """Raise `PdOutOfRange` for a PD, mm, that nobody has; None, not typed, is fine."""
    low, high = PDS
    if pd_mm is not None and not low <= pd_mm <= high:
        raise PdOutOfRange(value=pd_mm, low=low, high=high)
