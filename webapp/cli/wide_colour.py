"""A Display P3 profile, so that `flask bench` can time photos of phones that take those."""

import struct

# Colorants of Display P3 adapted to D50, XYZ (SMPTE EG 432-1's primaries, Bradford's adaptation),
# and D50 itself.
RED, GREEN, BLUE = (
    (0.51512, 0.2412, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.1571, 0.06657, 0.78407),
)
D50 = (0.9642, 1.0, 0.8249)
GAMMA = 2.2  # near enough to the profile's own curve: what is timed is the way through it
HEADER, ENTRY = 128, 12  # bytes


def display_p3() -> bytes:
    """Return an ICC profile, version 2, of three colorants and a curve (ICC.1:2001-04)."""
    curve = struct.pack(">4s4xIH2x", b"curv", 1, round(GAMMA * 256))
    tags = {
        b"wtpt": _xyz(D50), b"rXYZ": _xyz(RED), b"gXYZ": _xyz(GREEN), b"bXYZ": _xyz(BLUE),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    at = HEADER + 4 + ENTRY * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data
    header = struct.pack(
        ">I4sI4s4s4s12x4s16x12x3i44x",
        HEADER + len(table) + len(body), b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ",
        b"acsp", *(round(part * 65536) for part in D50),
    )  # fmt: skip
    return header[:HEADER].ljust(HEADER, b"\0") + table + body


def _xyz(colour: tuple[float, float, float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(part * 65536) for part in colour))
