"""What is inside a sheet of acetate: plain dye, tortoise blotches, fades, horn streaks."""

import cv2
import numpy as np

from webapp.drawn.fields import Field, Grid, smoothstep
from webapp.drawn.studio import swatch


def noise(
    grid: Grid, cell: tuple[float, float], rng: np.random.Generator, octaves: int = 1
) -> Field:
    """Return smooth noise, mean 0 and deviation about 1, its lumps `cell` (x, y) mm large."""
    total = np.zeros((grid.height, grid.width), np.float32)
    for octave in range(octaves):
        step = [max(size * grid.scale / 2**octave, 2.0) for size in cell]
        shape = (int(grid.height / step[1]) + 5, int(grid.width / step[0]) + 5)
        rough = rng.standard_normal(shape).astype(np.float32)
        scaling = np.array([[step[0], 0, -2 * step[0]], [0, step[1], -2 * step[1]]], np.float32)
        size = (grid.width, grid.height)
        total += cv2.warpAffine(rough, scaling, size, flags=cv2.INTER_CUBIC) * 0.5**octave
    return np.asarray(total / 0.62, np.float32)


def warped(field: Field, shift_x: Field, shift_y: Field) -> Field:
    """Return the field pulled about by shifts in pixels, which makes lumps into swirls."""
    rows, columns = field.shape
    x = np.arange(columns, dtype=np.float32)[None, :] + shift_x
    y = np.arange(rows, dtype=np.float32)[:, None] + shift_y
    return np.asarray(
        cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
    )


def blend(under: Field, over: Field, share: Field) -> Field:
    """Return `under` mixed with `over` (RGB, linear) by `share` (H, W)."""
    return np.asarray(under + (over - under) * share[..., None], np.float32)


def plain(grid: Grid, colours: tuple[str, ...], seed: int) -> Field:
    """Return one colour throughout, (H, W, 3) linear."""
    return np.broadcast_to(swatch(colours[0]), (grid.height, grid.width, 3)).astype(np.float32)


def havana(grid: Grid, colours: tuple[str, ...], seed: int) -> Field:
    """Return tortoiseshell: amber with soft deep blotches and crisper dark ones near the face.

    `colours`: bright amber, deep amber, brown, near black.
    """
    rng = np.random.default_rng(seed)
    deep, brown, dark = (swatch(code) for code in colours[1:])
    pull = [noise(grid, (7.0, 5.0), rng, 2) * (1.5 * grid.scale) for _ in range(2)]
    amber = plain(grid, colours, seed)
    amber = blend(amber, deep, smoothstep(-0.9, 1.1, noise(grid, (9.0, 6.0), rng, 2)))
    low = warped(noise(grid, (8.5, 6.0), rng, 3), *pull)
    high = warped(noise(grid, (6.0, 4.2), rng, 3), pull[1], pull[0])
    amber = blend(amber, brown, 0.90 * smoothstep(-0.75, 0.45, low))
    return blend(amber, dark, 0.95 * smoothstep(-0.12, 0.42, high + 0.35 * low))


def horn(grid: Grid, colours: tuple[str, ...], seed: int) -> Field:
    """Return streaks that run along the sheet. `colours`: ground, light streak, dark streak."""
    rng = np.random.default_rng(seed)
    ground, light, dark = (swatch(code) for code in colours)
    pull = noise(grid, (18.0, 9.0), rng, 2) * (1.2 * grid.scale)
    still = np.zeros_like(pull)
    fine = warped(noise(grid, (34.0, 1.3), rng, 3), still, pull)
    broad = warped(noise(grid, (40.0, 3.4), rng, 2), still, pull)
    sheet = np.broadcast_to(ground, (*pull.shape, 3))
    sheet = blend(sheet, light, 0.6 * smoothstep(-0.2, 1.6, fine))
    return blend(sheet, dark, 0.75 * smoothstep(0.1, 1.5, broad - 0.35 * fine))


def fade(grid: Grid, colours: tuple[str, ...], seed: int) -> Field:
    """Return a sheet dyed from the first colour above to the second below."""
    _, y = grid.axes()
    share = np.broadcast_to(smoothstep(-13.0, 9.0, y), (grid.height, grid.width))
    return blend(plain(grid, colours, seed), swatch(colours[1]), np.asarray(share, np.float32))


PATTERNS = {"plain": plain, "havana": havana, "horn": horn, "fade": fade}
