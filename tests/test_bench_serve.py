"""`flask bench serve`: what it counts and how it reckons, against a server of the test's own."""

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from webapp.cli.bench_serve import slope_of, table
from webapp.cli.load import TURNED_AWAY, Call, Outcome, for_requests, form_with, press

ANSWERS = [200, 503, 200, 500, 503]


class Moody(http.server.BaseHTTPRequestHandler):
    """Answers as the test has it, one after another; its last word is to hang up."""

    protocol_version = "HTTP/1.1"
    asked: list[bytes] = []

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        number = len(self.asked) - 1
        if number >= len(ANSWERS):
            self.close_connection = True
            return
        self.send_response(ANSWERS[number])
        if number == 1:  # the other 503 does not say when to come back
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Where the server listens."""
    Moody.asked = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Moody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_only_a_503_that_says_when_to_come_back_is_no_failure(port: int):
    outcome = press(
        port, Call("POST", "/", {}, b"hello"), clients=1, going_on=for_requests(len(ANSWERS) + 1)
    )

    assert len(outcome.seconds) == 2
    assert len(outcome.turned_away) == 1
    assert outcome.failures == {"500": 1, "503": 1, "RemoteDisconnected": 1}
    assert Moody.asked == [b"hello"] * (len(ANSWERS) + 1)
    assert outcome.per_second == pytest.approx(2 / outcome.lasted)


def test_what_is_turned_away_is_no_answer():
    outcome = Outcome()

    outcome.note(TURNED_AWAY, 0.5)

    assert (outcome.seconds, outcome.turned_away) == ([], [0.5])


def test_a_form_holds_its_photo_and_fields():
    kind, body = form_with(b"\xff\xd8 a photo", frame="juno")

    boundary = kind.partition("boundary=")[2].encode()
    assert body.count(b"--" + boundary) == 3
    assert b'name="frame"\r\n\r\njuno\r\n' in body
    assert b"\r\n\r\n\xff\xd8 a photo\r\n" in body
    assert body.endswith(b"--\r\n")


@pytest.mark.parametrize(("grows", "told"), [(0.0, 0.0), (0.5, 500.0), (-0.25, -250.0)])
def test_memorys_slope_is_told_in_kilobytes_a_thousand_requests(grows: float, told: float):
    samples = [(at, round(300_000 + grows * at)) for at in range(0, 5000, 100)]

    assert slope_of(samples) == pytest.approx(told, abs=1)


def test_one_sample_has_no_slope():
    assert slope_of([(0, 1)]) == 0.0


def test_a_failure_is_in_the_table_by_its_name():
    phase = {
        "clients": 8, "per_second": 7.5, "answered": 150, "median_ms": 90, "p95_ms": 200,
        "turned_away": 3, "turned_away_p95_ms": 12, "failures": {"RemoteDisconnected": 2},
        "cpu_ms": 131,
    }  # fmt: skip
    kept = {
        "requests": 5000, "megabytes_first": 300.0, "megabytes_last": 301.0,
        "kb_per_1000_requests": 12.0,
    }  # fmt: skip
    figures = {
        "cores": 2, "load_before": 0.1, "steady": [phase], "overload": phase, "reload": phase,
        "memory": kept,
    }  # fmt: skip

    told = table(json.loads(json.dumps(figures)))

    assert "7.50 a second" in told
    assert "2 x RemoteDisconnected" in told
    assert "processor 131 ms each" in told
    assert "3 told to come back" in told
    assert "flat" in told
