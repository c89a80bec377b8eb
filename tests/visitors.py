"""A process of visits that are counted: `python -m tests.visitors INSTANCE REDIS_URL MANY SEED`.

After each visit whose events are committed it writes a line to standard output.
"""

import random
import sys

from sqlalchemy import select

from webapp import create_app
from webapp.errors import Busy
from webapp.shop import figures, overview
from webapp.storage.database import reading, writing
from webapp.storage.tables import Event, Variant

READ_EVERY = 40  # visits; somebody looks at the figures, and folds, in every process


def visit(chance: random.Random, wares: list[tuple[int, int]]) -> list[list[Event]]:
    """Return a visit's events, by transaction; `wares`: the ids of frames and colourways."""
    done = [[Event(kind=figures.ARRIVAL)]]
    if chance.random() < 0.2:
        return done
    done.append([Event(kind=figures.AGREED, reason="2026-11"), step(figures.AGREED)])
    if chance.random() < 0.15:
        reason = chance.choice(["no-face", "photo-too-small", "broken-picture"])
        return [*done, [Event(kind=figures.REFUSED, reason=reason)]]
    stages = [stage(name, chance) for name in ("decode", "faces", "encode")]
    done.append([Event(kind=figures.PHOTO), step(figures.PHOTO), *stages])
    for number in range(chance.randrange(4)):
        frame, variant = chance.choice(wares)
        which = {"frame_id": frame, "variant_id": variant}
        tried = Event(kind=figures.TRY_ON, milliseconds=chance.randrange(900), **which)
        first = [step(figures.TRY_ON)] if number == 0 else []
        fit = figures.verdict(chance.choice(["narrow", "good", "wide"]))
        done.append([tried, fit, stage("render", chance), *first])
        if chance.random() < 0.1:
            done.append([Event(kind=figures.SHOP_LINK, **which), step(figures.SHOP_LINK)])
    return done


def step(name: str) -> Event:
    """Return the event of a visit that comes so far."""
    return Event(kind=figures.STEP, reason=name)


def stage(name: str, chance: random.Random) -> Event:
    """Return how long some work took."""
    return Event(kind=figures.STAGE, reason=name, milliseconds=int(chance.expovariate(1 / 120)))


def main(instance: str, redis: str, many: int, seed: int) -> None:
    """Make so many visits."""
    app = create_app({"INSTANCE_DIR": instance, "REDIS_URL": redis})
    chance = random.Random(seed)
    with app.app_context():
        with reading() as session:
            wares = [(row.frame_id, row.id) for row in session.scalars(select(Variant))]
        for number in range(many):
            for events in visit(chance, wares):
                while not written(events):
                    pass
            print(number, flush=True)
            if number % READ_EVERY == READ_EVERY - 1:
                overview.of(overview.Period.TODAY)


def written(events: list[Event]) -> bool:
    """Write events at once; False where the database was too busy, as a shopper is told."""
    try:
        with writing() as session:
            session.add_all(events)
    except Busy:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
