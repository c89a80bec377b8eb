"""Photos that lie on their side, as files do that lost how the camera was held: stood up.

The finder knows heads up to a slant. Where it is sure of no face, the photo is looked at from its
other sides, and turned if there it is sure of one. Photos that stand cost nothing more.
"""

from contextlib import suppress

from webapp.errors import FaceError
from webapp.faces.finder import Face
from webapp.rendering.codec import Picture, Pixels
from webapp.shop.sight import Seated
from webapp.shop.viewing import find_faces

Found = tuple[Face, Seated]
# The most likely first: a telephone held upright, to the left and to the right; then upside down.
QUARTERS = (1, 3, 2)
# Score of a face that is surely one; `docs/quality.md` says which reach it.
SURE = 0.9


def stood_up(picture: Picture, pixels: Pixels) -> tuple[Picture, Pixels, list[Found]]:
    """Return a picture as the people in it stand, its pixels, and their faces; hold a slot.

    Args:
        pixels: of the picture, (H, W, 3) uint8 RGB.

    Raises:
        FaceError: what is wrong with the picture as it came, and no better from another side.
    """
    found: list[Found] = []
    refusal: FaceError | None = None
    try:
        found = find_faces(pixels, picture.focal_35mm)
    except FaceError as error:
        refusal = error
    if not sure(found):
        for turned in map(picture.turned, QUARTERS):
            there = turned.pixels()
            with suppress(FaceError):
                standing = find_faces(there, turned.focal_35mm)
                if sure(standing):
                    return turned, there, standing
    if refusal:
        raise refusal
    return picture, pixels, found


def sure(found: list[Found]) -> bool:
    """Return whether one of the faces is surely one."""
    return any(face.score >= SURE for face, _ in found)
