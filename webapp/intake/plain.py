"""Which uploads cost no more to decode than their header says, and may be decoded right here.

A baseline JPEG whose only scan holds all of its colours is read once from top to bottom: its
size in pixels bounds memory and time. Nothing else is so simple. A progressive JPEG repeats its
scans as often as it likes (300 kB can take half a minute, 20 MB hours), and the other formats
bring decoders that are larger and younger.
"""

from webapp.rendering.codec import format_of

MOST_PIXELS = 24_000_000  # beyond, the whole picture in memory is better off elsewhere
MOST_PROFILE_BYTES = 4096  # cameras' profiles have hundreds; large ones can be slow to apply

START_OF_FRAME = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC),
                            *range(0xCD, 0xD0)))  # fmt: skip
BASELINE = (0xC0, 0xC1)
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
PROFILE_SEGMENT, PROFILE_NAME = 0xE2, b"ICC_PROFILE\0"


def is_plain(data: bytes) -> bool:
    """Return whether the bytes are a JPEG of one baseline scan, small enough to decode here."""
    if data[:3] != b"\xff\xd8\xff" or format_of(data) != "JPEG":
        return False
    colours, profile, at = 0, 0, 2
    while 0 <= at < len(data) - 3 and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if marker == START_OF_SCAN:
            return 0 < colours == body[0] if body else False
        if marker in START_OF_FRAME:
            if colours or marker not in BASELINE or not bounded(body):
                return False
            colours = body[5]
        elif marker == PROFILE_SEGMENT and body.startswith(PROFILE_NAME):
            profile += length
            if profile > MOST_PROFILE_BYTES:
                return False
        elif marker == END_OF_IMAGE or length < 2:
            return False
        at += 2 + length
    return False


def bounded(frame: bytes) -> bool:
    """Return whether a frame header's precision, size and colours are usual: grey, or three."""
    if len(frame) < 6:
        return False
    precision, colours = frame[0], frame[5]
    height, width = (int.from_bytes(frame[at : at + 2], "big") for at in (1, 3))
    return precision == 8 and 0 < width * height <= MOST_PIXELS and colours in (1, 3)
