"""Broken pictures sent to the shop as a stranger would send them, by the hundred."""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from flask import Flask

from tests import corpus
from tests.shoppers import csrf_of, post_photo
from webapp.shop import uploads
from webapp.storage import belongings

CALM = {201, 413, 415, 422}  # taken in, or refused with a reason


@dataclass
class Outcome:
    """What became of the mutants.

    `odd`: number, kind and status of what was neither taken in nor refused calmly.
    `slowest`: seconds of the slowest answer, waiting for the processor included.
    """

    tried: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    odd: list[tuple[int, str, int]] = field(default_factory=list)
    slowest: float = 0.0
    processor: float = 0.0
    megabytes: float = 0.0


def send(app: Flask, numbers: range) -> Outcome:
    """Send the mutants of these numbers to a shop that sees a face in every photo."""
    app.config.update(UPLOADS_PER_HOUR=10**9, PROPAGATE_EXCEPTIONS=False)
    logging.getLogger("webapp.intake.reader").setLevel(logging.ERROR)
    outcome, client = Outcome(), app.test_client()
    token = csrf_of(client)
    for number in numbers:
        kind, data = corpus.mutant(number)
        started, before = time.perf_counter(), time.thread_time()
        status = post_photo(client, data, token, accept="application/json").status_code
        outcome.slowest = max(outcome.slowest, time.perf_counter() - started)
        outcome.processor = max(outcome.processor, time.thread_time() - before)
        outcome.tried += 1
        outcome.statuses[status] += 1
        if status not in CALM:
            outcome.odd.append((number, kind, status))
    with app.app_context():
        reader = belongings.only(uploads.make)
        outcome.megabytes = reader.most_megabytes
        outcome.processor = max(outcome.processor, reader.most_seconds)
        reader.close()
    return outcome
