"""Counts and times of this process, in Prometheus' form.

Several processes of one machine are added up through the files in PROMETHEUS_MULTIPROC_DIR,
which gunicorn.conf.py provides; without that variable one process speaks for itself. Labels
are names of the code's own: no path, no address, no token.
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from flask import Flask, current_app, has_app_context
from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE_LATEST
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

KEY = "lorgnette-metrics"
SHARED = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # upper bounds
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@dataclass(frozen=True)
class Fact:
    """A figure that is looked up when it is asked for, and the same whoever answers.

    `values`: by the values of `labels`.
    """

    name: str
    meaning: str
    labels: tuple[str, ...]
    values: dict[tuple[str, ...], float]


class Facts(Collector):
    """Facts, as a registry takes them."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = list(facts)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each fact with its values."""
        for fact in self.facts:
            family = GaugeMetricFamily(fact.name, fact.meaning, labels=fact.labels)
            for labels, value in sorted(fact.values.items()):
                family.add_metric(labels, value)
            yield family


class Metrics:
    """What one app counts and times."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "lorgnette_requests",
            "Requests by route and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.request_seconds = self._seconds(
            "lorgnette_request_seconds", "Seconds until a request's answer was ready.", "route"
        )
        self.stage_seconds = self._seconds(
            "lorgnette_stage_seconds", "Seconds of a request's stages.", "stage"
        )
        self.turned_away = Counter(
            "lorgnette_turned_away",
            "Requests that were told to come back, by reason.",
            ("reason",),
            registry=self.registry,
        )
        self.in_flight = self._gauge(
            "lorgnette_model_in_flight", "Model slots that are taken just now."
        )
        self.waiting = self._gauge(
            "lorgnette_model_waiting", "Requests that wait for a model slot just now."
        )

    def _seconds(self, name: str, meaning: str, label: str) -> Histogram:
        return Histogram(name, meaning, (label,), registry=self.registry, buckets=SECONDS)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        # Added up over the processes that live.
        return Gauge(name, meaning, registry=self.registry, multiprocess_mode="livesum")


def init_app(app: Flask) -> None:
    """Give the app its metrics."""
    app.extensions[KEY] = Metrics()


def current() -> Metrics:
    """Return the running app's metrics; outside of any app, some that nobody asks for."""
    if not has_app_context():
        return nobodys()
    metrics: Metrics = current_app.extensions[KEY]
    return metrics


@cache
def nobodys() -> Metrics:
    """Return the metrics of whatever works without an app."""
    return Metrics()


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Time a stage of the request, whether it succeeds or not."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        current().stage_seconds.labels(stage).observe(time.perf_counter() - begun)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request; `route`: its rule, not its path."""
    known = method if method in METHODS else "other"
    current().requests.labels(route, known, str(status)).inc()
    current().request_seconds.labels(route).observe(seconds)


def turn_away(reason: str) -> None:
    """Count a request that is told to come back."""
    current().turned_away.labels(reason).inc()


def exposition(facts: Iterable[Fact]) -> bytes:
    """Return everything in Prometheus' text form, the facts last."""
    registry = current().registry
    if SHARED in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    looked_up = CollectorRegistry()
    looked_up.register(Facts(facts))
    return generate_latest(registry) + generate_latest(looked_up)
