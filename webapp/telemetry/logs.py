"""The log: one line an event, for people or as JSON, without anything about a visitor.

No address, no path (paths bear tokens; a route's rule does not), no file name, no e-mail, and
no local variables with a traceback: they would hold faces. What other libraries log goes
through the same sieve. It knows nothing of the rest of the shop, so
that gunicorn.conf.py can run this file by its path: what the arbiter has imported, its workers
could not reload.
"""

import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from flask import Flask

Event = MutableMapping[str, Any]
# What gunicorn says of a request names its path or its sender after these words.
CUT_AFTER = ("Error handling request", "Invalid request")
FORMS, LEVELS = ("text", "json"), ("debug", "info", "warning", "error", "critical")
OURS = {"timestamp", "request_id", "route", "logger", "level"}  # nothing of a visitor's
SIEVE = (
    (re.compile(r"[^\s@<>()'\"]+@[^\s@<>()'\"]+\.\w+"), "<e-mail>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<address>"),
    (re.compile(r"(?<![\w:])(?:[\da-fA-F]{1,4}:){7}[\da-fA-F]{1,4}(?![\w:])"), "<address>"),
    (re.compile(r"(?<![\w:])[\da-fA-F]{1,4}(?::[\da-fA-F]{1,4})*::[\da-fA-F:]*"), "<address>"),
    # Tokens, keys and stored pictures' names: long, and of letters and digits mixed.
    (re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}"), "<token>"),
)


def init_app(app: "Flask") -> None:
    """Let structlog's loggers speak through the standard library's, whoever set those up."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *common(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def common() -> list[Any]:
    """Return what every event goes through, ours and other libraries'."""
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def without_visitors(logger: Any, method: str, event: Event) -> Event:
    """Take out whatever names a visitor or a picture, in the words and in a traceback."""
    kept = OURS
    if event.get("logger", "").startswith("gunicorn"):
        said = str(event.get("event", ""))
        event["event"] = next((words for words in CUT_AFTER if said.startswith(words)), said)
        kept = {*OURS, "event"}  # what is left names no address but the server's own
    for name, value in event.items():
        if isinstance(value, str) and name not in kept:
            event[name] = sieved(value)
    return event


def sieved(text: str) -> str:
    """Return the text with e-mails, network addresses and tokens replaced by what they are."""
    for pattern, stands_for in SIEVE:
        text = pattern.sub(stands_for, text)
    return text


def settings(form: str, level: str) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` takes.

    Args:
        form: "json" for programs, else text for people.
        level: the least level that is told, as logging names it, in any case.

    Raises:
        ValueError: there is no such form or level.
    """
    if form not in FORMS:
        raise ValueError(f"LOG_FORMAT={form}: one of {', '.join(FORMS)}")
    if level.lower() not in LEVELS:
        raise ValueError(f"LOG_LEVEL={level}: one of {', '.join(LEVELS)}")
    rendered: Any = structlog.processors.JSONRenderer()
    if form != "json":
        plain = structlog.dev.plain_traceback
        rendered = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [structlog.contextvars.merge_contextvars, *common()],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_visitors,
            rendered,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lorgnette": formatter},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "lorgnette"},
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {
                "level": level.upper(),
                "handlers": ["stderr"],
                "propagate": False,
            },
            # It would name paths and addresses; every request has a line of our own.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
            "alembic": {"level": "WARNING"},  # it tells of its own parts at every start
        },
    }
