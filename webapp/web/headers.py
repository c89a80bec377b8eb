"""The headers of every answer: what a page may load, and what may be kept."""

from flask import Flask, Response, current_app

from webapp.web import embedding

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",  # blob: the chosen photo's preview; data: Bootstrap's icons
        "connect-src 'self'",
        "font-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Never to another site; to ourselves yes, for the CSRF guard compares it under https.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE = "private, no-store"  # pages hold CSRF tokens, and pictures hold faces


def init_app(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(protect)


def protect(response: Response) -> Response:
    """Add the headers; what didn't say how it may be cached is kept by nobody."""
    for name, value in ALWAYS.items():
        response.headers[name] = value
    is_page = response.mimetype == "text/html"
    framing = embedding.ancestors() if is_page else "'none'"
    policy = f"{CONTENT_SECURITY_POLICY}; frame-ancestors {framing}"
    response.headers["Content-Security-Policy"] = policy
    if current_app.config["PREFERRED_URL_SCHEME"] == "https":
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = PRIVATE
    return response
