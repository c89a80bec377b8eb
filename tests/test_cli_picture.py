"""The README's picture can be drawn again by anyone."""

from io import BytesIO

from PIL import Image

from webapp.cli import picture


def test_a_mannequin_wears_the_frame_over_its_eyes():
    """The portrait with a frame differs from the same one with another, where glasses sit."""
    black = picture.portrait(0, (0.0, 3.0, 0.0), "merten", 0)
    gold = picture.portrait(0, (0.0, 3.0, 0.0), "aurel", 0)

    apart = abs(black.astype(int) - gold).max(2)
    assert apart[150:280].max() > 100
    assert apart[330:].max() == 0


def test_the_command_writes_a_jpeg_of_six_portraits(app, tmp_path, monkeypatch):
    """Three across, two down."""
    monkeypatch.setattr(picture, "CAST", picture.CAST[:1] * 6)
    out = tmp_path / "picture.jpg"

    result = app.test_cli_runner().invoke(args=["demo", "picture", str(out)])

    assert result.exit_code == 0, result.output
    assert Image.open(BytesIO(out.read_bytes())).size == (3 * picture.SIDE, 2 * picture.SIDE)
