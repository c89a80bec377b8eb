"""What the face model learns from: frames, targets, scenes, and broken data."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from webapp.errors import TrainingDataBroken
from webapp.faces.conventions import LANDMARKS
from webapp.faces.crops import CLOSE_MARGIN, apply, crop_matrix, face_frames, warp_crop
from webapp.faces.looks import decode_heat, letterbox
from webapp.faces.networks import LandmarkNet, blocks_in, deepened
from webapp.faces.training.balance import by_turn, shares
from webapp.faces.training.chips import (
    CHIP_SIDES,
    Chips,
    Sources,
    load_chips,
    load_pictures,
    raised,
)
from webapp.faces.training.landmarks import Run, read_start
from webapp.faces.training.samples import Mix, choose_row, make_sample
from webapp.faces.training.scenes import SIDE, compose
from webapp.faces.training.targets import detector_targets

EYE_CORNERS = {33: (-40, -20), 133: (-20, -20), 362: (20, -20), 263: (40, -20)}


def drawn_landmarks(roll=0.0, size=120.0, centre=(80.0, 80.0)):
    """Return (478, 3) landmarks on an ellipse, with eye corners, turned clockwise by `roll`."""
    around = np.linspace(0, 2 * np.pi, LANDMARKS, endpoint=False)
    points = np.stack([48 * np.cos(around), 60 * np.sin(around)], axis=1)
    for index, place in EYE_CORNERS.items():
        points[index] = place
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    points = points @ turn.T * (size / 120) + centre
    return np.column_stack([points, np.zeros(LANDMARKS)])


@pytest.fixture(scope="module")
def sources():
    """Six drawn chips and two drawn pictures, in the place of the photos."""
    rng = np.random.default_rng(3)
    landmarks = np.stack([drawn_landmarks(0.05 * k, 130) for k in range(6)]).astype(np.float32)
    full = rng.integers(0, 256, (6, 160, 160, 3)).astype(np.uint8)
    photos = tuple(
        np.stack([cv2.resize(chip, (side, side), interpolation=cv2.INTER_AREA) for chip in full])
        for side in CHIP_SIDES
    )
    chips = Chips(photos, landmarks, face_frames(landmarks).astype(np.float32), {})
    pictures = [rng.integers(0, 256, (200, 300, 3)).astype(np.uint8) for _ in range(2)]
    return Sources(chips, np.arange(6), pictures, np.ones(6))


@pytest.mark.parametrize("degrees", [-40, 0, 25])
def test_a_frame_follows_the_head_round(degrees):
    """Centre, size and roll of a face are the same however the head is turned in the picture."""
    frame = face_frames(drawn_landmarks(np.radians(degrees), 90, (50, 70))[None])[0]

    np.testing.assert_allclose(frame, [50, 70, 90, np.radians(degrees)], atol=0.05)


def test_the_crop_stands_upright_around_the_face():
    """In the crop the face's centre is the middle, its eyes level and its size 1/1.25 of it."""
    landmarks = drawn_landmarks(0.5, 90, (50, 70))
    matrix = crop_matrix(face_frames(landmarks[None])[0], 128)

    inside = drawn_landmarks()
    inside[:, :2] = apply(matrix, landmarks[:, :2])

    x, y, size, roll = face_frames(inside[None])[0]
    np.testing.assert_allclose([x, y, size], [63.5, 63.5, 128 / 1.25], atol=0.1)
    assert abs(roll) < 1e-6


def test_a_large_photo_is_averaged_not_sampled():
    """A fine checkerboard, reduced thirtyfold, turns grey instead of into a false pattern."""
    board = np.indices((1920, 1920)).sum(0) % 2 * 255
    photo = np.repeat(board.astype(np.uint8)[..., None], 3, axis=2)

    crop = warp_crop(photo, crop_matrix(np.array([960, 960, 1500, 0.3]), 64), 64)

    assert abs(crop[8:-8, 8:-8].astype(float) - 127.5).max() < 12


def test_reduction_keeps_places():
    """A dot's place in a crop is the one the matrix says, also after averaging."""
    photo = np.zeros((1200, 1600, 3), np.uint8)
    cv2.circle(photo, (700, 500), 25, (255, 255, 255), -1)
    matrix = crop_matrix(np.array([760.0, 560.0, 800.0, 0.2]), 128)

    crop = warp_crop(photo, matrix, 128)[..., 0].astype(float)

    rows, columns = np.mgrid[:128, :128]
    found = np.array([(columns * crop).sum(), (rows * crop).sum()]) / crop.sum()
    np.testing.assert_allclose(found, apply(matrix, np.array([700.0, 500.0])), atol=0.15)


