"""What to do differently while lining up before a camera, from one small picture.

Nothing of the picture is kept, counted or remembered.
"""

from webapp.errors import ConsentMissing, FaceError, PhotoTooHeavy
from webapp.faces import quality
from webapp.faces.finder import Face
from webapp.fitting.fit import head_of
from webapp.rendering.codec import Pixels
from webapp.shop import sight, uploads

MOST_BYTES = 120_000  # of a hint's picture
MOST_SIDE = 640  # px
NEAR, FAR = 0.80, 0.34  # share of the picture's height that a face takes: too near, too far
OFF_CENTRE = 0.18  # share of the picture's width that a face may be off its middle

NO_FACE, CLOSER, BACK, CENTRE, READY = "no-face", "closer", "back", "centre", "ready"
# What `quality` minds, and a picture this small can tell
TURNS = {"turned": "straight", "nodding": "level", "too-dark": "light", "too-bright": "glare"}
CODES = (NO_FACE, CLOSER, BACK, CENTRE, *TURNS.values(), READY)


def look(data: bytes, *, agreed: bool) -> str:
    """Return the code of what to do, of `CODES`; `READY` where nothing is to be done.

    Raises:
        ConsentMissing: not agreed; the bytes were not looked at.
        PhotoTooHeavy: the picture is larger than a hint needs.
        PhotoError: the bytes are no acceptable picture.
        Busy: all slots are taken; a hint does not wait for one.
    """
    if not agreed:
        raise ConsentMissing()
    if len(data) > MOST_BYTES:
        raise PhotoTooHeavy(most_mb=MOST_BYTES / 1e6)
    with sight.current().slot(waits=False):
        picture = uploads.read(data)
        if max(picture.image.size) > MOST_SIDE:
            raise PhotoTooHeavy(most_mb=MOST_BYTES / 1e6)
        pixels = picture.pixels()
        found = sight.current().finder.find(pixels)
        return advice(pixels, found[0]) if found else NO_FACE


def advice(pixels: Pixels, face: Face) -> str:
    """Return the code of the first thing to do about a face in an (H, W, 3) uint8 picture."""
    height, width = pixels.shape[:2]
    left, top, box_width, box_height = face.box
    if box_height < FAR * height:
        return CLOSER
    if box_height > NEAR * height:
        return BACK
    if abs(left + box_width / 2 - width / 2) > OFF_CENTRE * width or top < 0:
        return CENTRE
    try:
        _, head = head_of(face.landmarks, (width, height))
    except FaceError:
        return TURNS["turned"]
    codes = quality.judge(pixels, face, head.pose.angles).codes
    return next((TURNS[code] for code in codes if code in TURNS), READY)
