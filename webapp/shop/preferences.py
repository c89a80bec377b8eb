"""What owners set: each with its meaning, checked, written into the log, and undone."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from webapp.errors import ChangedMeanwhile, InvalidFrame, PreferenceInvalid
from webapp.shop import accounts, contrast
from webapp.shop.views import AdminView
from webapp.storage import audit, belongings, retention
from webapp.storage import preferences as rows
from webapp.storage.database import Session, reading, writing
from webapp.storage.tables import Role

LEAST_HOURS, MOST_HOURS = 1, 720
LONGEST_NAME = 60
LONGEST_CONSENT = 2000
MOST_SITES = 20
OWN_WORDS = "2026-11-25"  # the version of the words of consent that the shop comes with
HOURS = "{hours}"  # stands in an owner's words of consent for the hours a photo is kept
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Field:
    """A setting that owners may set. `long`: its value takes several lines."""

    name: str
    label: str
    meaning: str
    read: Callable[[str, str], Any]
    long: bool = False


@dataclass(frozen=True)
class Change:
    """The last change of a setting; `id` names it to `undo`."""

    id: int
    at: datetime
    who: str
    before: str
    after: str


@dataclass(frozen=True)
class Shown:
    """A setting as it stands: its value in force, whether an owner set it, its last change."""

    field: Field
    value: str
    own: bool
    change: Change | None


def name_of(name: str, raw: str) -> str:
    """Return the shop's name."""
    if not 1 <= len(raw) <= LONGEST_NAME or re.search(r"[\x00-\x1f\x7f]", raw):
        raise PreferenceInvalid(field=name, advice=f"1 to {LONGEST_NAME} characters")
    return raw


def hours_of(name: str, raw: str) -> int:
    """Return a number of hours."""
    if not raw.isascii() or not raw.isdigit() or not LEAST_HOURS <= int(raw[:9]) <= MOST_HOURS:
        raise PreferenceInvalid(field=name, advice=f"a whole number, {LEAST_HOURS} to {MOST_HOURS}")
    return int(raw)


def words_of(name: str, raw: str) -> str:
    """Return words of consent, in plain text."""
    words = raw.replace("\r\n", "\n")
    if len(words) > LONGEST_CONSENT:
        raise PreferenceInvalid(field=name, advice=f"at most {LONGEST_CONSENT} characters")
    if HOURS not in words:
        raise PreferenceInvalid(field=name, advice=f"say how long photos are kept: write {HOURS}")
    return words


def sites_of(name: str, raw: str) -> str:
    """Return sites as browsers name them, separated by spaces."""
    sites = [site_of(name, word) for word in raw.split()]
    if len(sites) > MOST_SITES:
        raise PreferenceInvalid(field=name, advice=f"at most {MOST_SITES} sites")
    return " ".join(dict.fromkeys(sites))


def site_of(name: str, word: str) -> str:
    """Return one site: its scheme, host and, where it has one, port."""
    try:
        parts = urlsplit(word.rstrip("/"))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise PreferenceInvalid(field=name, advice=f"{word} is no address") from None
    host = parts.hostname or ""
    known = re.fullmatch(r"[a-z0-9.-]+", host)
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not known or not secure or parts.path or parts.query or parts.fragment or parts.username:
        raise PreferenceInvalid(field=name, advice=f"https:// and a host, no more: not {word}")
    return f"{parts.scheme}://{host}{port}"


def currencies_of(name: str, raw: str) -> str:
    """Return currencies, separated by spaces."""
    codes = [code.upper() for code in re.split(r"[\s,]+", raw) if code]
    if not codes or not all(re.fullmatch(r"[A-Z]{3}", code) for code in codes):
        raise PreferenceInvalid(field=name, advice="three letters each, such as EUR")
    return " ".join(dict.fromkeys(codes))


FIELDS = (
    Field("SHOP_NAME", "Name of the shop", "It stands on every page.", name_of),
    Field(
        "PHOTO_HOURS",
        "Hours a photo is kept",
        "After so many hours a shopper's photo and its try-ons are deleted. Fewer hours count for "
        "the photos that are here already, too; more hours only for those to come, since nobody "
        "is kept longer than they agreed to.",
        hours_of,
    ),
    Field(
        "CONSENT_WORDS_EN",
        "Words of consent, English",
        f"What shoppers agree to before anything is done with their photo. {HOURS} becomes the "
        "hours. Each wording has a version of its own, which is kept with the photos agreed to "
        "by it. Empty: the words that the shop comes with.",
        words_of,
        long=True,
    ),
    Field(
        "CONSENT_WORDS_DE",
        "Words of consent, German",
        "The same for those who read German. Empty: the shop's own; change both together.",
        words_of,
        long=True,
    ),
    Field(
        "ACCENT",
        "Colour of links and marks",
        "As #rrggbb; it must be readable on the page. Empty: the design's own.",
        contrast.readable,
    ),
    Field(
        "ACCENT_DARK",
        "The same in dark mode",
        "As #rrggbb; it must be readable on a dark page. Empty: the design's own.",
        contrast.readable,
    ),
    Field(
        "EMBED_SITES",
        "Sites that may show the fitting room",
        "Shops whose product pages may show it in a frame, and to which it may lead back, such as "
        "https://shop.example; several are separated by spaces. Empty: none.",
        sites_of,
    ),
    Field(
        "CURRENCIES",
        "Currencies",
        "In which frames may be priced, such as EUR CHF.",
        currencies_of,
    ),
)
BY_NAME = {field.name: field for field in FIELDS}


