"""Killed with SIGKILL at any step, a shop loses nothing acknowledged and leaves no orphan."""

from pathlib import Path

from tests.verify import kills
from tests.verify.stories import STORIES

KILLS = 7  # a story, spread over its steps; `make verify` takes every step


def test_killed_at_any_step_nothing_is_lost(stock: Path) -> None:
    """Promises made before the kill hold after it, and the sweep leaves rows equal to files."""
    told = kills.run(stock, KILLS)

    assert [one for one in told if one["faults"]] == []
    assert sum(one["killed"] for one in told) == KILLS * len(STORIES) >= 20
    whole = [one for one in told if not one["killed"]]
    assert {one["story"] for one in whole} == set(STORIES)
    assert all(one["promises"] > 2 for one in whole)
