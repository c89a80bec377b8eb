"""The decoding process: started by `webapp.intake.reader`, it forks a child for each picture.

Fresh from its own interpreter, it has no thread, no database, no secret and no other picture in
its memory. A child decodes one picture and ends. It can open nothing, neither file nor socket,
its memory is limited, and an alarm kills it when its time is over, wherever it is.

Run as `python -m webapp.intake.decoder CONTROL`: the number of an open socket. Each byte that
arrives there brings three files: a socket for the reply, the upload, and the room for its pixels.
"""

import contextlib
import fcntl
import json
import mmap
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pi_heif
from PIL import Image, ImageCms

from webapp.errors import Busy, LorgnetteError, PictureTooCostly
from webapp.rendering import codec

LARGE_PIXELS = 24_000_000  # such pictures are decoded one at a time
FILES = 3  # that come with each byte: reply, upload, room
LONGEST_ORDER = 4096  # bytes
LOOK_SECONDS = 0.02  # between two looks whether another large picture is done


def main(control: socket.socket) -> None:
    """Fork a child for every picture that is sent, until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that ended need no waiting for
    warm_up()
    while True:
        byte, files, _, _ = socket.recv_fds(control, 1, FILES)
        if not byte:
            return
        if os.fork() == 0:
            control.close()
            be_child(*files)
        for file in files:
            os.close(file)


def warm_up() -> None:
    """Load every decoder: a child can open no library any more."""
    pi_heif.register_heif_opener()
    Image.init()
    ImageCms.createProfile("sRGB")


def be_child(reply: int, upload: int, room: int) -> None:
    """Serve one picture, then end, whatever happens."""
    try:
        serve(reply, upload, room)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def serve(reply: int, upload: int, room: int) -> None:
    """Decode one picture, put its pixels into the room, and tell of it in one line of JSON."""
    with socket.socket(fileno=reply) as answer:
        order = json.loads(answer.recv(LONGEST_ORDER))
        data = os.pread(upload, os.fstat(upload).st_size, 0)
        lock = os.open(order["lock"], os.O_RDWR | os.O_CREAT, 0o600)
        memory = mmap.mmap(room, 0)  # all of it; what stays untouched costs nothing
        bind(order["megabytes"])
        try:
            told = decode(data, order, lock, memory)
        except LorgnetteError as error:
            told = {"error": error.code, "params": error.params}
        except MemoryError:
            told = {"error": PictureTooCostly.code, "params": {}}
        answer.sendall(json.dumps(told | cost()).encode())


def bind(megabytes: int) -> None:
    """Limit what this process may have from now on: `megabytes` of memory, and no more files."""
    here, resident = sizes()
    most = here + max(0, megabytes * 1_000_000 - resident)
    with contextlib.suppress(ValueError, OSError):  # macOS has the limit, but knows no such use
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the picture


def cost() -> dict[str, float]:
    """Return what this process has taken: megabytes at most, and seconds of the processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1_000_000 if sys.platform == "darwin" else 1000  # of ru_maxrss: bytes, else kilobytes
    return {"megabytes": used.ru_maxrss / unit, "seconds": used.ru_utime + used.ru_stime}


def sizes() -> tuple[int, int]:
    """Return this process's address space and resident memory, bytes; (0, 0) where unknown."""
    try:
        with open("/proc/self/statm") as file:
            pages = [int(word) for word in file.read().split()[:2]]
    except OSError:
        return 0, 0
    return pages[0] * mmap.PAGESIZE, pages[1] * mmap.PAGESIZE


def decode(data: bytes, order: dict[str, Any], lock: int, memory: mmap.mmap) -> dict[str, Any]:
    """Return what is told of the picture, whose pixels then are in the memory.

    Raises:
        PhotoError: as `codec.read_photo`.
        Busy: other large pictures took too long.
    """
    image = codec.open_checked(data, codec.format_of(data), order["most_pixels"])
    if image.width * image.height > LARGE_PIXELS:
        wait_for(lambda: fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB), order["wait_seconds"])
    signal.setitimer(signal.ITIMER_REAL, order["seconds"])  # its usual effect: the end
    picture = codec.develop(image, order["stored_pixels"], alpha=order["alpha"])
    del image  # with it go the decoder's own canvases: the room would come on top of them
    width, height = picture.image.size
    padded: codec.Pixels = np.frombuffer(memory, np.uint8, width * height * 4)
    codec.pad_into(padded.reshape(height, width, 4), picture.image)
    mode = picture.image.mode
    return {"width": width, "height": height, "focal_35mm": picture.focal_35mm, "mode": mode}


def wait_for(lock: Callable[[], object], seconds: float) -> None:
    """Return once `lock()` raises no OSError. Raises `Busy`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            lock()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise Busy(seconds=seconds) from None
            time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
