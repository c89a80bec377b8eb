"""What the shop tells those who run it: metrics, and a log without personal data."""

from flask import Flask

from webapp.telemetry import logs, metrics


def init_app(app: Flask) -> None:
    """Give the app its metrics, and let its log be structured."""
    metrics.init_app(app)
    logs.init_app(app)
