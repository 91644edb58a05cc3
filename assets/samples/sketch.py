"""A rough picture to be painted over: washes, shapes and lights, in coordinates from 0 to 1."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
Points = Sequence[tuple[float, float]]


def rgb(colour: str) -> Plane:
    """ "e8862a" as three floats from 0 to 1."""
    return np.array(list(bytes.fromhex(colour)), np.float32) / 255


class Sketch:
    """`picture` is (height, width, 3), RGB, 0 to 1; every method draws on it."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.rng = np.random.default_rng(seed)
        self.picture = np.zeros((height, width, 3), np.float32)
        self.rows, self.columns = (each.astype(np.float32) for each in np.mgrid[0:height, 0:width])
        self.y, self.x = self.rows / height, self.columns / width
        self.flow: Plane | None = None

    def noise(self, across: float, down: float) -> Plane:
        """Soft cloudy noise, about -1 to 1, whose lumps are `across` wide and `down` high."""
        total = np.zeros((self.height, self.width), np.float32)
        for octave in range(4):
            size = (max(2, int(2**octave / across)), max(2, int(2**octave / down)))
            lumps = self.rng.normal(0, 1, (size[1] + 1, size[0] + 1)).astype(np.float32)
            total += cv2.resize(lumps, (self.width, self.height), interpolation=cv2.INTER_CUBIC) / 2**octave
        return total / 1.6

    def down(self, *stops: tuple[float, str]) -> None:
        """A wash from top to bottom through the colours at heights `stops`."""
        self.picture[:] = self.gradient(*stops)

    def gradient(self, *stops: tuple[float, str]) -> Plane:
        heights = [height for height, _ in stops]
        colours = np.array([rgb(colour) for _, colour in stops])
        return np.stack([np.interp(self.y, heights, colours[:, channel]) for channel in range(3)], -1).astype(
            np.float32
        )

    def wash(self, mask: Plane, colour: str | Plane) -> None:
        """Lay `colour` over the picture as thickly as `mask` (0 to 1) says."""
        tint = rgb(colour) if isinstance(colour, str) else colour
        cover = np.clip(mask, 0, 1)[..., None]
        self.picture[:] = self.picture * (1 - cover) + tint * cover

    def _pixels(self, points: Points) -> npt.NDArray[np.int32]:
        return (np.array(points, np.float64) * [self.width, self.height] * 16).astype(np.int32)

    def shape(self, points: Points) -> Plane:
        mask = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(mask, [self._pixels(points)], 255, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def oval(self, x: float, y: float, across: float, high: float, turn: float = 0) -> Plane:
        """An ellipse around (x, y), `across` and `high` from its middle, both in parts of the width."""
        mask = np.zeros((self.height, self.width), np.uint8)
        centre = (int(x * self.width * 16), int(y * self.height * 16))
        axes = (int(across * self.width * 16), int(high * self.width * 16))
        cv2.ellipse(mask, centre, axes, turn, 0, 360, 255, -1, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def poly(self, points: Points, colour: str, to: str | None = None, soft: float = 1, thick: float = 1) -> None:
        """A filled shape, from `colour` at its top `to` another at its foot."""
        heights = [y for _, y in points]
        tint = self.gradient((min(heights), colour), (max(heights) + 1e-4, to)) if to else rgb(colour)
        pixels = self._pixels(points)
        self._lay(
            lambda mask, corner: cv2.fillPoly(mask, [pixels - corner], 255, cv2.LINE_AA, 4),
            pixels,
            2,
            soft,
            tint,
            thick,
        )

    def blob(
        self,
        x: float,
        y: float,
        across: float,
        high: float,
        colour: str,
        turn: float = 0,
        soft: float = 1,
        thick: float = 1,
    ) -> None:
        """A filled ellipse, measured as `oval` measures."""
        centre = self._pixels([(x, y)])[0]
        axes = (int(across * self.width * 16), int(high * self.width * 16))
        reach = np.array([centre - max(axes), centre + max(axes)])
        self._lay(
            lambda mask, corner: cv2.ellipse(
                mask, (centre - corner).tolist(), axes, turn, 0, 360, 255, -1, cv2.LINE_AA, 4
            ),
            reach,
            2,
            soft,
            rgb(colour),
            thick,
        )

    def _lay(
        self,
        draw: Callable[[npt.NDArray[np.uint8], npt.NDArray[np.int32]], object],
        pixels: npt.NDArray[np.int32],
        margin: float,
        soft: float,
        tint: Plane,
        thick: float,
    ) -> None:
        """Lay `tint` where `draw` fills a mask, touching only the picture around `pixels` (sixteenths)."""
        margin = int(margin + 3 * soft + 2)
        left, top = np.clip(pixels.min(axis=0) // 16 - margin, 0, [self.width - 1, self.height - 1])
        right, foot = np.clip(pixels.max(axis=0) // 16 + margin, 0, [self.width, self.height])
        if right <= left or foot <= top:
            return
        mask = np.zeros((foot - top, right - left), np.uint8)
        draw(mask, np.array([left * 16, top * 16], np.int32))
        cover = soften(mask.astype(np.float32) / 255, soft)[..., None] * thick
        part = self.picture[top:foot, left:right]
        part[:] = part * (1 - cover) + (tint[top:foot, left:right] if tint.ndim == 3 else tint) * cover

    def ball(self, x: float, y: float, radius: float, colour: str, light: str, dark: str, squash: float = 1) -> None:
        """A round thing lit from the upper left."""
        body = soften(self.oval(x, y, radius, radius * squash), 1)
        self.wash(body, colour)
        self.wash(
            body
            * soften(self.oval(x + radius * 0.45, y + radius * 0.75, radius * 0.95, radius * squash), radius * 160),
            dark,
        )
        self.wash(
            body * soften(self.oval(x - radius * 0.3, y - radius * 0.45, radius * 0.5, radius * 0.42), radius * 130),
            light,
        )

    def line(self, points: Points, colour: str, wide: float, soft: float = 0.6, thick: float = 1) -> None:
        """A line through `points`, `wide` pixels wide."""
        pixels, wide = self._pixels(points), max(1, round(wide))
        self._lay(
            lambda mask, corner: cv2.polylines(mask, [pixels - corner], False, 255, int(wide), cv2.LINE_AA, 4),
            pixels,
            wide / 2 + 1,
            soft,
            rgb(colour),
            thick,
        )

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 1) -> None:
        """Light that spreads from (x, y), brightening what it falls on."""
        far = ((self.x - x) ** 2 + ((self.y - y) * self.height / self.width) ** 2) / radius**2
        self.picture[:] += (np.exp(-far) * strength)[..., None] * rgb(colour)
        np.clip(self.picture, 0, 1, out=self.picture)

    def mottle(
        self, mask: Plane, colour: str, across: float, down: float, above: float = 0.2, thick: float = 0.8
    ) -> None:
        """Patches of `colour` inside `mask`."""
        self.wash(mask * np.clip((self.noise(across, down) - above) * 3, 0, 1) * thick, colour)

    def water(self, top: float, bright: str, dark: str, rough: float = 1) -> None:
        """Ripples from the height `top` to the foot, longer and higher the nearer they are."""
        for depth in np.linspace(0, 1, 90) ** 1.6:
            y = top + 0.006 + depth * (1 - top)
            for _ in range(int(14 * (1 - depth * 0.6))):
                x, long = self.rng.random(), (0.015 + 0.06 * depth) * self.rng.uniform(0.5, 1.6)
                tint = bright if self.rng.random() < 0.5 else dark
                lift = (0.002 + 0.012 * depth) * rough
                self.line(
                    [(x - long, y), (x - long / 3, y - lift), (x + long / 3, y - lift * 0.6), (x + long, y)],
                    tint,
                    1 + 4 * depth,
                    1 + depth,
                    0.3,
                )


def soften(mask: Plane, soft: float) -> Plane:
    return cv2.GaussianBlur(mask, (0, 0), soft).astype(np.float32) if soft > 0.05 else mask
