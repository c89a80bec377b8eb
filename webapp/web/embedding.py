"""The fitting room inside a shop's own pages: which sites may show it, and the way back."""

from urllib.parse import urlsplit

from flask import Flask, current_app, request, session

from webapp.shop import preferences
from webapp.web.sessions import EMBEDDED

BACK = "back"  # in the session: where the shopper came from
LONGEST_BACK = 1000
OUTSIDE = ("/admin", "/api/")  # never shown in a frame


def init_app(app: Flask) -> None:
    """Notice who opens the fitting room in a frame, and let templates lead back."""
    app.before_request(notice)
    app.add_template_global(way_back, "way_back")
    app.add_template_global(shown_in_vain, "shown_in_vain")


def notice() -> None:
    """Give a frame on another site a session of its own, where its cookie can be kept."""
    if in_frame() and secure() and EMBEDDED not in session:
        session[EMBEDDED] = True
    back = request.args.get(BACK)
    if back and request.method == "GET" and may_lead_to(back):
        session[BACK] = back


def in_frame() -> bool:
    """Return whether this page is opened in a frame on another site that may do so."""
    return (
        request.headers.get("Sec-Fetch-Dest") == "iframe"
        and request.headers.get("Sec-Fetch-Site") != "same-origin"
        and not request.path.startswith(OUTSIDE)
        and bool(preferences.sites())
    )


def secure() -> bool:
    """Return whether the shop's address is https, without which a frame can keep no cookie."""
    return bool(current_app.config["PREFERRED_URL_SCHEME"] == "https")


def shown_in_vain() -> bool:
    """Return whether the page is in a frame in which it can't work: it opens by itself then."""
    return in_frame() and not secure()


def ancestors() -> str:
    """Return which sites may show this page in a frame, as the policy says it."""
    if request.path.startswith(OUTSIDE):
        return "'none'"
    return " ".join(preferences.sites()) or "'none'"


def may_lead_to(address: str) -> bool:
    """Return whether the address is a page of an allowed site: no other is ever led to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if len(address) > LONGEST_BACK or "\\" in address or not address.isprintable():
        return False
    return f"{parts.scheme}://{parts.netloc}" in preferences.sites()


def way_back() -> tuple[str, str] | None:
    """Return where the shopper came from, and its host; None where that is not allowed, or any."""
    back = session.get(BACK)
    if not back or not may_lead_to(back):
        return None
    return back, urlsplit(back).netloc
