"""Every setting once: its meaning, its unit, its default.

All come from environment variables of the same name. Secrets have no default: the
secret key is read from SECRET_KEY, or else from `instance/secret_key`, which the first
start makes at random and readable by its owner alone. SECRET_KEY_FALLBACKS holds former keys:
what they signed is taken, and nothing is signed with them any more.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.errors import SettingInvalid

ROOT = Path(__file__).resolve().parent.parent  # the project's folder


@dataclass(frozen=True)
class Setting:
    """One setting: its name, its default, and what it means, with the unit."""

    name: str
    default: str | int | float
    meaning: str


SETTINGS = (
    Setting(
        "BASE_URL",
        "http://127.0.0.1:8000",
        "where shoppers reach the shop; https makes cookies secure",
    ),
    Setting("DATABASE_URL", "", "SQLAlchemy address; empty: SQLite at instance/lorgnette.sqlite"),
    Setting(
        "REDIS_URL",
        "",
        "Redis address, redis://HOST:6379/0, which several workers or machines share; empty: none",
    ),
    Setting(
        "FILES_DIR",
        "",
        "folder of the stored pictures, or s3://bucket/folder; empty: instance/files",
    ),
    Setting("SHOP_NAME", "Lorgnette", "the name on every page"),
    Setting("PHOTO_HOURS", 24, "hours a shopper's photo and its try-ons are kept"),
    Setting(
        "CONSENT_WORDS_EN",
        "",
        "words of consent in English, {hours} being PHOTO_HOURS; empty: the shop's own",
    ),
    Setting("CONSENT_WORDS_DE", "", "the same in German"),
    Setting("ACCENT", "", "colour of links and marks as #rrggbb; empty: the design's own"),
    Setting("ACCENT_DARK", "", "the same in dark mode"),
    Setting(
        "EMBED_SITES",
        "",
        "sites that may show the fitting room in a frame and be led back to, https://HOST each, "
        "separated by spaces; empty: none",
    ),
    Setting("CURRENCIES", "EUR", "currencies in which frames may be priced, separated by spaces"),
    Setting("HANDOVER_MINUTES", 10, "minutes a code to go on with another device can be used"),
    Setting("MAX_UPLOAD_MB", 20, "megabytes (1e6 bytes) an uploaded photo may have"),
    Setting("MAX_MEGAPIXELS", 50, "megapixels an uploaded photo may have"),
    Setting(
        "STORED_MEGAPIXELS", 24, "megapixels a stored photo has at most; larger ones are reduced"
    ),
    Setting(
        "DECODE_SECONDS", 20, "seconds one picture's decoding may take in a process of its own"
    ),
    Setting("DECODE_MEGABYTES", 1000, "megabytes (1e6 bytes) that process may have (Linux alone)"),
    Setting(
        "IMPORT_MEGABYTES",
        1000,
        "megabytes (1e6 bytes) a file of frames, or a batch's photos, may have at once",
    ),
    Setting("JPEG_QUALITY", 90, "quality of stored and served JPEGs, 1 to 95"),
    Setting("SWEEP_MINUTES", 5, "minutes between two sweeps of expired and orphaned pictures"),
    Setting(
        "SWEEP_GRACE_MINUTES",
        15,
        "minutes a file may lie without its row, so that uploads in flight are spared",
    ),
    Setting(
        "EVENT_DAYS",
        30,
        "days single events are kept; the figures stay, as they are read from sums",
    ),
    Setting("FACES_MINUTES", 10, "minutes face geometry stays in memory after its last use"),
    Setting("FACES_KEPT", 64, "photos whose face geometry is kept in memory at once"),
    Setting(
        "MODEL_SLOTS",
        0,
        "photos in which one worker seeks faces, or pictures it renders, at the same time; 0: the processor's cores, shared among the workers",
    ),
    Setting("MODEL_THREADS", 1, "threads of one search for faces"),
    Setting(
        "MODEL_QUEUE",
        12,
        "requests that may wait for a model slot in one worker; the next is told to come back",
    ),
    Setting(
        "MODEL_WAIT_SECONDS",
        20,
        "seconds a request waits for a free model slot before it is told to come back",
    ),
    Setting(
        "PAINT_AHEAD",
        24,
        "pictures of a new photo's wall painted before they are asked for; 0: none",
    ),
    Setting(
        "REQUEST_SECONDS",
        30,
        "seconds for a request's body to arrive and for its work to begin; later it is told to come back",
    ),
    Setting(
        "WEB_WORKERS",
        1,
        "processes of the web server on this machine, at best one a core; more than one need REDIS_URL",
    ),
    Setting("WEB_THREADS", 16, "threads of one web worker; most of them wait for a model slot"),
    Setting(
        "WARM_MODEL",
        1,
        "1: a web worker loads model and artwork when it starts; 0: at the first visit",
    ),
    Setting(
        "HOST",
        "127.0.0.1",
        "address that the web server listens on; beyond loopback only behind a proxy",
    ),
    Setting("PORT", 8000, "TCP port that the web server listens on"),
    Setting("UPLOADS_PER_HOUR", 120, "photos one address may send an hour"),
    Setting("HINTS_PER_MINUTE", 60, "small pictures one address may send a minute while lining up"),
    Setting("API_CALLS_PER_MINUTE", 600, "calls an API key may make a minute"),
    Setting("LOGINS_PER_HOUR", 20, "log-in attempts one address may make an hour"),
    Setting("INVITATION_HOURS", 72, "hours an admin's invitation or password link can be used"),
    Setting("BATCH_WORKERS", 1, "processes that `make run` keeps for batches; 0: none here"),
    Setting("BATCH_MOST_PHOTOS", 10_000, "photos that may be uploaded into one batch"),
    Setting("BATCH_FOLDERS", "", "folder whose subfolders admins may make batches of; empty: none"),
    Setting(
        "BATCH_LEASE_SECONDS",
        60,
        "seconds a worker may be silent before its photos are given to another",
    ),
    Setting(
        "BATCH_TRIES",
        3,
        "times a photo may cost a worker, or break its work, before it is given up",
    ),
    Setting(
        "BATCH_DAYS", 7, "days the record of a batch over folders is kept after the last news of it"
    ),
    Setting(
        "PROXY_HOPS", 0, "reverse proxies in front that set X-Forwarded-For; 0: reached directly"
    ),
    Setting(
        "MORE_HOSTS",
        "",
        "names or addresses besides BASE_URL's by which machines may ask, with commas between them",
    ),
    Setting(
        "METRICS_NETWORKS",
        "127.0.0.0/8,::1/128",
        "networks from which /metrics may be asked, with commas between them",
    ),
    Setting(
        "METRICS_TOKEN", "", "instead of the networks: what /metrics wants as its bearer token"
    ),
    Setting("LOG_FORMAT", "text", "text for people or json for programs"),
    Setting("LOG_LEVEL", "warning", "the least that is logged; info has a line for every request"),
)


def load(instance: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return every setting, each of its default's type, the instance's folder and the secret key.

    Raises:
        SettingInvalid: a number was expected, and the variable holds something else.
    """
    settings: dict[str, Any] = {one.name: read(one, environ) for one in SETTINGS}
    settings["DATABASE_URL"] = (
        settings["DATABASE_URL"] or f"sqlite:///{instance / 'lorgnette.sqlite'}"
    )
    settings["FILES_DIR"] = settings["FILES_DIR"] or str(instance / "files")
    settings["INSTANCE_DIR"] = str(instance)
    settings["SECRET_KEY"] = environ.get("SECRET_KEY") or secret_key(instance / "secret_key")
    former = environ.get("SECRET_KEY_FALLBACKS", "")
    settings["SECRET_KEY_FALLBACKS"] = [key.strip() for key in former.split(",") if key.strip()]
    return settings


def read(setting: Setting, environ: Mapping[str, str]) -> str | int | float:
    """Return the setting's value, of its default's type."""
    raw = environ.get(setting.name)
    if raw is None or raw == "":
        return setting.default
    kind = type(setting.default)
    try:
        return kind(raw)
    except ValueError:
        raise SettingInvalid(name=setting.name, value=raw, expected=kind.__name__) from None


def secret_key(path: Path) -> str:
    """Return the key kept at `path`, made on the first call; safe when several start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)  # fails where another start was quicker: its key is then ours
        except FileExistsError:
            pass
        draft.unlink()
    return path.read_text().strip()
