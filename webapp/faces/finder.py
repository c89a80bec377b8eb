"""From a photo to the faces in it.

The detector looks at a reduced photo and proposes freely; the landmark network reads an upright
crop of each proposal, and its presence score decides. Where its landmarks lie elsewhere than the
proposal said, it is given a second crop from them. What is a face is then read closer, and in its
mirror image: those landmarks count. torch is imported and the weights are read at the first
photo, not before.
"""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from webapp.faces.crops import (
    CLOSE_MARGIN,
    CROP_MARGIN,
    Photo,
    Pyramid,
    face_frames,
    in_photo,
    upright_crops,
)
from webapp.faces.irises import refine
from webapp.faces.looks import decode_heat, letterbox

if TYPE_CHECKING:
    from webapp.faces.inference import Networks

LOOKS = (128, 192, 384, 576)  # pixels of the photo's longer side, in the order they are tried
# Pixels in a look; of faces this small there may be more than it shows. It is 6 % of the last
# look's side: the least width that faces are sought at.
_SMALL = 36.0
_TINY_PHOTO = 16  # pixels; below this a photo cannot hold a face
_PROPOSALS = 40  # per look
_BATCH = 32  # crops read at once
_SAME = 0.4  # of the larger size: two faces whose centres are closer are one
# Of the face's size, for its place and size, and in radians, for its roll: landmarks no farther
# from the crop they were read in tell where the face is, and are read closely next. The network
# was trained on crops so far off.
_WELL_CROPPED = 0.2


@dataclass(frozen=True)
class Face:
    """A face found in a photo.

    box: x, y, width and height of the landmarks' extent, in pixels of the photo.
    score: 0 to 1, how sure the model is that this is a face.
    landmarks: (478, 3) float32 in the face-mesh topology: x (right) and y (down) in pixels of
        the photo, whole numbers at pixel centres, z in the same unit, negative towards the
        camera, mean zero; 468 and 473 are the iris centres.
    """

    box: tuple[float, float, float, float]
    score: float
    landmarks: np.ndarray


@dataclass
class Candidate:
    """A proposal on its way to being a face: which photo, its frame, and what was read there.

    The detector sees a face in its surroundings, the landmark network sees it closer: they err
    on different things, so the score pools what both say.
    """

    photo: int
    frame: np.ndarray  # (4,) x, y, size, roll in the photo
    proposed: float  # the detector's score
    presence: float  # the landmark network's
    score: float
    landmarks: np.ndarray | None = None
    final: bool = False  # surely a face, and well cropped: its place is known


class FaceFinder:
    """Finds faces with the shipped model, or one of another folder.

    Safe to share between threads; one photo is worked on at a time per call.
    """

    def __init__(self, weights: Path | None = None, threads: int = 1) -> None:
        """Remember where the weights are.

        Args:
            weights: folder with detector and landmarks weights and cards; None for the shipped.
            threads: how many CPU threads torch may use, in the whole process.
        """
        self._weights = weights
        self._threads = threads
        self._networks: Networks | None = None
        self._lock = threading.Lock()

    def find(self, photo: Photo, most: int = 20) -> list[Face]:
        """Return the faces in a photo, largest first.

        Args:
            photo: (H, W, 3) uint8 RGB, or a pyramid of one; upright or turned by up to 45 degrees.
            most: how many faces at most.

        Raises:
            ModelUnusable: the weights can't be used.
            ValueError: the array is no such photo.
        """
        return self.find_many([photo], most)[0]

    def find_many(self, photos: Sequence[Photo], most: int = 20) -> list[list[Face]]:
        """Return the faces in each photo, as `find` does, reading all photos together."""
        pictures = [_pyramid(photo) for photo in photos]
        candidates = self.candidates(pictures)
        networks = self._open()
        sure = [c for c in candidates if c.score >= networks.present]
        found = [_largest([c for c in sure if c.photo == i], most) for i in range(len(photos))]
        _read_closely(networks, pictures, [c for own in found for c in own])
        return [
            sorted((_face(c, pictures[c.photo]) for c in own), key=_size, reverse=True)
            for own in found
        ]

    def candidates(self, photos: Sequence[Photo]) -> list[Candidate]:
        """Return all that may be faces, doubles and doubtful ones included, of all photos."""
        pictures = [_pyramid(photo) for photo in photos]
        networks = self._open()
        first, others = _leaders(self._propose(networks, pictures))
        _read(networks, pictures, first)
        others = [c for c in others if not _settled(c, first)]
        _read(networks, pictures, others)
        candidates = first + others
        for _ in range(networks.passes - 1):
            candidates = [c for c in candidates if c.score >= networks.hopeless]
            _read(networks, pictures, [c for c in candidates if not c.final])
        return [c for c in candidates if c.score >= networks.hopeless]

    def _open(self) -> "Networks":
        with self._lock:
            if self._networks is None:
                from webapp.faces.inference import Networks  # torch takes seconds to import

                self._networks = Networks(self._weights, self._threads)
            return self._networks

    def _propose(self, networks: "Networks", photos: list[Pyramid]) -> list[Candidate]:
        """Return what the detector proposes; a closer look follows where the last left doubt."""
        candidates: list[Candidate] = []
        left = [i for i, photo in enumerate(photos) if min(photo.size) >= _TINY_PHOTO]
        for side in LOOKS:
            if not left:
                break
            looks = [letterbox(photos[i], side) for i in left]
            told = networks.detect([look for look, _ in looks])
            doubtful = []
            for i, (_, scale), output in zip(left, looks, told, strict=True):
                seen = decode_heat(output, networks.proposed, _PROPOSALS)
                candidates += [_candidate(i, row, scale) for row in seen]
                if _leaves_doubt(seen, networks.sure):
                    doubtful.append(i)
            left = doubtful
        return [
            c
            for i in range(len(photos))
            for c in _worth_reading(_distinct(candidates, i), networks)
        ]


