"""MODEL_CARD.md: its figures are those that were measured on the weights that ship."""

import json
from pathlib import Path
from typing import Any

import pytest

from webapp.config import ROOT
from webapp.faces.cards import SHIPPED, hashes, read_card
from webapp.faces.comparison import KEY_FIGURES
from webapp.faces.training.card import BEGIN, END, figures_section, with_figures
from webapp.faces.versions import read_evaluation

CARD = ROOT / "MODEL_CARD.md"
MENDED_BY = "flask --app wsgi model evaluate --version shipped; flask --app wsgi model card"


@pytest.fixture
def figures() -> dict[str, Any]:
    """The shipped weights' evaluation."""
    return read_evaluation(SHIPPED)


def test_the_evaluation_is_of_the_shipped_weights(figures: dict[str, Any]) -> None:
    """By their hashes, taken from the files themselves."""
    assert figures["weights"] == hashes(SHIPPED), MENDED_BY


def test_every_key_figure_was_measured(figures: dict[str, Any]) -> None:
    """Nothing is left out by which a new version would be held against this one."""
    assert all(figure.of(figures) >= 0 for figure in KEY_FIGURES)


def test_the_cards_figures_are_the_evaluations(figures: dict[str, Any]) -> None:
    """The section is written by a command, and by nothing else."""
    card = CARD.read_text("utf-8")

    assert card == with_figures(card, figures), MENDED_BY


def test_the_cards_words_name_the_threshold_that_is_shipped() -> None:
    """They are written by hand, and the threshold is chosen anew for each version."""
    present = read_card(SHIPPED, "landmarks")["thresholds"]["present"]

    assert f"threshold ({present:g})" in CARD.read_text("utf-8")


def test_other_figures_give_another_card(figures: dict[str, Any]) -> None:
    """What is measured is what stands there."""
    other = json.loads(json.dumps(figures))
    other["human68"]["inner"] = 7.77
    other["photos"]["found"] = 3
    other["agreement"]["yaw"]["30-45"]["mesh"] = 6.66

    section = figures_section(other)

    for told in ("| points 17–67 | 7.77 |", "| 3 of 36 |", "| 30-45 | 6.66 |"):
        assert told in section
        assert told not in CARD.read_text("utf-8")


def test_agreement_is_called_agreement(figures: dict[str, Any]) -> None:
    """The labels are a teacher's, so nothing measured on them may be sold as truth."""
    assert "agreement, not truth" in figures_section(figures)


@pytest.mark.parametrize("group", ["yaw", "race", "gender", "age"])
def test_every_group_counts_all_faces(figures: dict[str, Any], group: str) -> None:
    """No face is left out of a table."""
    agreement = figures["agreement"]

    assert sum(told["faces"] for told in agreement[group].values()) == agreement["faces"]


def test_only_the_section_is_rewritten(figures: dict[str, Any]) -> None:
    """What people wrote before and after it stays."""
    card = with_figures(f"before\n{BEGIN}\nold\n{END}\nafter\n", figures)

    assert card.startswith("before\n")
    assert card.endswith("\nafter\n")
    assert "old\n" not in card


def test_a_card_without_the_section_is_refused(figures: dict[str, Any]) -> None:
    """Rather than written over or left as it was."""
    with pytest.raises(ValueError, match="lines between"):
        with_figures("# A card\n", figures)


def test_weights_stay_small(figures: dict[str, Any]) -> None:
    """The size in the card is the files'."""
    for name, told in figures["size"].items():
        assert told["bytes"] == Path(SHIPPED / f"{name}.safetensors").stat().st_size
