"""The shop's own colours, as a stylesheet: pages carry no style of their own."""

import hashlib

from flask import Blueprint, Flask, Response, request

from webapp.storage import belongings
from webapp.web.assets import YEAR

bp = Blueprint("theme", __name__)


def init_app(app: Flask) -> None:
    """Let templates ask which colours there are."""
    app.add_template_global(version, "theme_version")


@bp.get("/theme.css")
def css() -> Response:
    """Send the colours that owners chose, over those of the design."""
    response = Response(sheet(), mimetype="text/css")
    kept = f"public, max-age={YEAR}, immutable" if "v" in request.args else "no-cache"
    response.headers["Cache-Control"] = kept
    return response


def version() -> str:
    """Return a hash of the colours; empty where they are the design's own."""
    text = sheet()
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def sheet() -> str:
    """Return the stylesheet; empty where there is nothing to say."""
    settings = belongings.settings()
    day, dark = rule(settings["ACCENT"]), rule(settings["ACCENT_DARK"])
    night = f"@media (prefers-color-scheme: dark) {{ {dark} }}\n" if dark else ""
    by_day = f"@media (prefers-color-scheme: light) {{ {day} }}\n" if day else ""
    return by_day + night


def rule(colour: str) -> str:
    """Return what makes #rrggbb the accent; empty for none."""
    if not colour:
        return ""
    parts = ", ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return f":root {{ --accent: {colour}; --accent-rgb: {parts}; --bs-link-color-rgb: {parts}; }}"
