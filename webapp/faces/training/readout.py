"""The landmark network's readout: what gradient steps leave undone, solved for at once.

First the blocks are put into whole numbers (`training.grids`), so that the readout makes up for
what rounding does, too.

A linear layer on features whose spread differs by magnitudes is learnt slowly along those that
vary little, and 128 shape coefficients are a narrow way. With the body held still, the linear map
from all of its features to what the landmarks still lack is a least-squares problem.

Run it as `python -m webapp.faces.training.readout --weights FILE --data ../shared/faces
--out FOLDER`.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from tqdm import tqdm

from webapp.errors import ModelUnusable
from webapp.faces.conventions import LANDMARKS
from webapp.faces.networks import LandmarkNet, blocks_in, place
from webapp.faces.training.detector import to_input
from webapp.faces.training.grids import grids_of, lay_grids, without_grids
from webapp.faces.training.landmarks import loss_weights, read_mirror
from webapp.faces.training.packs import CropMaker, Pack, PackQueue, open_sources
from webapp.faces.training.publish import read_averaged
from webapp.faces.training.samples import USUAL, Mix
from webapp.faces.weights import fold

_PACK = 64
_TOGETHER = 16  # packs whose products are summed in one go
_HELD_OUT = 24  # packs of validation rows, by which the ridge is chosen
_SPANNING = 4  # packs of either kind of crop, by which the grids are laid
_BEYOND = 1e-4  # of the values about a grid: cut off
_RIDGES = (0.003, 0.01, 0.03, 0.1, 0.3)  # of the features' mean variance
_MOST = 0.06  # of half the crop: a landmark that lacks more is likely a wrong label
_LEAST_ERROR = 0.008  # of half the crop: below it a face's error gives it no more weight
# As a face is read for good, and as sharp as a shopper's photo.
_MIX = Mix(faces=1.0, untouched=1.0, close=1.0, covered=0.1, turned=0.15)


def fit_readout(
    weights: Path,
    data: Path,
    out: Path,
    cache: Path | None = None,
    packs: int = 720,
    rank: int = 112,
    seed: int = 21,
    threads: int = 1,
    views: Path | None = None,
) -> Path:
    """Put trained weights into whole numbers, add a readout to them, and return the file.

    Grids and a readout that the weights have are replaced.

    Args:
        weights: of the landmark network, as the training writes them.
        data: folder of the FairFace shards, with `faceless-train` beside it.
        out: folder for landmarks.safetensors.
        cache: folder for decoded chips, 2.6 GB; by default `out`/chips.
        packs: of 64 crops of training rows.
        rank: of the map; its weights are 7,600 for each.
        views: folder of turned views to be read among the photos.

    Raises:
        ModelUnusable: the weights are none, or another network's.
        TrainingDataBroken: a data file or a record in it can't be read.
    """
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    cache = cache or out / "chips"
    state = without_grids(read_averaged(weights))
    state = {k: v for k, v in state.items() if not k.startswith("readout.")}
    net = _network(state, weights)
    mirror = read_mirror(data)
    maker = CropMaker(_PACK, mirror, _MIX)
    queue = PackQueue(data, cache, seed, maker, views)
    try:
        held_out = _held_out(maker, data, cache, seed, _HELD_OUT)
        usual = _held_out(CropMaker(_PACK, mirror, USUAL), data, cache, seed, _SPANNING)
        lay_grids(net, [crops for crops, _ in usual + held_out[:_SPANNING]], _BEYOND)
        state |= grids_of(net)
        state |= solved(net, queue.packs(0, packs), packs, held_out, rank)
    finally:
        queue.close()
    path = out / "landmarks.safetensors"
    save_file({name: value.contiguous() for name, value in state.items()}, str(path))
    return path


def _network(state: dict[str, torch.Tensor], path: Path) -> LandmarkNet:
    """Return the network of such weights, in whole numbers whose grids are still to be laid."""
    try:
        net = LandmarkNet(blocks_in(state), whole=True)
        net.load_state_dict(grids_of(net) | state)
    except RuntimeError as error:
        reason = "it holds no landmark network; give the file that `model train landmarks` wrote"
        raise ModelUnusable(file=str(path), reason=reason) from error
    return net


def solved(
    net: LandmarkNet, packs: Iterator[Pack], count: int, held_out: list[Pack], rank: int
) -> dict[str, torch.Tensor]:
    """Return the weights of a readout for a network, which is folded for inference.

    Args:
        packs: `count` of them, to be fitted; held_out: those that choose the ridge.
    """
    fold(net.eval())
    place(net, "cpu").requires_grad_(False)
    sums = Sums()
    for features, lacking in _read(net, packs, count):
        # Distances are to be small, not their squares: a face that errs more weighs less.
        weights = 1 / (_distances(lacking).mean(1) + _LEAST_ERROR)
        sums.add(features, lacking.clamp(-_MOST, _MOST), weights)
    proof = list(_read(net, iter(held_out), len(held_out)))
    through, bias = sums.solve(_best_ridge(sums, proof))
    narrow, wide = reduced(through, sums.covariance, rank)
    return {"readout.0.weight": narrow, "readout.1.weight": wide, "readout.1.bias": bias}


def _read(
    net: LandmarkNet, packs: Iterator[Pack], count: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield features (B, D) and what the landmarks lack, (B, 478 * 3), of some packs each."""
    some: list[tuple[torch.Tensor, torch.Tensor]] = []
    for number, (crops, told) in enumerate(tqdm(packs, "readout", count), 1):
        with torch.inference_mode():
            features = net.body(to_input(crops, torch.device("cpu")))
            said = net.read(features)[0].flatten(1)
        some.append((features.flatten(1), torch.from_numpy(told[:, 1:]) - said))
        if len(some) == _TOGETHER or number == count:
            yield torch.cat([one for one, _ in some]), torch.cat([two for _, two in some])
            some = []


