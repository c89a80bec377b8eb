"""The camera that took a photo: its focal length, from EXIF or from a stated default."""

import math

from webapp.fitting.scene import Camera

FULL_FRAME_DIAGONAL = 43.27  # mm, of the 36 x 24 mm picture that "35 mm equivalent" refers to
# Between phones' front cameras (22-30), webcams (28-35) and portraits (50 and more), mm.
DEFAULT_FOCAL_35MM = 32.0
DEFAULT_SIGMA = 0.35  # relative; nothing is known of the camera but that people use one
KNOWN_SIGMA = 0.05  # EXIF rounds, and lenses breathe
NEAREST_MM = 420.0  # nobody holds a camera nearer; a larger face was cropped out of its photo


def camera_of(size: tuple[int, int], focal_35mm: float | None = None) -> Camera:
    """Return the camera of a photo of `size` (width, height) pixels.

    Args:
        size: of the upright, uncropped photo.
        focal_35mm: focal length, 35 mm equivalent by diagonal, mm, if EXIF told it.
    """
    width, height = size
    in_pixels = math.hypot(width, height) / FULL_FRAME_DIAGONAL
    sigma = DEFAULT_SIGMA if focal_35mm is None else KNOWN_SIGMA
    focal = (focal_35mm or DEFAULT_FOCAL_35MM) * in_pixels
    return Camera(focal=focal, centre=((width - 1) / 2, (height - 1) / 2), sigma=sigma)
