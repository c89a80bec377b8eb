"""The same batch on Ray Data, and photos in an S3-compatible store."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.ctx import AppContext
from PIL import Image

from tests.processes import command_of, needs_proc
from tests.s3 import s3
from tests.test_batch_run import fill
from webapp.errors import FileUnreadable, OutputUnwritable
from webapp.faces.cards import SHIPPED
from webapp.faces.finder import FaceFinder
from webapp.faces.versions import ActiveFinder
from webapp.jobs.on_ray import Actor, Driver
from webapp.shop import batch_folders, batches, sight
from webapp.shop.batch_orders import rules
from webapp.shop.batch_parts import Part
from webapp.shop.batch_views import BatchView
from webapp.shop.batch_work import Worker
from webapp.storage.places import Bucket

COUNT = 40
LANDMARKS_PX = 0.02
LEVELS = 2


@pytest.fixture
def photos(tmp_path: Path, portrait: bytes) -> Path:
    """A folder of good photos, and two that will not do."""
    folder = tmp_path / "photos"
    folder.mkdir()
    fill(folder, portrait, COUNT)
    Image.new("RGB", (300, 200), (90, 120, 60)).save(folder / "nobody.jpg")
    (folder / "text.jpg").write_bytes(b"no picture")
    return folder


@pytest.fixture
def seeing(app: Flask, stock: Path, shop: AppContext) -> None:
    """A shop with two frames that sees with the shipped model."""
    shutil.copytree(stock, app.instance_path, dirs_exist_ok=True)
    finder = ActiveFinder(Path(app.instance_path))
    sight.use(sight.Sight(finder, slots=2, wait_seconds=60, kept=8, minutes=5))


def builtin(photos: Path, target: Path) -> BatchView:
    view = batch_folders.begin(["ada", "bea"], source=str(photos), target=str(target))
    while Worker("w", view.token).step():
        pass
    return batches.get(view.token, batches.COMMAND)


def told(view: BatchView) -> list[tuple[Any, ...]]:
    """What came of each item, without what may differ."""
    return [
        (one["photo"], one["frame"], one["state"], one.get("reason"), one.get("file"))
        for one in batch_folders.manifest(view.token)
    ]


def actors() -> list[int]:
    """The processes in which Ray's actors run."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if "ray::MapWorker" in command_of(pid)]


class TestOnRay:
    """Skipped where Ray is not installed."""

    pytestmark = [needs_proc, pytest.mark.filterwarnings("default")]

    @pytest.fixture(autouse=True)
    def _ray(self, seeing: None, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("ray", reason="ray is not installed (requirements-ray.txt)")
        monkeypatch.delenv("RAY_ADDRESS", raising=False)

    def test_it_does_the_same_even_if_an_actor_is_killed(self, photos: Path, tmp_path: Path):
        here = builtin(photos, tmp_path / "here")
        view = batch_folders.begin(["ada", "bea"], source=str(photos), target=str(tmp_path / "ray"))

        killed: list[int] = []
        for _ in Driver(view.token, "ray", 2).run():
            if not killed:
                killed = actors()[:1]
                os.kill(killed[0], signal.SIGKILL)

        there = batches.get(view.token, batches.COMMAND)
        assert killed
        assert (there.state, there.done, there.failed) == ("done", 2 * COUNT, 4)
        assert told(there) == told(here)
        for _, _, _, _, file in told(here):
            if file:
                one, other = (
                    np.asarray(Image.open(tmp_path / place / file), np.int16)
                    for place in ("here", "ray")
                )
                assert np.abs(one - other).max() <= LEVELS

    def test_its_actors_see_the_same_landmarks(self, photos: Path, app: Flask):
        """Compared in memory: they are told to nobody else."""
        import ray

        part = Part(str(photos), str(photos), (), (), rules(None), SHIPPED)
        pictures = [np.asarray(Image.open(photos / f"me-{number:03d}.jpg")) for number in range(8)]
        ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
        try:
            actor: Any = ray.remote(Seeing).remote([ray.put(part)])
            there = ray.get(actor.landmarks.remote(pictures))
        finally:
            ray.shutdown()

        here = [found[0].landmarks for found in FaceFinder().find_many(pictures)]
        np.testing.assert_allclose(there, here, atol=LANDMARKS_PX)


class Seeing(Actor):
    """An actor that tells what it sees."""

    def landmarks(self, pictures: list[np.ndarray]) -> list[np.ndarray]:
        found = self.hand.dresser.finder.find_many(pictures)
        return [faces[0].landmarks for faces in found]


class TestInABucket:
    """Skipped where obstore is not installed."""

    @pytest.fixture(autouse=True)
    def bucket(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        pytest.importorskip("obstore", reason="obstore is not installed (requirements-ray.txt)")
        with s3(tmp_path) as environ:
            for name, value in environ.items():
                monkeypatch.setenv(name, value)
            yield tmp_path

    def test_photos_come_from_a_bucket_and_results_go_to_one(
        self, bucket: Path, photos: Path, seeing: None
    ):
        view = batch_folders.begin(["ada"], source="s3://photos", target="s3://worn/tonight")
        while Worker("w", view.token).step():
            pass

        view = batches.get(view.token, batches.COMMAND)
        assert (view.state, view.done, view.failed) == ("done", COUNT, 2)
        written = {path.name for path in (bucket / "worn" / "tonight").iterdir()}
        assert written == {f"me-{number:03d}--ada-black.jpg" for number in range(COUNT)}

    def test_what_is_not_there_is_told(self, bucket: Path):
        with pytest.raises(FileUnreadable):
            Bucket("s3://photos").read("nothing.jpg")
        assert not Bucket("s3://photos").has("nothing.jpg")

    def test_a_child_that_was_forked_makes_a_connection_of_its_own(self, bucket: Path):
        store = Bucket("s3://photos")
        store.write([("a.jpg", b"x")])
        store._process = -1  # as a child finds it

        assert store.read("a.jpg") == b"x"
        assert store._process == os.getpid()

    def test_a_bucket_that_is_gone_is_told(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(OutputUnwritable):
            Bucket("s3://photos", tries=0).write([("a.jpg", b"x")])