class Sums:
    """The sums of products that least squares need, of features and what is wanted of them."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._squares = self._products = torch.zeros(0)
        self._features = self._wanted = torch.zeros(0)

    def add(self, features: torch.Tensor, wanted: torch.Tensor, weights: torch.Tensor) -> None:
        """Add rows: features (B, D), wanted (B, K), how much each counts (B,)."""
        if not self._weight:
            self._middle = features.mean(0)  # near enough to the mean to keep the sums exact
            depth, width = features.shape[1], wanted.shape[1]
            self._squares, self._products = torch.zeros(depth, depth), torch.zeros(depth, width)
            self._features, self._wanted = torch.zeros(depth), torch.zeros(width)
        features = features - self._middle
        weighted = features * weights[:, None]
        self._squares.addmm_(weighted.T, features)
        self._products.addmm_(weighted.T, wanted)
        self._features += weighted.sum(0)
        self._wanted += weights @ wanted
        self._weight += float(weights.sum())

    @property
    def covariance(self) -> torch.Tensor:
        """The features' covariance, (D, D)."""
        mean = self._features / self._weight
        return self._squares / self._weight - torch.outer(mean, mean)

    def solve(self, ridge: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the best map, (D, K), and its bias, (K,).

        Args:
            ridge: what is added to each feature's variance, over the mean variance.
        """
        mean, wanted = self._features / self._weight, self._wanted / self._weight
        both = self._products / self._weight - torch.outer(mean, wanted)
        spread = self.covariance
        spread.diagonal().add_(ridge * float(spread.diagonal().mean()))
        through = torch.cholesky_solve(both, torch.linalg.cholesky(spread))
        return through, wanted - (mean + self._middle) @ through


def _held_out(maker: CropMaker, data: Path, cache: Path, seed: int, count: int) -> list[Pack]:
    """Return packs of the rows that choose thresholds."""
    sources = open_sources(data, cache, "validation")
    none = np.zeros((0, 4), np.float32)
    return [maker(sources, (seed, number), none) for number in range(count)]


def _best_ridge(sums: Sums, read: list[tuple[torch.Tensor, torch.Tensor]]) -> float:
    """Return the ridge that leaves the least distance in what was not fitted."""
    left = {ridge: _left(*sums.solve(ridge), read) for ridge in _RIDGES}
    without = float(_distances(torch.cat([lacking for _, lacking in read])).mean())
    print({"without": round(without, 5)} | left)
    return min(left, key=left.__getitem__)


def _left(
    through: torch.Tensor, bias: torch.Tensor, read: list[tuple[torch.Tensor, torch.Tensor]]
) -> float:
    rest = torch.cat([lacking - features @ through - bias for features, lacking in read])
    return round(float(_distances(rest).mean()), 5)


def _distances(rest: torch.Tensor) -> torch.Tensor:
    """Return how far each landmark is from where it belongs, (B, 478), of half the crop."""
    return rest.view(-1, LANDMARKS, 3)[..., :2].norm(dim=2)


def reduced(
    through: torch.Tensor, covariance: torch.Tensor, rank: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two matrices, (rank, D) and (K, rank), whose product is nearest to a linear map.

    Nearest in what it says of features so spread, landmarks weighted as in the training.

    Args:
        through: (D, K); covariance: (D, D) of the features.
    """
    weight = loss_weights("cpu").flatten().sqrt()
    weighted = through * weight
    _, main = torch.linalg.eigh(weighted.T @ (covariance @ weighted))
    main = main[:, -rank:]  # eigenvalues ascend
    return (weighted @ main).T, main / weight[:, None]


def main() -> None:
    """Fit from the command line."""
    parser = argparse.ArgumentParser(description="Fit the landmark network's readout.")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--out", type=Path, default=Path("instance/training/readout"))
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--packs", type=int, default=720)
    parser.add_argument("--rank", type=int, default=112)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--views", type=Path, default=None)
    print(fit_readout(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
