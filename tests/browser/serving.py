"""A shop on a port of this machine, in this process: tests share its database and its clock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve a shop, and yield its address without a slash at its end."""
    server = make_server("127.0.0.1", 0, closed_in_the_end(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def closed_in_the_end(app: "WSGIApplication") -> "WSGIApplication":
    """Return a shop whose answers are closed whatever becomes of their reader.

    Werkzeug's server leaves an answer open if the browser hangs up just after it was sent; the
    file it was read from is then closed by the garbage collector, with a warning that fails
    whichever test runs meanwhile.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterator[bytes]:
        parts = app(environ, start_response)
        try:
            yield from parts
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    return answer
