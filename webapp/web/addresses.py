"""Addresses that a request names to be led back to: this shop's own pages, and nothing else."""

from urllib.parse import urlsplit

from flask import request, url_for
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def is_local(address: str) -> bool:
    """Return whether a browser takes the address for one of this shop."""
    # "//" and "\\" would lead a browser to another host, and so would "/", a tab and "/": browsers
    # drop tabs and line breaks before they read an address.
    plain = address.isprintable() and "//" not in address and "\\" not in address
    return plain and address.startswith("/")


def to_return_to(*wishes: str | None) -> str:
    """Return the first of the addresses that opens a page of this shop; else the start page's.

    An answer to a form may stand at an address that can't be opened by itself: then the next
    wish counts.
    """
    for wish in wishes:
        address = path_of(wish or "")
        if is_local(address) and opens(address):
            return address
    return url_for("start.new")


def path_of(address: str) -> str:
    """Return path and query of an address that is whole (a Referer) and this shop's."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets without an address in them
        return ""
    if parts.netloc != request.host:
        return address
    return parts.path + (f"?{parts.query}" if parts.query else "")


def opens(address: str) -> bool:
    """Return whether there is a page to GET at the address."""
    adapter = request_ctx.url_adapter
    try:
        return adapter is not None and bool(adapter.match(urlsplit(address).path, method="GET"))
    except (HTTPException, RequestRedirect):
        return False
