"""Killed with SIGKILL at any step, a shop loses nothing acknowledged and leaves no orphan."""

from pathlib import Path

import pytest

from tests.verify import kills, report
from tests.verify.stories import STORIES

FEW, EVERY = 5, 10**6  # steps of each story


@pytest.mark.parametrize(
    "most", [FEW, pytest.param(EVERY, marks=pytest.mark.verify)], ids=["some", "every"]
)
def test_killed_at_any_step_nothing_is_lost(stock: Path, most: int) -> None:
    """Promises made before the kill hold after it, and the sweep leaves rows equal to files."""
    told = kills.run(stock, most)

    assert [one for one in told if one["faults"]] == []
    assert sum(one["killed"] for one in told) >= (200 if most == EVERY else 20)
    whole = [one for one in told if not one["killed"]]
    assert {one["story"] for one in whole} == set(STORIES)
    assert all(one["promises"] > 2 for one in whole)
    report.note(
        "kills",
        long=most == EVERY,
        survived={
            story: sum(one["killed"] for one in told if one["story"] == story) for story in STORIES
        },
        in_all=sum(one["killed"] for one in told),
        promises_broken_or_orphans=sum(len(one["faults"]) for one in told),
    )
