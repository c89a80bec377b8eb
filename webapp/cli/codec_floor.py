"""What no batch can avoid: decoding photos and encoding them again, in a process of its own.

Run by its path, `python codec_floor.py FOLDER QUALITY PART PARTS`; prints photos a second.
"""

import io
import sys
import time
from pathlib import Path

from PIL import Image

WIDE = 2000  # px; wider pictures are encoded with halved colour, as the shop's are


def recode(data: bytes, quality: int) -> None:
    """Decode a photo and encode it as the shop encodes results."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    subsampling = 0 if image.width <= WIDE else 2
    image.save(io.BytesIO(), "JPEG", quality=quality, subsampling=subsampling)


def main(folder: str, quality: str, part: str, parts: str) -> None:
    """Recode every PARTS-th photo, and print how many a second were."""
    photos = sorted(Path(folder).iterdir())[int(part) :: int(parts)]
    begun = time.perf_counter()
    for photo in photos:
        recode(photo.read_bytes(), int(quality))
    print(len(photos) / (time.perf_counter() - begun))


if __name__ == "__main__":
    main(*sys.argv[1:])
