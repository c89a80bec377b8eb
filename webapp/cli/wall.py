"""`flask bench wall`: how long a shopper waits for a whole wall, asked of a running shop."""

import http.client
import re
import threading
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import click

from webapp.cli.reading import read_bytes

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PICTURE = re.compile(r'class="wall-picture"[^>]*?\ssrc="([^"]+)"')
BOUNDARY = "lorgnette-bench"


@dataclass
class Browser:
    """What a browser keeps of a visit: the server's address and its cookies."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection, to be used for many requests."""
        return http.client.HTTPConnection(self.host, self.port, timeout=120)

    def ask(
        self, line: http.client.HTTPConnection, path: str, form: bytes | None = None
    ) -> tuple[int, Any, bytes]:
        """Send a request and return (status, headers, body)."""
        headers = {"Cookie": "; ".join(f"{name}={one}" for name, one in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        line.request("GET" if form is None else "POST", path, form, headers)
        answer = line.getresponse()
        body = answer.read()
        for given in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = given.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, answer.headers, body


def form_of(token: str, photo: bytes) -> bytes:
    """Return the start page's form with agreement and photo."""
    fields = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {"csrf_token": token, "consent": "y"}.items()
    )
    head = 'Content-Disposition: form-data; name="photo"; filename="me.jpg"'
    kind = "Content-Type: image/jpeg"
    opening = f"{fields}--{BOUNDARY}\r\n{head}\r\n{kind}\r\n\r\n".encode()
    return opening + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


@click.command()
@click.option("--at", default="http://127.0.0.1:8000", show_default=True, help="The running shop.")
@click.option(
    "--photo",
    "photos",
    type=click.Path(path_type=Path),
    required=True,
    multiple=True,
    help="Repeat it: each visit takes the next one.",
)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--connections", type=click.IntRange(1), default=6, show_default=True)
def wall(at: str, photos: tuple[Path, ...], rounds: int, connections: int) -> None:
    """Time a wall of a running shop, as a browser asks for it, from the photo's redirect on.

    Each round is a new visit, with the next of the photos. Printed are seconds until the page and
    until the last of its pictures had come.
    """
    address, data = urlsplit(at), [read_bytes(photo) for photo in photos]
    totals: list[float] = []
    for number in range(rounds):
        browser = Browser(address.hostname or "", address.port or 80)
        page, whole, pictures, size = visit(browser, data[number % len(data)], connections)
        totals.append(whole)
        click.echo(
            f"visit {number + 1}: page {page:.2f} s, {pictures} pictures ({size / 1000:.0f} kB) "
            f"after {whole:.2f} s"
        )
    click.echo(f"median {median(totals):.2f} s, worst {max(totals):.2f} s")


def visit(browser: Browser, photo: bytes, connections: int) -> tuple[float, float, int, int]:
    """Return seconds to the page and to the last picture, how many these are, and their bytes.

    Raises:
        click.ClickException: the shop refused the photo or a picture, or asked about the photo.
    """
    line = browser.connect()
    _, _, start = browser.ask(line, "/")
    token = TOKEN.search(start.decode())
    status, headers, _ = browser.ask(line, "/photos", form_of(token[1] if token else "", photo))
    began = time.perf_counter()
    if status != 303:
        raise click.ClickException(f"The photo was answered with {status}.")
    _, _, page = browser.ask(line, headers["Location"])
    shown = time.perf_counter() - began
    addresses = [unescape(one) for one in PICTURE.findall(page.decode())]
    if not addresses:
        raise click.ClickException(f"A photo led to no wall, but to {headers['Location']}.")
    sizes = fetch(browser, addresses, connections)
    return shown, time.perf_counter() - began, len(addresses), sum(sizes)


def fetch(browser: Browser, addresses: list[str], connections: int) -> list[int]:
    """Fetch pictures over as many connections at once; return their bytes.

    Raises:
        click.ClickException: not every picture came.
    """
    waiting: SimpleQueue[str] = SimpleQueue()
    for one in addresses:
        waiting.put(one)
    sizes: list[int] = []

    def work() -> None:
        line = browser.connect()
        while True:
            try:
                path = waiting.get_nowait()
            except Empty:
                return line.close()
            status, _, body = browser.ask(line, path)
            if status == 200:
                sizes.append(len(body))

    workers = [threading.Thread(target=work) for _ in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if len(sizes) < len(addresses):
        raise click.ClickException(f"{len(addresses) - len(sizes)} pictures did not come.")
    return sizes
