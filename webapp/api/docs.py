"""The API's document, and a page that shows it; neither needs a key."""

from typing import Any

from flask import Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from webapp.api.calls import ROOT, bp
from webapp.api.document import document

KEPT_SECONDS = 3600  # s the document may be kept before it is asked about again


@bp.get("/openapi.json", provide_automatic_options=False)
def openapi() -> Response:
    """Send the OpenAPI 3.1 document."""
    response = jsonify(document_here())
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


@bp.get("/docs", provide_automatic_options=False)
def show() -> ResponseReturnValue:
    """Show the document as a page."""
    return render_template("api/docs.html", api=document_here())


def document_here() -> dict[str, Any]:
    """Return the document for this shop's address."""
    return document(current_app.config["BASE_URL"].rstrip("/") + ROOT)
