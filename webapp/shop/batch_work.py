"""One worker's part in the batches: take photos, dress them, bring them to their end.

Results are written first, then the rows say so, in one transaction that counts only while the
lease holds. Killed at any instant, a worker leaves photos under a lease that will be lost, files
that no row names (the sweep removes them, or the next worker writes them again), and nothing else.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from webapp.errors import LorgnetteError, ModelUnusable, OutputUnwritable, PlaceUnusable
from webapp.shop.batch_dressing import Raw
from webapp.shop.batch_orders import Order, Ready, broken
from webapp.storage import batch_leases as leases
from webapp.storage import belongings, clock
from webapp.storage.batch_leases import Lease
from webapp.storage.batch_tables import Batch, State
from webapp.storage.database import Session, writing

TAKEN_AT_ONCE = 16  # items under one lease: enough to read faces together, soon done again
HALTING = (ModelUnusable, OutputUnwritable, PlaceUnusable)  # no photo's fault: all would fail alike


class Worker:
    """Whoever works on batches, known by a name that nobody else has."""

    def __init__(self, owner: str, token: str | None = None) -> None:
        """`token`: the one batch to work on; None: whichever is running."""
        self.owner = owner
        self.token = token
        self.renewed = 0.0  # clock of time.monotonic

    def step(self) -> int:
        """Take some photos and bring them to their end; return how many were taken.

        Raises:
            ModelUnusable, OutputUnwritable, PlaceUnusable: no photo's fault; the batch is paused
                with the reason, and the photos wait.
        """
        taken = self.take()
        if taken is None:
            return 0
        order, held = taken
        try:
            self.work(order, held)
        except HALTING as fault:
            self.halt(order, fault.code)
            raise
        except (LorgnetteError, KeyboardInterrupt, SystemExit):
            self.give_back(strike=False)
            raise
        except Exception:  # perhaps one of the photos': they are tried alone, and not for ever
            self.give_back(strike=True)
            raise
        return len(held)

    def take(self) -> tuple[Order, list[Lease]] | None:
        """Lease photos of the oldest batch that has any to give; end what can't be helped."""
        now = clock.now()
        with writing() as session:
            leases.end_overdue(session, now)
            for batch in leases.running(session, now, self.token):
                self.strike_out(session, batch)
                most = max(1, TAKEN_AT_ONCE // len(batch.looks))
                held = leases.take(session, batch, self.owner, until(), most)
                if held:
                    self.renewed = time.monotonic()
                    return Order.of(batch), held
                leases.close(session, batch.id, now)
        return None

    def strike_out(self, session: Session, batch: Batch) -> None:
        """End the photos of a batch that have cost too many workers or broken too often."""
        tries = belongings.settings()["BATCH_TRIES"]
        batch.failed += leases.strike_out(session, batch, tries, clock.now())
        session.flush()

    def work(self, order: Order, held: Sequence[Lease]) -> None:
        """Dress the photos that are held and bring them to their end, all at once."""
        by_id = {lease.photo_id: lease for lease in held}
        ready: list[Ready] = []
        for raw, dressed in order.dresser().dress(self.read(order, held)):
            ready.append((by_id[raw.key], dressed))
            self.keep_up()
        self.end(order, ready)

    def read(self, order: Order, held: Iterable[Lease]) -> Iterator[Raw]:
        """Yield the photos' bytes, one after the other, or why there are none."""
        for lease in held:
            try:
                yield order.raw(lease)
            except HALTING:
                raise
            except LorgnetteError as error:
                yield Raw(lease.photo_id, error, seed=0)

    def keep_up(self) -> None:
        """Renew the leases once a third of their time is over."""
        seconds = belongings.settings()["BATCH_LEASE_SECONDS"] / 3
        if time.monotonic() - self.renewed > seconds:
            with writing() as session:
                leases.renew(session, self.owner, until())
            self.renewed = time.monotonic()

    def end(self, order: Order, ready: Sequence[Ready]) -> None:
        """Write the results, then say in the rows what came of each photo."""
        ended = [(lease, dressed) for lease, dressed in ready if not broken(dressed)]
        if ended:
            order.finish(ended)
        with writing() as session:
            for lease, dressed in ready:
                if broken(dressed):
                    leases.put_off(session, lease, dressed[0].reason or "")

    def halt(self, order: Order, reason: str) -> None:
        """Pause a batch with a reason and let its photos wait; nobody is to blame."""
        with writing() as session:
            batch = leases.locked(session, order.batch_id)
            if batch is not None and batch.state == State.RUNNING:
                batch.state, batch.reason = State.PAUSED, reason
            leases.give_back(session, self.owner, strike=False)

    def give_back(self, *, strike: bool) -> None:
        """End all leases of a worker of this name; `strike`: its photos may be to blame."""
        with writing() as session:
            leases.give_back(session, self.owner, strike=strike)


def until() -> datetime:
    """Return when a lease that begins now is over."""
    return clock.now() + timedelta(seconds=belongings.settings()["BATCH_LEASE_SECONDS"])
