"""Broken pictures sent to the shop as a stranger would send them, by the hundred."""

import logging
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

from flask import Flask

from tests import corpus
from tests.shoppers import csrf_of, post_photo
from webapp.errors import PictureTooCostly
from webapp.shop import uploads
from webapp.storage import belongings

CALM = {201, 413, 415, 422}  # taken in, or refused with a reason
MOST_SECONDS = 2  # that one picture may take; the reader itself ends a decoding that takes longer


@dataclass
class Outcome:
    """What became of the mutants.

    `odd`: number, kind and status of what was neither taken in nor refused calmly.
    `seconds`: of the processor that each took, its decoder's process and the answer together.
    `ended`: how many the reader's own deadline ended, by the clock on the wall.
    `slowest`: seconds of the slowest answer, waiting for the processor included.
    `megabytes`: the most that a decoder's process took.
    """

    tried: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    odd: list[tuple[int, str, int]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    ended: int = 0
    slowest: float = 0.0
    megabytes: float = 0.0

    def figures(self) -> dict[str, object]:
        """Return what a report says of it."""
        return {
            "tried": self.tried,
            "answers": {str(status): n for status, n in sorted(self.statuses.items())},
            "crashes_and_server_errors": len(self.odd),
            "most_processor_s": round(max(self.seconds), 3),
            "mean_processor_s": round(statistics.mean(self.seconds), 3),
            f"ended_by_the_readers_deadline_of_{MOST_SECONDS}_s": self.ended,
            "slowest_answer_on_a_shared_machine_s": round(self.slowest, 2),
            "most_memory_of_the_decoder_mb": round(self.megabytes),
        }


def send(app: Flask, numbers: range) -> Outcome:
    """Send the mutants of these numbers to a shop that sees a face in every photo."""
    settings = {"UPLOADS_PER_HOUR": 10**9, "DECODE_SECONDS": MOST_SECONDS}
    app.config.update(PROPAGATE_EXCEPTIONS=False, **settings)
    logging.getLogger("webapp.intake.reader").setLevel(logging.ERROR)
    outcome, client = Outcome(), app.test_client()
    token = csrf_of(client)
    with app.app_context():
        reader = belongings.only(uploads.make)
    for number in numbers:
        kind, data = corpus.mutant(number)
        reader.most_seconds = 0.0  # of this mutant's decoder
        started, before = time.perf_counter(), time.thread_time()
        answer = post_photo(client, data, token, accept="application/json")
        outcome.slowest = max(outcome.slowest, time.perf_counter() - started)
        outcome.seconds.append(time.thread_time() - before + reader.most_seconds)
        outcome.tried += 1
        outcome.statuses[answer.status_code] += 1
        outcome.ended += PictureTooCostly.code in answer.text
        if answer.status_code not in CALM:
            outcome.odd.append((number, kind, answer.status_code))
    outcome.megabytes = reader.most_megabytes
    reader.close()
    return outcome
