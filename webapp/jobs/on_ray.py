"""A batch on Ray Data: one actor a core, on this machine or on a cluster (`RAY_ADDRESS`).

Rows in the database stay the truth: this process takes all of the batch's photos under leases,
Ray brings them to actors that hold the model, and their outcomes come back to be written down.
What an actor that died had in hand gets a strike and is tried again, alone if need be.
"""

import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app

from webapp.errors import EngineGone
from webapp.faces.versions import active_folder
from webapp.shop import batches
from webapp.shop.batch_orders import Order, file_of, rules
from webapp.shop.batch_parts import Hand, Part, Told
from webapp.storage import batch_leases as leases
from webapp.storage import clock
from webapp.storage.batch_leases import Lease, Made
from webapp.storage.batch_tables import State
from webapp.storage.database import writing

LEASE = timedelta(minutes=10)  # a driver's, for it renews a whole night's photos at once
BLOCK = 32  # photos that go to an actor at once, and are lost with it
TRIES = 1  # more that Ray gives a block whose actor died, before it is told as lost
STORE_BYTES = 200_000_000  # for names and outcomes; pictures don't pass through Ray


class Actor:
    """What Ray runs: a hand that works on columns of names and answers with columns of outcomes."""

    def __init__(self, part: list[Any]) -> None:
        """`part`: a reference to a `Part` in a list, so that Ray hands it on as it is.

        By value Ray would store it for each actor, and one that died could not come back once
        that was gone; the driver holds the reference as long as there are actors.
        """
        import cv2
        import ray

        cv2.setNumThreads(1)  # one actor a core
        self.hand = Hand(ray.get(part[0]))

    def __call__(self, columns: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Return the outcomes of some photos."""
        rows = zip(columns["id"], columns["name"], columns["stem"], strict=True)
        told = self.hand.work([(int(id), str(name), str(stem)) for id, name, stem in rows])
        return {name: [asdict(one)[name] for one in told] for name in asdict(told[0])}


class Driver:
    """Brings a batch to its end on Ray."""

    def __init__(self, token: str, owner: str, actors: int) -> None:
        self.token, self.owner, self.actors = token, owner, actors
        self.renewed = time.monotonic()

    def run(self) -> Iterator[None]:
        """Work until nothing is left or the batch is not to be worked on; yield now and then.

        Raises:
            EngineGone: Ray is missing, or went away; what it had in hand waits again.
        """
        start(self.actors)
        try:
            while taken := self.take():
                order, held = taken
                yield from self.round(order, held)
        finally:
            stop()

    def take(self) -> tuple[Order, list[Lease]] | None:
        """Lease all that waits; None where nothing does, or the batch is paused."""
        with writing() as session:
            now = clock.now()
            for batch in leases.running(session, now, self.token):
                tries = current_app.config["BATCH_TRIES"]
                batch.failed += leases.strike_out(session, batch, tries, now)
                session.flush()
                held = leases.take(session, batch, self.owner, until(), None)
                if held:
                    return Order.of(batch), held
                leases.close(session, batch.id, now)
        return None

    def round(self, order: Order, held: Sequence[Lease]) -> Iterator[None]:
        """Send photos through Ray once, and write down what comes back."""
        by_id = {lease.photo_id: lease for lease in held}
        try:
            for told in outcomes(self.part_of(order), held, self.actors):
                self.note(order, by_id, told)
                yield
        except EngineGone:
            self.give_back(strike=False)
            raise
        self.give_back(strike=True)  # what did not come back went with its actor

    def part_of(self, order: Order) -> Part:
        """Return the batch as an actor needs it."""
        with_paths = batches.get(self.token, batches.COMMAND)
        instance = Path(current_app.config["INSTANCE_DIR"])
        return Part(
            source=with_paths.source,
            target=with_paths.target,
            names=order.looks,
            looks=tuple(order.eyewear()),
            rules=rules(order.width),
            weights=active_folder(instance),
        )

    def note(self, order: Order, by_id: Mapping[int, Lease], told: Iterable[Told]) -> None:
        """Write down what came of some photos, and renew the leases of the others in time."""
        by_photo: dict[int, list[Told]] = {}
        for one in told:
            by_photo.setdefault(one.photo_id, []).append(one)
        ended: list[tuple[Lease, list[Made]]] = []
        for id, some in by_photo.items():
            if some[0].halts:
                self.halt(order, some[0].reason)
            elif some[0].broken:
                self.put_off(by_id[id], some[0].reason)
            else:
                ended.append((by_id[id], [made_of(order, by_id[id], one) for one in some]))
        order.record(ended)
        if time.monotonic() - self.renewed > LEASE.total_seconds() / 3:
            with writing() as session:
                leases.renew(session, self.owner, until())
            self.renewed = time.monotonic()

    def halt(self, order: Order, reason: str) -> None:
        """Pause the batch with a reason."""
        with writing() as session:
            batch = leases.locked(session, order.batch_id)
            if batch is not None and batch.state == State.RUNNING:
                batch.state, batch.reason = State.PAUSED, reason

    def put_off(self, lease: Lease, reason: str) -> None:
        """Let a photo whose work broke wait for another try."""
        with writing() as session:
            leases.put_off(session, lease, reason)

    def give_back(self, *, strike: bool) -> None:
        """Let what is still held wait again; of a paused batch nothing is to blame."""
        with writing() as session:
            running = leases.running(session, clock.now(), self.token)
            leases.give_back(session, self.owner, strike=strike and bool(running))


def made_of(order: Order, lease: Lease, told: Told) -> Made:
    """Return an outcome as the rows take it."""
    if told.reason:
        return Made(told.look, told.milliseconds, told.reason)
    return Made(told.look, told.milliseconds, file=file_of(lease.stem, order.looks[told.look]))


def until() -> datetime:
    """Return when a driver's lease that begins now is over."""
    return clock.now() + LEASE


def start(actors: int) -> None:
    """Start Ray on this machine, or join the cluster that RAY_ADDRESS names.

    Raises:
        EngineGone: Ray is not installed, or does not start.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of every run
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise EngineGone(reason="pip install -r requirements-ray.txt") from error
    here: dict[str, Any] = {"num_cpus": actors, "object_store_memory": STORE_BYTES}
    try:
        ray.init(
            **({} if os.environ.get("RAY_ADDRESS") else here | {"include_dashboard": False}),
            log_to_driver=False,
            configure_logging=False,
        )
    except Exception as error:  # whatever keeps it from starting
        raise EngineGone(reason=str(error)) from error


def stop() -> None:
    """End what `start` began."""
    import ray

    ray.shutdown()


def outcomes(part: Part, held: Sequence[Lease], actors: int) -> Iterator[list[Told]]:
    """Yield what came of the photos, as it comes; what was lost with an actor never comes.

    Raises:
        EngineGone: Ray went away.
    """
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    context = DataContext.get_current()
    context.max_errored_blocks = -1
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    kept = ray.put(part)
    rows = [{"id": one.photo_id, "name": one.name, "stem": one.stem} for one in held]
    try:
        blocks = max(1, -(-len(rows) // BLOCK))
        outcomes = ray.data.from_items(rows, override_num_blocks=blocks).map_batches(
            Actor,
            batch_size=BLOCK,
            compute=ActorPoolStrategy(size=min(actors, blocks)),
            num_cpus=1,
            fn_constructor_args=[[kept]],
            ray_remote_args_fn=lambda: {"max_restarts": -1, "max_task_retries": TRIES},
        )
        for columns in outcomes.iter_batches(batch_size=None, batch_format="numpy"):
            some = [
                dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
            ]
            yield [told_of(one) for one in some]
    except ray.exceptions.RayError as error:
        raise EngineGone(reason=str(error).splitlines()[0]) from error


def told_of(row: Mapping[str, Any]) -> Told:
    """Return an outcome from a row of Ray's."""
    return Told(
        photo_id=int(row["photo_id"]),
        look=int(row["look"]),
        milliseconds=int(row["milliseconds"]),
        reason=str(row["reason"]),
        broken=bool(row["broken"]),
        halts=bool(row["halts"]),
    )
