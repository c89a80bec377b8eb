"""How mannequins are coloured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """Colours of a mannequin, "#rrggbb"."""

    skin: str = "#d3a68d"
    hair: str = "#3a2a22"
    eyes: str = "#5c4630"
    cloth: str = "#59616b"
    paper: str = "#e4e6e8"


LOOKS = (
    Look(),
    Look(skin="#e2c0aa", hair="#7a5a3a", eyes="#55707f", cloth="#7c6a68"),
    Look(skin="#80583f", hair="#17130f", eyes="#35231a", cloth="#8a8f86"),
    Look(skin="#bd8d6c", hair="#1d1714", eyes="#3d2a1c", cloth="#41504a"),
    Look(skin="#583c2e", hair="#0f0d0c", eyes="#2a1b14", cloth="#a39a8c"),
    Look(skin="#ecccb6", hair="#a99c90", eyes="#6b7d6a", cloth="#4b4f5e"),
)
