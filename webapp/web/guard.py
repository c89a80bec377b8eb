"""Who may speak to the shop: trusted hosts, cookies, sizes of requests, and CSRF.

All of it follows from BASE_URL. Plain http is for this machine alone: anywhere else the
session cookie, and with it a shopper's photo, would travel in the clear.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.errors import NotFound, SettingInvalid

LOOPBACK = ("127.0.0.1", "localhost")
MULTIPART_MARGIN = 1_000_000  # bytes: boundaries and the form's other fields
MOST_FORM_BYTES = 100_000  # bytes of fields that aren't files
# A photo that is somewhat too heavy is still read, so that the shopper gets the page with
# the reason and their consent tick, and not a connection cut in the middle of the upload.
HEAVY_PHOTO_FACTOR = 3

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Set cookies, trusted hosts and limits of size, and guard every form against CSRF.

    Raises:
        SettingInvalid: BASE_URL is no http(s) address, or plain http beyond this machine.
    """
    scheme, host = base_address(app.config["BASE_URL"])
    secure = scheme == "https"
    most = int(app.config["MAX_UPLOAD_MB"] * 1_000_000)
    app.config.update(
        PREFERRED_URL_SCHEME=scheme,
        TRUSTED_HOSTS=sorted({host, *LOOPBACK, *further_hosts(app.config["MORE_HOSTS"])}),
        SESSION_COOKIE_NAME="__Host-lorgnette" if secure else "lorgnette",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # Written only where it changes: a wall asks for many pictures at once, and a late
        # answer must not bring an older session back.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=most + MULTIPART_MARGIN,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page left open stays usable
    )
    hops = app.config["PROXY_HOPS"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.before_request(limit_size)  # before CSRF, which reads the form
    csrf.init_app(app)
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """Refuse a NUL in an address or a form: no text of the shop holds one, and PostgreSQL none.

    The API looks into its fields itself, and the wall passes over what is odd in its address.

    Raises:
        NotFound: it is in the path.
        BadRequest: it is in a form's field, or in a query of the back office.
    """
    if "\0" in request.path:
        raise NotFound()
    fields = () if request.path.startswith("/api/") else request.form.values()
    asked = request.args.values() if request.path.startswith("/admin") else ()
    if any("\0" in value for value in (*asked, *fields)):
        raise BadRequest()


def further_hosts(named: str) -> set[str]:
    """Return the hosts of a list with commas between them."""
    return {one.strip() for one in named.split(",") if one.strip()}


def base_address(base_url: str) -> tuple[str, str]:
    """Return the scheme and the host of the shop's address.

    Raises:
        SettingInvalid: the address is not https, and not http on this machine.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise SettingInvalid(
            name="BASE_URL", value=base_url, expected="https://…, or http:// on 127.0.0.1"
        )
    return parts.scheme, host


def is_signed_in() -> bool:
    """Return whether an admin asks: nobody else may send so much."""
    from webapp.web import signin  # it looks into the session, which is guarded from here

    return signin.current() is not None


def limit_size() -> None:
    """Limit what the request may bring: little of a form without files, most of a photo.

    The upload's own page may explain a photo that is somewhat too heavy.
    """
    if request.mimetype == "application/x-www-form-urlencoded":
        # MAX_FORM_MEMORY_SIZE knows of the other encoding alone
        request.max_content_length = MOST_FORM_BYTES
    elif request.endpoint in ("imports.create", "batches.create") and is_signed_in():
        most = current_app.config["IMPORT_MEGABYTES"] * 1_000_000
        request.max_content_length = most + MULTIPART_MARGIN
    elif request.endpoint == "start.create":
        request.max_content_length = HEAVY_PHOTO_FACTOR * (request.max_content_length or 0)
