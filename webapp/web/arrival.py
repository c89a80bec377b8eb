"""A request's body has to arrive in time: a stalled sender must not hold a thread for ever.

A proxy that buffers bodies belongs in front anyway; this is for the machines that have none.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import RequestTimeout

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Arrival:
    """WSGI middleware: reading a body ends with 408 when it takes longer than `seconds`."""

    def __init__(self, wsgi: Wsgi, seconds: float) -> None:
        self.wsgi = wsgi
        self.seconds = seconds

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Watch the body on its way in."""
        environ["wsgi.input"] = Punctual(
            environ["wsgi.input"], environ.get("gunicorn.socket"), time.monotonic() + self.seconds
        )
        return self.wsgi(environ, start_response)


class Punctual:
    """A request's body that has to be there by `ends`, a time of time.monotonic.

    `socket`: the connection it comes by, where the server tells; None: any read may wait.
    """

    def __init__(self, body: Any, socket: Any, ends: float) -> None:
        self.body = body
        self.socket = socket
        self.ends = ends

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes. Raises `RequestTimeout`."""
        return self._in_time(self.body.read, size)

    def readline(self, size: int = -1) -> bytes:
        """Return a line. Raises `RequestTimeout`."""
        return self._in_time(self.body.readline, size)

    def _in_time(self, read: Callable[[int], bytes], size: int) -> bytes:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise RequestTimeout()
        if self.socket is None:
            return read(size)
        before = self.socket.gettimeout()
        self.socket.settimeout(left)
        try:
            return read(size)
        except TimeoutError:
            raise RequestTimeout() from None
        finally:
            self.socket.settimeout(before)