def test_what_is_taught_is_what_is_read():
    """A detector that says exactly what it is taught proposes exactly the faces that are there."""
    faces = np.array([[40, 50, 30, 0.3, 1], [120.5, 90.2, 80, -0.6, 1], [170, 20, 12, 0, 1]])
    maps = detector_targets(faces, 24)
    heat = np.clip(maps[0], 1e-4, 1 - 1e-4)
    told = np.concatenate([np.log(heat / (1 - heat))[None], maps[2:7]])

    read = decode_heat(told, least=0.5, most=10)

    read = read[np.argsort(read[:, 0])]
    np.testing.assert_allclose(read[:, :4], faces[np.argsort(faces[:, 0]), :4], atol=1e-3)


def test_a_face_of_no_weight_is_neither_taught_nor_punished():
    """Where a doubtful face lies, the heat map has no loss."""
    maps = detector_targets(np.array([[96, 96, 40, 0, 0.0]]), 24)

    assert maps[0].max() == 0
    assert maps[1].min() == 0
    assert maps[1, 0, 0] == 1


def test_the_same_seed_composes_the_same_scene(sources):
    """Scenes are a function of their seed, and differ between seeds."""
    one, again, other = (compose(sources, np.random.default_rng(k))[0] for k in (11, 11, 12))

    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_every_taught_face_is_in_its_scene(sources):
    """Over many scenes of every kind, taught faces are large enough and centred inside."""
    seen = 0
    for seed in range(60):
        image, faces = compose(sources, np.random.default_rng(seed))
        taught = faces[faces[:, 4] > 0]
        seen += len(taught)
        assert image.shape == (SIDE, SIDE, 3)
        assert image.dtype == np.uint8
        assert ((taught[:, :2] > 0) & (taught[:, :2] < SIDE)).all()
        assert (taught[:, 2] >= 9).all()
    assert seen > 30


def test_a_training_crops_faces_as_closely_as_it_is_told(sources):
    """As closely as the finder reads what it has found."""
    mirror = np.arange(LANDMARKS)
    none = np.zeros((0, 4), np.float32)

    def sizes(**how):
        mix = Mix(faces=1.0, untouched=1.0, **how)
        told = [
            make_sample(sources, np.random.default_rng(seed), mirror, none, mix)[1]
            for seed in range(40)
        ]
        return np.array([np.ptp(own[:, :2], axis=0).max() for own in told])

    wide, narrow, found = sizes(margin=1.25), sizes(margin=1.0), sizes(close=1.0)

    np.testing.assert_allclose(narrow / wide, 1.25, rtol=1e-4)
    assert np.median(wide) == pytest.approx(2 / 1.25, rel=0.05)  # crops are 2 wide
    assert np.median(found) == pytest.approx(2 / CLOSE_MARGIN, rel=0.03)
    assert np.std(found) < 0.6 * np.std(wide)  # what was found is hardly misjudged


def test_letterbox_keeps_the_shape_of_a_photo():
    """A look has sides of multiples of 32; the photo fills its upper left, the rest is grey."""
    look, scale = letterbox(np.full((300, 600, 3), 10, np.uint8), 192)

    assert look.shape == (96, 192, 3)
    assert scale == pytest.approx(0.32)
    assert (look[:96] == 10).all()


def test_a_broken_shard_names_the_file_and_the_record(tmp_path):
    """A record that is no picture stops the training with its place."""
    good = cv2.imencode(".jpg", np.zeros((160, 160, 3), np.uint8))[1]
    marks = (np.stack([drawn_landmarks()] * 2) * 32).astype(np.int16)
    for number in range(4):
        second = np.zeros(50, np.uint8) if number == 2 else good
        np.savez(
            tmp_path / f"fairface-{number}.npz",
            jpeg=np.concatenate([good, second]),
            offset=np.array([0, len(good), len(good) + len(second)]),
            landmarks_x32=marks,
        )

    with pytest.raises(TrainingDataBroken) as caught:
        load_chips(tmp_path, tmp_path / "cache")

    assert caught.value.params["file"].endswith("fairface-2.npz")
    assert caught.value.params["record"] == 1


