"""Photos named on the command line, read as the shop reads an upload."""

from pathlib import Path

from webapp.errors import FileUnreadable
from webapp.shop import portraits
from webapp.shop.portraits import Portrait


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Raises `FileUnreadable`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(file=str(path), reason=error.strerror) from error


def read_portrait(path: Path, *, whole: bool = False) -> Portrait:
    """Read a photo file; `whole` as of `portraits.read_picture`.

    Raises:
        FileUnreadable: the file can't be read.
        PhotoError: it holds no acceptable picture.
    """
    return portraits.read_portrait(read_bytes(path), whole=whole)
