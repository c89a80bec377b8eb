"""The key figures of a version's evaluation, and how two versions compare in them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A key figure of an evaluation, and by how much a new version may be worse in it.

    path: where it stands in the evaluation; higher: whether more is better.
    """

    name: str
    path: tuple[str, ...]
    margin: float
    higher: bool = False
    digits: int = 2

    def of(self, figures: dict[str, Any]) -> float:
        """Return the figure. Raises `KeyError` where it was not measured."""
        value: Any = figures
        for key in self.path:
            value = value[key]
        return float(value)

    def loss(self, new: dict[str, Any], old: dict[str, Any]) -> float:
        """Return by how much the new version is worse; negative where it is better."""
        return (self.of(old) - self.of(new)) * (1 if self.higher else -1)


KEY_FIGURES = (
    Figure("portraits found", ("photos", "found"), 0, higher=True, digits=0),
    Figure("false faces", ("faceless", "false"), 1, digits=0),
    Figure("boxed faces found in groups", ("groups", "found"), 1, higher=True, digits=0),
    Figure("share of human68 found", ("human68", "found"), 0.002, higher=True, digits=4),
    Figure("human68 found in drawn scenes", ("placed", "found"), 5, higher=True, digits=0),
    Figure("human68, points 17-67, %", ("human68", "inner"), 0.1),
    Figure("human68, eyes, %", ("human68", "eyes"), 0.1),
    Figure("human68, bridge, %", ("human68", "bridge"), 0.1),
    Figure("agreement, mesh, %", ("agreement", "all", "mesh"), 0.1),
    Figure("agreement, irises, %", ("agreement", "all", "irises"), 0.1),
)


def worse_in(new: dict[str, Any], old: dict[str, Any]) -> list[str]:
    """Return the key figures, in words, in which a version is worse by more than the margin.

    A figure that only the new version lacks counts as worse; one that the old lacks is passed.
    """
    return [told for figure in KEY_FIGURES if (told := _worse(figure, new, old))]


def _worse(figure: Figure, new: dict[str, Any], old: dict[str, Any]) -> str:
    if not _value(figure, old):
        return ""
    if not _value(figure, new):
        return f"{figure.name}: not measured"
    # Rounded: 2.1 - 2.0 is a hair more than 0.1, and is meant to pass. NaN must not.
    if round(figure.loss(new, old), 9) <= figure.margin:
        return ""
    numbers = f"{shown(figure, new)} against {shown(figure, old)}"
    return f"{figure.name}: {numbers}, a margin of {figure.margin:g}"


def better_of(figure: Figure, measured: list[dict[str, Any] | None]) -> set[int]:
    """Return the places of those that are best in a figure; empty where nothing tells them apart.

    Args:
        measured: each version's evaluation; None where it has none.
    """
    values = {place: told for place, own in enumerate(measured) if (told := _value(figure, own))}
    # As people read them: what looks the same is not marked as different.
    known = {place: round(value[0], figure.digits) for place, value in values.items()}
    if len(set(known.values())) < 2:
        return set()
    best = max(known.values()) if figure.higher else min(known.values())
    return {place for place, value in known.items() if value == best}


def shown(figure: Figure, measured: dict[str, Any] | None) -> str:
    """Return a figure as people read it; a dash where it was not measured."""
    told = _value(figure, measured)
    return f"{told[0]:.{figure.digits}f}" if told else "–"


def _value(figure: Figure, measured: dict[str, Any] | None) -> tuple[float, ...]:
    try:
        return (figure.of(measured or {}),)
    except (KeyError, TypeError, ValueError):
        return ()
