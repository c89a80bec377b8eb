"""What a shopper looks for on the wall, as its address says it: filters, order, page, picks.

Whatever an address holds that nobody offers is left out, and the page says so.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from webapp.shop.facets import SORTS, VALUES, Wanted

MOST_PICKS = 4  # side by side
LONGEST_SEARCH = 80  # letters
LONGEST_QUERY = 2000  # letters, of an address's query as a form carries it
PICK = re.compile(r"[a-z0-9-]{1,64}\.[a-z0-9-]{1,64}")  # frame.variant


@dataclass(frozen=True)
class Look:
    """The state of the wall. `picks`: colourways to compare; `strange`: something was left out."""

    wanted: Wanted = field(default_factory=Wanted)
    page: int = 1
    picks: tuple[str, ...] = ()
    strange: bool = False

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the state as an address has it; `changes` to its fields come first."""
        look = replace(self, **changes)
        return {
            "q": look.wanted.words or None,
            **{name: list(some) for name, some in look.wanted.chosen.items() if some},
            "sort": None if look.wanted.sort == SORTS[0] else look.wanted.sort,
            "page": None if look.page == 1 else look.page,
            "pick": list(look.picks) or None,
        }

    def query(self) -> str:
        """Return the state as the query of an address, for forms to carry along."""
        said = {name: value for name, value in self.args().items() if value is not None}
        return urlencode(said, doseq=True)

    def without(self, facet: str, value: str) -> dict[str, Any]:
        """Return the address's state without one of its filters, on its first page."""
        kept = tuple(one for one in self.wanted.chosen.get(facet, ()) if one != value)
        chosen = {**self.wanted.chosen, facet: kept}
        return self.args(wanted=replace(self.wanted, chosen=chosen), page=1)

    def cleared(self) -> dict[str, Any]:
        """Return the address's state without any filter or search."""
        return self.args(wanted=Wanted(sort=self.wanted.sort), page=1)

    def unsearched(self) -> dict[str, Any]:
        """Return the address's state without its search."""
        return self.args(wanted=replace(self.wanted, words=""), page=1)

    def unpicked(self, pick: str) -> dict[str, Any]:
        """Return the address's state without one of the colourways to compare."""
        return self.args(picks=tuple(one for one in self.picks if one != pick))

    @property
    def filtered(self) -> bool:
        """Whether anything is left out of the wall."""
        return bool(self.wanted.words or any(self.wanted.chosen.values()))


def read(args: MultiDict[str, str]) -> Look:
    """Return the state that an address's query holds."""
    chosen = {
        name: tuple(dict.fromkeys(one for one in args.getlist(name) if one in values))
        for name, values in VALUES.items()
    }
    asked = [(name, one) for name in VALUES for one in args.getlist(name) if one]
    sort = args.get("sort") or SORTS[0]
    words = " ".join((args.get("q") or "").replace("\0", " ").split())
    strange = (
        any(one not in VALUES[name] for name, one in asked)
        or sort not in SORTS
        or len(words) > LONGEST_SEARCH
    )
    picks = tuple(dict.fromkeys(one for one in args.getlist("pick") if PICK.fullmatch(one)))
    return Look(
        wanted=Wanted(words[:LONGEST_SEARCH], chosen, sort if sort in SORTS else SORTS[0]),
        page=max(1, args.get("page", 1, int)),
        picks=picks[:MOST_PICKS],
        strange=strange or len(picks) > MOST_PICKS,
    )


def carried(query: str | None) -> Look:
    """Return the state that a form or another page's address carried along."""
    pairs = parse_qsl((query or "")[:LONGEST_QUERY], errors="replace")
    return read(MultiDict(pairs))
