"""Photos that lie on their side, as files do that lost how the camera was held: stood up.

The finder knows heads up to a slant. Where it is sure of no face, a photo is looked at from its
other sides, and turned if there it is sure of one. Photos that stand cost nothing more.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from webapp.errors import FaceError, NoSuchFace
from webapp.faces.finder import Face
from webapp.fitting.fit import head_of
from webapp.fitting.scene import Camera, Head
from webapp.shop.portraits import Portrait
from webapp.shop.sight import Seated
from webapp.shop.viewing import find_faces

Found = tuple[Face, Seated]
# To the left; the most likely first: a telephone held upright, either way, then upside down.
QUARTERS = (1, 3, 2)
# Score of a face that is surely one; `docs/quality.md` says which reach it.
SURE = 0.9


def sure(faces: Iterable[Face]) -> bool:
    """Return whether one of the faces is surely one."""
    return any(face.score >= SURE for face in faces)


def faces_in(portrait: Portrait) -> list[Found]:
    """Return the faces in a photo as it lies. Raises as `find_faces`."""
    return find_faces(portrait.photo, portrait.focal_35mm)


def stood_up(
    portrait: Portrait, look: Callable[[Portrait], list[Found]] = faces_in
) -> tuple[Portrait, list[Found]]:
    """Return a photo as the people in it stand, and their faces; hold a slot.

    Args:
        look: how faces are found in a photo as it lies; raises as `find_faces`.

    Raises:
        FaceError: what is wrong with the photo as it came, and no better from another side.
    """
    found: list[Found] = []
    refusal: FaceError | None = None
    try:
        found = look(portrait)
    except FaceError as error:
        refusal = error
    if not sure(face for face, _ in found):
        for turned in map(portrait.turned, QUARTERS):
            with suppress(FaceError):
                standing = look(turned)
                if sure(face for face, _ in standing):
                    return turned, standing
    if refusal:
        raise refusal
    return portrait, found


def seat(portrait: Portrait, face: int, pd_mm: float | None) -> tuple[Portrait, Face, Camera, Head]:
    """Return a photo stood up, a face in it, and the camera and head behind that; hold a slot.

    Args:
        face: counted as the shop does, from 0, the largest.
        pd_mm: the distance between the pupils, where it is known.

    Raises:
        FaceError: there is none, or glasses can't be seated on it.
    """
    portrait, found = stood_up(portrait)
    if face >= len(found):
        raise NoSuchFace(asked=face, found=len(found))
    chosen, (camera, head) = found[face]
    if pd_mm is not None:
        camera, head = head_of(
            chosen.landmarks, portrait.size, pd_mm=pd_mm, focal_35mm=portrait.focal_35mm
        )
    return portrait, chosen, camera, head
