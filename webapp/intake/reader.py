"""Reading uploads: what is plain right here, all else in a process that may fail alone.

The decoding process is started at the first such picture, and anew when it is gone. A picture
costs some 10 ms more than it would here, and can take no more time, memory or rights than it is
given; a plain JPEG, which nearly all photos are, costs nothing more.
"""

import json
import logging
import mmap
import os
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from webapp import errors
from webapp.config import ROOT
from webapp.errors import LorgnetteError, PhotoTooHeavy, PictureTooCostly
from webapp.intake.plain import is_plain
from webapp.rendering import codec
from webapp.rendering.codec import Picture

MARGIN_SECONDS = 5.0  # beyond the child's own alarm, for its start and its answer
LONGEST_ANSWER = 65_536  # bytes
# Of the environment, what an interpreter needs; the shop's secrets stay here.
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONDONTWRITEBYTECODE",
    "OPENBLAS_NUM_THREADS",
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """What reading one upload may take, and what comes of it.

    `most_bytes`, `most_pixels`: of the upload; it is reduced to `stored_pixels`. `seconds`,
    `megabytes`: for decoding elsewhere. `wait_seconds`: for another large picture to be done.
    `alpha`: transparency is kept, not laid over white.
    """

    most_bytes: int
    most_pixels: int
    stored_pixels: int
    seconds: float
    megabytes: int
    wait_seconds: float
    alpha: bool = False


class Reader:
    """Reads uploads; threads may share one."""

    def __init__(self, lock: Path) -> None:
        """`lock`: a file that decoding processes on this machine share, to take turns."""
        self.most_megabytes = 0.0  # that any decoding has taken, its process's own included
        self.most_seconds = 0.0  # of the processor, likewise
        self._lock_file = lock
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._end: weakref.finalize[..., Reader] | None = None

    def read(self, data: bytes, bounds: Bounds) -> Picture:
        """Return an upload as a picture.

        Raises:
            PhotoError: as `codec.read_photo`.
            PictureTooCostly: it would take more time or memory than `bounds` allow.
            Busy: other large pictures took too long.
        """
        if len(data) > bounds.most_bytes:
            raise PhotoTooHeavy(most_mb=bounds.most_bytes / 1e6)
        if is_plain(data):
            return codec.read_photo(
                data,
                most_bytes=bounds.most_bytes,
                most_pixels=bounds.most_pixels,
                stored_pixels=bounds.stored_pixels,
            )
        codec.format_of(data)  # what is no picture needs no process
        return self._read_elsewhere(data, bounds)

    def close(self) -> None:
        """End the decoding process; the next picture starts another."""
        with self._starting:
            self._stop()

    def _read_elsewhere(self, data: bytes, bounds: Bounds) -> Picture:
        room = nameless(min(bounds.stored_pixels, bounds.most_pixels) * 4)
        upload = nameless(0)
        mine, theirs = socket.socketpair()
        try:
            write_all(upload, data)
            self._send([theirs.fileno(), upload, room])
            theirs.close()
            told = self._ask(mine, bounds)
            if "error" in told:
                raise error_called(told["error"])(**told["params"])
            return picture_in(room, told)
        finally:
            for end in (mine, theirs):
                end.close()
            for file in (upload, room):
                os.close(file)

    def _ask(self, reply: socket.socket, bounds: Bounds) -> dict[str, Any]:
        """Send the order and return the answer. Raises `PictureTooCostly` where none comes."""
        order = {
            "lock": str(self._lock_file),
            "most_pixels": bounds.most_pixels,
            "stored_pixels": bounds.stored_pixels,
            "seconds": bounds.seconds,
            "megabytes": bounds.megabytes,
            "wait_seconds": bounds.wait_seconds,
            "alpha": bounds.alpha,
        }
        reply.settimeout(bounds.wait_seconds + bounds.seconds + MARGIN_SECONDS)
        try:
            reply.sendall(json.dumps(order).encode())
            answer = reply.recv(LONGEST_ANSWER)
        except OSError:
            answer = b""
        if not answer:
            log.warning("the decoding of a picture ended without an answer")
            raise PictureTooCostly()
        told: dict[str, Any] = json.loads(answer)
        self.most_megabytes = max(self.most_megabytes, told["megabytes"])
        self.most_seconds = max(self.most_seconds, told["seconds"])
        return told

    def _send(self, files: list[int]) -> None:
        """Hand the files to the decoding process, started first where there is none."""
        with self._starting:
            for last in (False, True):
                control = self._running()
                try:
                    socket.send_fds(control, [b"."], files)
                    return
                except OSError:  # it has just ended
                    self._stop()
                    if last:
                        raise

    def _running(self) -> socket.socket:
        """Return the end of the decoding process's control, started if need be."""
        if self._process is None or self._control is None or self._process.poll() is not None:
            self._stop()
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = start(theirs.fileno())
            self._end = weakref.finalize(self, end, self._process, self._control)
        return self._control

    def _stop(self) -> None:
        """Forget the decoding process, and end it."""
        if self._end is not None:
            self._end()
        self._control = self._process = self._end = None


def end(process: "subprocess.Popen[bytes]", control: socket.socket) -> None:
    """End a decoding process."""
    control.close()
    process.kill()
    process.wait()


def start(control: int) -> "subprocess.Popen[bytes]":
    """Start a decoding process that listens to the file `control`."""
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.intake.decoder", str(control)],
        cwd=ROOT,
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        stdin=subprocess.DEVNULL,
        pass_fds=(control,),
    )


def nameless(size: int) -> int:
    """Return an open file of `size` zeros without a name, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("picture")
    else:  # macOS
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    os.truncate(file, size)
    return file


def write_all(file: int, data: bytes) -> None:
    """Write every byte."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def picture_in(room: int, told: dict[str, Any]) -> Picture:
    """Return the decoded picture; it shares the room's memory, which outlives the file."""
    width, height = told["width"], told["height"]
    memory = mmap.mmap(room, width * height * 4, access=mmap.ACCESS_READ)
    padded: codec.Pixels = np.frombuffer(memory, np.uint8).reshape(height, width, 4)
    layout = "RGBA" if told["mode"] == "RGBA" else "RGBX"
    image = Image.frombuffer(layout, (width, height), padded, "raw", layout, 0, 1)
    return Picture(image, told["focal_35mm"], padded)


def error_called(code: str) -> type[LorgnetteError]:
    """Return the domain error with that code."""
    kinds = vars(errors).values()
    return next(
        kind
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, LorgnetteError) and kind.code == code
    )