def test_labels_are_raised_by_half_a_pixel():
    """The teacher's places are from pixels' edges; to the sides mirror images make up for it."""
    labels = (np.stack([drawn_landmarks()] * 2) * 32).astype(np.int16)

    moved = raised(labels) - labels / 32

    np.testing.assert_allclose(moved, np.broadcast_to([0, -0.5, 0], moved.shape), atol=1e-3)


def test_a_deepened_network_begins_by_saying_the_same():
    """Training goes on from a smaller network without losing what that one had learnt."""
    torch.manual_seed(1)
    small = LandmarkNet((1, 2, 2, 2))
    large = LandmarkNet((1, 2, 3, 4))
    lacking, _ = large.load_state_dict(deepened(small.state_dict(), (1, 2, 3, 4)), strict=False)
    crops = torch.randn(2, 3, 128, 128)

    with torch.inference_mode():
        for one, other in zip(small.eval()(crops), large.eval()(crops), strict=True):
            torch.testing.assert_close(one, other)
    assert lacking
    assert all(name.startswith("body.") for name in lacking)
    assert blocks_in(large.state_dict()) == (1, 2, 3, 4)


def test_turned_heads_are_shown_more_often(sources):
    """They are few among the photos and the hardest to read."""
    landmarks = np.zeros((2, LANDMARKS, 3), np.float32)
    landmarks[:, 454] = (100, 0, 0), (70, 0, 70)  # one looks ahead, the other away by 45 degrees
    turned = replace(sources, rows=np.arange(2), shares=by_turn(landmarks))
    rng = np.random.default_rng(4)

    shown = np.bincount([choose_row(turned, rng) for _ in range(300)])

    assert shown[1] > 1.5 * shown[0] > 0


def test_faces_of_groups_that_are_read_worse_are_shown_more_often(tmp_path):
    """Who agreed least with the teacher gets more of the training, whatever the shard."""
    for number in range(4):
        race = np.array(["Indian", "Middle Eastern" if number == 2 else "Indian"])
        np.savez(tmp_path / f"fairface-{number}.npz", race=race, age=np.array(["20-29"] * 2))

    often = shares(tmp_path, np.ones((8, LANDMARKS, 3), np.float32))

    assert often.max() == 1
    assert set(np.flatnonzero(often == 1)) == {5}
    assert np.all(np.delete(often, 5) > 0.3)


def test_a_folder_without_pictures_is_an_error(tmp_path):
    """No negatives is a mistake of the set-up, not an empty list."""
    with pytest.raises(TrainingDataBroken):
        load_pictures(tmp_path)


def test_the_first_experiments_weights_can_be_begun_with(tmp_path):
    """Its last convolution stood in the body; everything else keeps its name."""
    ours = LandmarkNet().state_dict()
    theirs = {
        name.replace("squeeze.0.", "body.10.").replace("squeeze.1.", "body.11."): tensor
        for name, tensor in ours.items()
        if not name.startswith("presence.")
    }
    save_file(theirs, str(tmp_path / "experiment.safetensors"))
    save_file(ours, str(tmp_path / "ours.safetensors"))

    begun = read_start(tmp_path / "experiment.safetensors")

    assert set(begun) == {name for name in ours if not name.startswith("presence.")}
    assert torch.equal(begun["squeeze.0.weight"], ours["squeeze.0.weight"])
    assert set(read_start(tmp_path / "ours.safetensors")) == set(ours)


def test_a_training_of_the_late_stages_leaves_the_early_ones_alone(tmp_path):
    """A step costs a third less then; what is held still is still part of the weights written."""
    run = Run(tmp_path, 10, 1e-3, None, presence_only=False, late_only=True)
    before = {name: value.clone() for name, value in run.net.state_dict().items()}
    rng = np.random.default_rng(3)
    crops = rng.integers(0, 256, (4, 128, 128, 3), np.uint8)
    told = np.ones((4, 1 + 478 * 3), np.float32)

    for _ in range(2):
        run.learn(crops, told)
    run.keep()

    held = [f"body.{layer}." for layer in range(run.net.stage_starts[2])]
    changed = {
        name for name, value in run.net.state_dict().items() if (value != before[name]).any()
    }
    assert not [name for name in changed if name.startswith(tuple(held))]
    assert [name for name in changed if name.startswith("body.")]
    assert load_file(str(run.weights)).keys() == before.keys()