def _pyramid(photo: Photo) -> Pyramid:
    return photo if isinstance(photo, Pyramid) else Pyramid(_as_rgb(photo))


def _as_rgb(photo: np.ndarray) -> np.ndarray:
    """Return a photo as (H, W, 3); grey ones are repeated, an alpha channel is dropped."""
    if photo.dtype != np.uint8 or photo.ndim not in (2, 3):
        raise ValueError(f"a photo is (H, W, 3) uint8, not {photo.shape} {photo.dtype}")
    if photo.ndim == 2:
        photo = photo[..., None]
    if photo.shape[2] == 1:
        return np.repeat(photo, 3, axis=2)
    if photo.shape[2] not in (3, 4):
        raise ValueError(f"a photo has 3 channels, not {photo.shape[2]}")
    return np.ascontiguousarray(photo[..., :3])


def _candidate(photo: int, row: np.ndarray, scale: float) -> Candidate:
    """Return a proposal in the photo's pixels; row: x, y, size, roll, score in the look's."""
    x, y, size, roll, score = (float(v) for v in row)
    frame = np.array([(x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5, size / scale, roll])
    return Candidate(photo, frame, score, score, score)


def _leaves_doubt(seen: np.ndarray, sure: float) -> bool:
    """Tell whether a look found nothing sure, or faces so small that it may have missed some."""
    certain = seen[seen[:, 4] >= sure]
    return len(certain) == 0 or bool(certain[:, 2].min() < _SMALL)


def _distinct(candidates: list[Candidate], photo: int) -> list[Candidate]:
    """Return a photo's proposals without those that a surer one of like size makes needless."""
    own = sorted((c for c in candidates if c.photo == photo), key=lambda c: -c.score)
    kept: list[Candidate] = []
    for candidate in own:
        if not any(_near(candidate.frame, other.frame, 0.2, 1.35) for other in kept):
            kept.append(candidate)
    return kept


def _worth_reading(own: list[Candidate], networks: "Networks") -> list[Candidate]:
    """Return a photo's proposals without the faint ones, if another is sure.

    Of the 86 faces found in 45 portraits and group photos none was proposed so faintly, and
    reading a needless crop costs a fifth of a portrait's time.
    """
    if any(candidate.proposed >= networks.sure for candidate in own):
        return [candidate for candidate in own if candidate.proposed >= networks.faint]
    return own


def _leaders(candidates: list[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Return the surest proposals of each place, and the others, which may be doubles of them."""
    leaders: list[Candidate] = []
    others: list[Candidate] = []
    for candidate in candidates:
        (others if _doubles(candidate, leaders) else leaders).append(candidate)
    return leaders, others


def _settled(candidate: Candidate, leaders: list[Candidate]) -> bool:
    """Tell whether a proposal need not be read, as there is a face for sure where it lies."""
    return _doubles(candidate, [leader for leader in leaders if leader.final])


def _doubles(candidate: Candidate, others: list[Candidate]) -> bool:
    """Tell whether a candidate is the same face as one of the others."""
    return any(
        other.photo == candidate.photo and _near(candidate.frame, other.frame, _SAME, np.inf)
        for other in others
    )


def _without_doubles(candidates: list[Candidate]) -> list[Candidate]:
    """Return one candidate per face: the one whose presence is highest."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: -c.score):
        if not _doubles(candidate, kept):
            kept.append(candidate)
    return kept


def _near(one: np.ndarray, other: np.ndarray, share: float, ratio: float) -> bool:
    larger, smaller = max(one[2], other[2]), min(one[2], other[2])
    apart = float(np.hypot(one[0] - other[0], one[1] - other[1]))
    return apart < share * larger and larger < ratio * smaller


def _largest(candidates: list[Candidate], most: int) -> list[Candidate]:
    """Return one candidate per face of a photo, the largest faces' alone."""
    return sorted(_without_doubles(candidates), key=lambda c: -c.frame[2])[:most]


def _read(networks: "Networks", photos: list[Pyramid], candidates: list[Candidate]) -> None:
    """Read the landmarks and the presence of each candidate and move its frame to them."""
    for some in _batches(candidates):
        crops, matrices = _crops(photos, some)
        shapes, presence = networks.read(crops)
        for candidate, matrix, shape, score in zip(some, matrices, shapes, presence, strict=True):
            candidate.landmarks = in_photo(shape, matrix)
            candidate.presence = float(score)
            candidate.score = networks.pool(candidate.proposed, candidate.presence)
            frame = face_frames(candidate.landmarks[None])[0]
            sure = candidate.score >= networks.present
            candidate.final = sure and _well_cropped(candidate.frame, frame)
            candidate.frame = frame


def _read_closely(networks: "Networks", photos: list[Pyramid], candidates: list[Candidate]) -> None:
    """Read each face for good: in a closer crop, made from its landmarks, and in its mirror image.

    What it was found by depended on where the detector took it to be; this hardly does.
    """
    for some in _batches(candidates):
        crops, matrices = _crops(photos, some, CLOSE_MARGIN)
        shapes = networks.read_twice(crops)
        for candidate, matrix, shape in zip(some, matrices, shapes, strict=True):
            candidate.landmarks = in_photo(shape, matrix)


def _batches(candidates: list[Candidate]) -> Iterator[list[Candidate]]:
    for start in range(0, len(candidates), _BATCH):
        yield candidates[start : start + _BATCH]


def _crops(
    photos: list[Pyramid], candidates: list[Candidate], margin: float = CROP_MARGIN
) -> tuple[np.ndarray, list[np.ndarray]]:
    own = [photos[candidate.photo] for candidate in candidates]
    return upright_crops(own, [candidate.frame for candidate in candidates], margin)


def _well_cropped(cropped: np.ndarray, read: np.ndarray) -> bool:
    """Tell whether a face lies where its crop had it: centred, as large, its eyes level."""
    apart = np.hypot(read[0] - cropped[0], read[1] - cropped[1]) / read[2]
    larger = abs(math.log(read[2] / cropped[2]))
    turned = abs(math.remainder(read[3] - cropped[3], math.tau))
    return bool(max(apart, larger, turned) <= _WELL_CROPPED)


def _face(candidate: Candidate, photo: Pyramid) -> Face:
    """Return a candidate as a face, its irises sought in the photo at its full resolution."""
    landmarks = _landmarks_of(candidate)
    low = landmarks[:, :2].min(0)
    size = landmarks[:, :2].max(0) - low
    box = float(low[0]), float(low[1]), float(size[0]), float(size[1])
    return Face(box, candidate.score, refine(photo, landmarks))


def _landmarks_of(candidate: Candidate) -> np.ndarray:
    """Return a candidate's landmarks, which are read by now."""
    if candidate.landmarks is None:
        raise RuntimeError("a candidate was kept whose landmarks were never read")
    return candidate.landmarks


def _size(face: Face) -> float:
    return max(face.box[2:])
