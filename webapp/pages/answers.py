"""Answers that are pictures."""

from flask import Response, request

from webapp.web.headers import PRIVATE

SHOWN_WIDTH = 1600  # px, a shopper's picture as pages show it
OWN_SECONDS = 3600  # s; deletion clears it from the browser before that
PRODUCT_SECONDS = 3600  # s a product picture may be kept before it is asked about again


def private_picture(data: bytes, kind: str, download_as: str | None = None) -> Response:
    """Return a picture that nobody may keep, a shopper's above all; `download_as`: a file name."""
    response = Response(data, mimetype=kind)
    response.headers["Cache-Control"] = PRIVATE
    # Not for search engines, even where somebody publishes the address
    response.headers["X-Robots-Tag"] = "noindex"
    if download_as:
        response.headers.set("Content-Disposition", "attachment", filename=download_as)
    return response


def own_picture(data: bytes) -> Response:
    """Return a JPEG that the shopper's own browser may keep, at an address that changes with it."""
    response = private_picture(data, "image/jpeg")
    response.headers["Cache-Control"] = f"private, max-age={OWN_SECONDS}, immutable"
    return response


def product_picture(data: bytes, kind: str) -> Response:
    """Return a picture of the catalogue, which anybody may keep for a while."""
    response = Response(data, mimetype=kind)
    response.headers["Cache-Control"] = f"public, max-age={PRODUCT_SECONDS}"
    response.add_etag()
    response.make_conditional(request)
    return response
