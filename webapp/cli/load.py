"""Load on a server: so many clients at once, each asking again as soon as it is answered.

A client that is told to come back (503 with Retry-After) does so after a short pause: shorter than
told, so that an overload stays one.
"""

import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TURNED_AWAY = "503 with Retry-After"
PAUSE_SECONDS = 0.25  # of a client that was turned away
PATIENCE_SECONDS = 120.0  # a client that waits longer counts as failed


@dataclass(frozen=True)
class Call:
    """What every client asks for."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Outcome:
    """What came of it.

    `seconds`: of each answer with status 200; `turned_away`: of each that told to come back;
    `failures`: everything else, by what it was. `lasted`: seconds from the first to the last.
    """

    seconds: list[float] = field(default_factory=list)
    turned_away: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    lasted: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def per_second(self) -> float:
        """Answers with status 200 a second."""
        return len(self.seconds) / self.lasted if self.lasted else 0.0

    def note(self, what: str, seconds: float) -> None:
        """Add an answer, or a failure by its name."""
        with self.lock:
            if what == "200":
                self.seconds.append(seconds)
            elif what == TURNED_AWAY:
                self.turned_away.append(seconds)
            else:
                self.failures[what] += 1


class Client:
    """One client with a connection that it keeps open, as a proxy's are."""

    def __init__(self, port: int, call: Call) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self.call = call

    def ask(self) -> str:
        """Ask once; return the status, or the failure's name."""
        one = self.call
        try:
            self.connection.request(one.method, one.path, one.body, dict(one.headers))
            answer = self.connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            return type(error).__name__
        if answer.status == 503 and answer.getheader("Retry-After"):
            return TURNED_AWAY
        return str(answer.status)


def press(
    port: int, call: Call, *, clients: int, going_on: Callable[[int, float], bool]
) -> Outcome:
    """Let `clients` ask a server on this machine until all have stopped; return what came of it.

    Args:
        going_on: asked before each request with (requests begun, seconds since the beginning).
    """
    outcome, numbers, begun = Outcome(), itertools.count(), time.perf_counter()

    def ask_on() -> None:
        client = Client(port, call)
        while going_on(next(numbers), time.perf_counter() - begun):
            asked = time.perf_counter()
            what = client.ask()
            outcome.note(what, time.perf_counter() - asked)
            if what == TURNED_AWAY:
                time.sleep(PAUSE_SECONDS)
        client.connection.close()

    threads = [threading.Thread(target=ask_on) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.lasted = time.perf_counter() - begun
    return outcome


def for_seconds(seconds: float) -> Callable[[int, float], bool]:
    """Go on for so long."""
    return lambda begun, since: since < seconds


def for_requests(most: int) -> Callable[[int, float], bool]:
    """Go on until so many requests were begun."""
    return lambda begun, since: begun < most


def form_with(photo: bytes, **fields: str) -> tuple[str, bytes]:
    """Return a form's content type and body: its fields, and a file `photo`."""
    boundary = b"a-boundary-that-no-photo-has-in-it"
    parts = [
        b'Content-Disposition: form-data; name="%b"\r\n\r\n%b' % (name.encode(), value.encode())
        for name, value in fields.items()
    ]
    parts.append(
        b'Content-Disposition: form-data; name="photo"; filename="p.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + photo
    )
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    return f"multipart/form-data; boundary={boundary.decode()}", body + b"--%b--\r\n" % boundary
