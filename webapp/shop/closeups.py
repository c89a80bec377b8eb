"""The square about a head that a wall shows: in a whole photo a face may be small."""

import numpy as np

from webapp.fitting.scene import Camera, Head

ROOM = 1.9  # the square's side, in the longer side of the face's box: hair, ears, some air
RAISED = 0.06  # of the side: a face lies below the middle of its head

Square = tuple[int, int, int]  # left, top, side, in pixels of the photo


def close_up(camera: Camera, head: Head, size: tuple[int, int]) -> Square:
    """Return the square about a head, within a `size` (width, height) photo.

    Near the photo's edge it is moved, not cut; it is never larger than the photo.
    """
    outline = camera.project(head.pose.apply(head.mesh))
    low, high = outline.min(axis=0), outline.max(axis=0)
    side = max(1, min(round(ROOM * float((high - low).max())), *size))
    centre = (low + high) / 2 - np.array([0.0, RAISED * side])
    left, top = (
        int(np.clip(round(float(middle) - side / 2), 0, whole - side))
        for middle, whole in zip(centre, size, strict=True)
    )
    return left, top, side