def shown() -> list[Shown]:
    """Return every setting as it stands."""
    own = rows.stored()
    with reading() as session:
        changes = {name: change_of(row) for name, row in rows.latest_changes(session).items()}
    in_force = belongings.settings()
    return [
        Shown(field, str(in_force[field.name]), field.name in own, changes.get(field.name))
        for field in FIELDS
    ]


def change_of(row: Any) -> Change:
    """Return what is shown of a change's entry in the log."""
    before, after = ((facts or {}).get("value") for facts in (row.before, row.after))
    return Change(row.id, row.at, row.who, told(before), told(after))


def told(value: Any) -> str:
    """Return a value as people read it."""
    return "as it came" if value is None else str(value) or "empty"


def change(by: AdminView, values: dict[str, str]) -> list[str]:
    """Set what differs from what is in force; return the labels of what was changed.

    An empty value leaves the setting to the environment. All or nothing.

    Raises:
        NotAllowed: whoever asks is no owner.
        PreferenceInvalid: a value can't be so.
    """
    accounts.require(by, Role.OWNER)
    in_force = belongings.settings()
    changed = []
    with writing() as session:
        for name, raw in values.items():
            field = BY_NAME[name]
            if raw.strip() == str(in_force[name]).strip():
                continue
            value = field.read(name, raw.strip()) if raw.strip() else None
            if put(session, by, name, value):
                changed.append(field.label)
    belongings.forget_preferences()
    return changed


def undo(by: AdminView, id: int) -> str:
    """Take back the last change of a setting; return its label.

    Raises:
        NotAllowed: whoever asks is no owner.
        ChangedMeanwhile: the change is not, or no longer, the last of its setting.
    """
    accounts.require(by, Role.OWNER)
    with writing() as session:
        last = {row.id: row for row in rows.latest_changes(session).values()}
        if id not in last:
            raise ChangedMeanwhile()
        entry = last[id]
        label = BY_NAME[entry.subject].label
        put(session, by, entry.subject, (entry.before or {}).get("value"))
    belongings.forget_preferences()
    return label


def put(session: Session, by: AdminView, name: str, value: Any) -> bool:
    """Set a value, let it take effect and note it; return whether that is a change."""
    before = rows.put(session, name, value)
    if before == value:
        return False
    facts = {"value": before}, {"value": value}
    audit.record(session, by.email, rows.CHANGED, name, *facts)
    if name == "PHOTO_HOURS":
        retention.shorten(session, value or belongings.environment()["PHOTO_HOURS"])
    return True


def consent_words() -> dict[str, str]:
    """Return an owner's words of consent by language, their hours set in; none: the shop's own."""
    settings = belongings.settings()
    words = {"en": settings["CONSENT_WORDS_EN"], "de": settings["CONSENT_WORDS_DE"]}
    hours = str(settings["PHOTO_HOURS"])
    return {language: text.replace(HOURS, hours) for language, text in words.items() if text}


def consent_version() -> str:
    """Return the version of the words of consent in force: another for every wording."""
    settings = belongings.settings()
    words = [settings["CONSENT_WORDS_EN"], settings["CONSENT_WORDS_DE"]]
    if not any(words):
        return OWN_WORDS
    return f"own-{hashlib.sha256(chr(0).join(words).encode()).hexdigest()[:16]}"


def sites() -> tuple[str, ...]:
    """Return the sites that may show the fitting room in a frame."""
    return tuple(str(belongings.settings()["EMBED_SITES"]).split())


def currencies() -> list[str]:
    """Return the currencies in which frames may be priced; the first is the usual one."""
    return str(belongings.settings()["CURRENCIES"]).split()


def require_currency(code: str) -> None:
    """Raise `InvalidFrame` unless frames may be priced in the currency."""
    known = currencies()
    if code not in known:
        raise InvalidFrame(field="currency", value=code, advice=", ".join(known))
