"""A request's body has to arrive in time: a stalled sender must not hold a thread for ever.

A proxy that buffers bodies belongs in front anyway; this is for the machines that have none.
"""

import contextlib
import socket
import threading
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
        """Watch the body on its way in, where there is one and the server tells its connection."""
        connection = environ.get("gunicorn.socket")
        if connection is None or not (
            environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING")
        ):
            return self.wsgi(environ, start_response)
        body = Punctual(environ["wsgi.input"], connection)
        alarm = threading.Timer(self.seconds, body.end)
        alarm.daemon = True
        alarm.start()
        try:
            return self.wsgi({**environ, "wsgi.input": body}, start_response)
        finally:
            alarm.cancel()


class Punctual:
    """A body on its way in, that can be ended from another thread.

    A timeout of the socket would not do: it starts anew with every drop that arrives.
    """

    def __init__(self, body: Any, connection: socket.socket) -> None:
        self.body = body
        self.connection = connection
        self.late = False

    def end(self) -> None:
        """Take nothing more in: whoever waits for a piece gets none. The answer can be sent."""
        self.late = True
        with contextlib.suppress(OSError):  # the other end has gone
            self.connection.shutdown(socket.SHUT_RD)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes. Raises `RequestTimeout`."""
        return self._unless_late(self.body.read(size))

    def readline(self, size: int = -1) -> bytes:
        """Return a line. Raises `RequestTimeout`."""
        return self._unless_late(self.body.readline(size))

    def _unless_late(self, piece: bytes) -> bytes:
        if self.late:
            raise RequestTimeout()
        return piece
