"""A browser and a program that reach a served shop by a real connection."""

import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

from webapp.cli.load import form_with

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    data: bytes
    address: str

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.data)


@dataclass
class Visitor:
    """Somebody at a browser with cookies; each request may meet another worker."""

    root: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Ask, follow redirects, and return what came, refusals too."""
        address = path if path.startswith("http") else self.root + path
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(address, body, self.headers | sent)
        try:
            with self.opener.open(request, timeout=60) as came:
                return Answer(came.status, came.headers, came.read(), came.url)
        except urllib.error.HTTPError as came:
            return Answer(came.code, came.headers, came.read(), came.url)

    def send(self, path: str, page: str, **fields: str) -> Answer:
        """Send the form that stands on a page."""
        found = TOKEN.search(self.ask(page).text)
        assert found, f"no form on {page}"
        sent = {"csrf_token": found[1], **fields}
        return self.ask(path, urllib.parse.urlencode(sent).encode(), Referer=self.root + page)

    def upload(self, path: str, photo: bytes, page: str | None = None, **fields: str) -> Answer:
        """Send a photo, as the form on a page does, or as a program does."""
        if page is not None:
            found = TOKEN.search(self.ask(page).text)
            assert found, f"no form on {page}"
            fields |= {"csrf_token": found[1]}
        kind, body = form_with(photo, **fields)
        return self.ask(path, body, Content_Type=kind)


def path_of(address: str) -> str:
    """Return an address's path."""
    return urllib.parse.urlsplit(address).path


def delete(root: str, path: str, token: str) -> int:
    """Delete something by its key; return the status."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(root).netloc, timeout=60)
    connection.request("DELETE", path, headers={"Authorization": f"Bearer {token}"})
    status = connection.getresponse().status
    connection.close()
    return status
