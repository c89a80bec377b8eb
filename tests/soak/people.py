"""Those who use the shop at once: shoppers, people with broken pictures, an admin, a program."""

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from tests import corpus
from tests.shoppers import EMAIL, PASSWORD, TOKEN
from tests.soak.ledger import Ledger

PATIENCE = 60.0  # s for one answer
CALM = {429, 503}  # come back later: what an overloaded or restarting shop may say
TRIES = 40
PAUSE = 0.5  # s before the same is tried again


class Over(Exception):
    """The time is up."""


@dataclass
class Person:
    """Somebody at a browser, or a program, who comes back for as long as the soak goes on."""

    base: str
    ledger: Ledger
    stop: threading.Event
    photo: bytes
    key: str
    seed: int

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.session = requests.Session()

    def live(self, deed: Callable[["Person"], None]) -> None:
        """Do the deed again and again."""
        while not self.stop.is_set():
            self.session = requests.Session()
            try:
                deed(self)
            except Over:
                return
            except Exception as error:
                self.ledger.note(f"{deed.__name__}: {type(error).__name__}: {error}")
                time.sleep(PAUSE)

    def ask(self, method: str, path: str, *good: int, **how: Any) -> requests.Response:
        """Send a request, again where the shop says so or is just restarting.

        A request that was cut may have been done: its answer may then be a calm 404 or 409.
        """
        for _ in range(TRIES):
            if self.stop.is_set():
                raise Over
            try:
                answer = self.session.request(
                    method, self.base + path, timeout=PATIENCE, allow_redirects=False, **how
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                self.ledger.cut(type(error).__name__)
                time.sleep(PAUSE)
                continue
            if answer.status_code in CALM:
                self.ledger.refuse(answer.status_code)
                time.sleep(PAUSE)
                continue
            if answer.status_code not in good:
                said = re.sub(r"\s+", " ", answer.text[:300]) if answer.text else ""
                self.ledger.note(f"{method} {path}: {answer.status_code} {said}")
            return answer
        raise AssertionError(f"{method} {path} was never answered")

    def token(self, path: str) -> str:
        """Return the token of a page's form."""
        found = TOKEN.search(self.ask("GET", path, 200).text)
        return found[1] if found else ""

    def cookies(self) -> dict[str, str]:
        """Return this visit's cookies."""
        return {name: str(value) for name, value in self.session.cookies.items()}


def shop_for_glasses(person: Person) -> None:
    """Send a photo, look at the wall, try two frames on, and mostly delete it all."""
    token = person.token("/")
    answer = person.ask(
        "POST",
        "/photos",
        303,
        data={"csrf_token": token, "consent": "y"},
        files={"photo": ("me.jpg", person.photo)},
    )
    wall = answer.headers.get("Location", "")
    if answer.status_code != 303:
        return
    kept = [f"{wall}.jpg"]
    person.ledger.count("photos")
    person.ledger.keep(kept[0], person.cookies())
    token = person.token(wall)
    for colour in ("black", "red"):
        person.ask("GET", f"{wall}/on/ada/{colour}.jpg", 200)
    for colour in person.random.sample(["black", "red"], person.random.choice([1, 2])):
        fields = {"csrf_token": token, "frame": "ada", "variant": colour, "face": "0"}
        made = person.ask("POST", f"{wall}/try-ons", 303, data=fields).headers.get("Location", "")
        if made:
            person.ledger.count("try-ons")
            kept.append(f"{made}.jpg")
            person.ledger.keep(kept[-1], person.cookies())
            person.ask("GET", made, 200)
    for address in kept:
        person.ask("GET", address, 200)
    if person.random.random() < 0.7:
        delete(person, wall, kept, token)


def delete(person: Person, wall: str, kept: list[str], token: str) -> None:
    """Delete the photo; from the acknowledgement on none of its pictures may come back."""
    for address in kept:
        person.ledger.forget(address)
    person.ask("POST", f"{wall}/delete", 303, 404, data={"csrf_token": token})
    person.ledger.count("deletions")
    for address in kept:
        person.ask("GET", address, 404)
        person.ledger.bury(address, person.cookies())


def send_broken_pictures(person: Person) -> None:
    """Send mutants, of which some are taken in."""
    token = person.token("/")
    for _ in range(10):
        _, data = corpus.mutant(person.random.randrange(10**6))
        person.ask(
            "POST",
            "/photos",
            *(303, 413, 415, 422),
            data={"csrf_token": token, "consent": "y"},
            files={"photo": ("me.jpg", data)},
        )
        person.ledger.count("broken pictures")


def keep_shop(person: Person) -> None:
    """Sign in, look around, invite somebody and think better of it, and sign out."""
    fields = {"csrf_token": person.token("/admin/login"), "email": EMAIL, "password": PASSWORD}
    person.ask("POST", "/admin/login", 303, data=fields)
    for path in ("/admin/frames", "/admin/figures", "/admin/changes", "/admin/people"):
        person.ask("GET", path, 200)
    guest = f"guest-{person.random.randrange(10**9)}@example.org"
    fields = {"csrf_token": person.token("/admin/people"), "email": guest, "role": "viewer"}
    person.ask("POST", "/admin/people", 201, 409, data=fields)
    person.ask("POST", "/admin/people/withdraw", 303, data=fields)
    person.ledger.count("admin edits")
    time.sleep(1.0)  # signing out ends all of this admin's sessions; there is but one


def ask_for_batches(person: Person) -> None:
    """Ask for a batch of two photos with two frames, wait for it, fetch it, delete it."""
    person.session.headers["Authorization"] = f"Bearer {person.key}"
    name = {"Idempotency-Key": f"{person.seed}-{person.random.randrange(10**12)}"}
    made = person.ask(
        "POST",
        "/api/v1/batches",
        *(200, 201, 409),
        data={"frames": "ada,bea"},
        files=[("photo", (f"{number}.jpg", person.photo)) for number in range(2)],
        headers=name,
    )
    if made.status_code == 409:  # the first, cut one is still under way
        time.sleep(PAUSE)
        return
    address = f"/api/v1/batches/{made.json()['id']}"
    deadline = time.monotonic() + 180
    while True:
        told = person.ask("GET", address, 200).json()
        if told["state"] == "done":
            break
        if told["state"] not in ("open", "running"):
            person.ledger.note(f"a batch is {told['state']}: {told}")
            break
        if time.monotonic() > deadline:
            person.ledger.note(f"a batch is not done: {told}")
            break
        time.sleep(PAUSE)
    if told["done"] != 4 or told["failed"]:
        person.ledger.note(f"a batch did not do its four: {told}")
    person.ledger.count("batches")
    person.ask("DELETE", address, 204, 404)
    person.ask("GET", address, 404)
