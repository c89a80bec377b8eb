"""The cards beside a network's weights: what they are, and whether the file is still theirs.

Free of torch, so that the shop can list and choose versions without loading it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from webapp.errors import ModelUnusable

FORMAT = 1  # of the weights and their card; a file of a newer one is refused
SHIPPED = Path(__file__).parent / "weights"
NETWORKS = ("detector", "landmarks")
_RESTORE = "restore webapp/faces/weights from the repository, or activate another version"
_REPLACE = "restore its folder, or go back: flask --app wsgi model activate shipped"
_UPDATE = "update Lorgnette, or activate another version: flask --app wsgi model activate NAME"
_TOLD = {"format", "network", "sha256"}


def read_card(folder: Path, name: str) -> dict[str, Any]:
    """Return the card of a network, "detector" or "landmarks".

    Raises:
        ModelUnusable: it is missing, no card, another network's, or of a newer format.
    """
    path = folder / f"{name}.json"
    try:
        card = json.loads(_bytes_of(path))
    except ValueError as error:
        raise unusable(path, "it is no JSON") from error
    if not isinstance(card, dict) or "format" not in card:
        raise unusable(path, "it is no model card")
    # First of all: what else stands in a card of another format is not known.
    if card["format"] != FORMAT:
        reason = f"its format is {card['format']}, this Lorgnette reads {FORMAT}"
        newer = isinstance(card["format"], int) and card["format"] > FORMAT
        raise unusable(path, reason, _UPDATE if newer else "")
    if not card.keys() >= _TOLD:
        raise unusable(path, "it is no model card")
    if card["network"] != name:
        raise unusable(path, f"it describes a {card['network']} network")
    return card


def read_weights(folder: Path, name: str) -> tuple[dict[str, Any], bytes]:
    """Return a network's card and the bytes of its weights.

    Raises:
        ModelUnusable: as of `read_card`, or the weights are not those of the card.
    """
    card = read_card(folder, name)
    path = folder / f"{name}.safetensors"
    content = _bytes_of(path)
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise unusable(path, "it does not match its card")
    return card, content


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of both networks' weights, each checked against its card.

    Raises:
        ModelUnusable: as of `read_weights`.
    """
    return {name: read_weights(folder, name)[0]["sha256"] for name in NETWORKS}


def unusable(path: Path, reason: str, advice: str = "") -> ModelUnusable:
    """Return the error of a file that can't be used, with what to do about it."""
    usual = _RESTORE if path.parent == SHIPPED else _REPLACE
    return ModelUnusable(file=path.name, reason=f"{reason}; {advice or usual}")


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unusable(path, "it can't be read") from error
