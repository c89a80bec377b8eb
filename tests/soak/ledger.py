"""What the shop has acknowledged, and every answer that it should not have given."""

import threading
from collections import Counter
from dataclasses import dataclass, field

FEW = 50  # oddities written out


@dataclass
class Ledger:
    """Shared by all who use the shop; `done` counts by deed, `odd` holds what must not be.

    `kept`: addresses of pictures that were acknowledged and not deleted, with their cookies.
    `gone`: those whose deletion was acknowledged. `refused`: calm refusals, by status.
    `lost`: connections that a fault cut, which is what faults do.
    """

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    gone: dict[str, dict[str, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, deed: str) -> None:
        """Count something that went well."""
        with self.lock:
            self.done[deed] += 1

    def refuse(self, status: int) -> None:
        """Count a calm refusal."""
        with self.lock:
            self.refused[status] += 1

    def cut(self, kind: str) -> None:
        """Count a connection that was cut."""
        with self.lock:
            self.lost[kind] += 1

    def note(self, what: str) -> None:
        """Write down what must not be."""
        with self.lock:
            self.done["odd"] += 1
            if len(self.odd) < FEW:
                self.odd.append(what)

    def keep(self, address: str, cookies: dict[str, str]) -> None:
        """Remember a picture that was acknowledged."""
        with self.lock:
            self.kept[address] = cookies

    def forget(self, address: str) -> None:
        """No longer count on a picture: its deletion has been asked for."""
        with self.lock:
            self.kept.pop(address, None)

    def bury(self, address: str, cookies: dict[str, str]) -> None:
        """Remember that a picture's deletion was acknowledged."""
        with self.lock:
            self.gone[address] = cookies
