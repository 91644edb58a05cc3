"""Find the artwork in a photo of a wall: cut it out of its frame and straighten it, or leave the photo whole."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from .photo import Photo

_WORK_SIDE = 400
_FLAT_SIDE = 300
# A smaller thing on a wall may be a label or a switch; one that leaves less wall is the whole photo anyway.
_LEAST_AREA, _MOST_AREA = 0.12, 0.94

_Quad = npt.NDArray[np.float32]
_Plane = npt.NDArray[np.float32]
_Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Artwork:
    """The artwork as an RGB picture. `found` tells that it was cut from wall and frame; else it is the whole photo."""

    image: Image.Image
    found: bool


def frame(photo: Photo) -> Artwork:
    """The artwork in `photo`; the whole photo wherever that may be right."""
    pixels = np.asarray(photo.image)
    scale = _WORK_SIDE / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    quad = find_quad(small.astype(np.uint8)) if min(small.shape[:2]) >= 60 else None
    if quad is None:
        return Artwork(photo.image, False)
    straight = _straighten(pixels, quad / scale)
    return Artwork(Image.fromarray(_without_frame(straight)), True)


def find_quad(pixels: npt.NDArray[np.uint8]) -> _Quad | None:
    """The corners (4, 2) in x, y of what hangs on the wall in RGB `pixels`, clockwise from the top left; else None."""
    lab = _lab(cv2.GaussianBlur(pixels, (0, 0), 1.2))
    best: tuple[float, _Quad] | None = None
    distance = _distance_from_wall(lab)
    if distance is None:
        return None
    for threshold in (6, 10, 16, 24):
        mask = (distance > threshold).astype(np.uint8)
        quad = _quad_of(mask)
        if quad is None:
            continue
        worth = _edge_contrast(distance, quad)
        if worth > 7 and (best is None or worth > best[0]):
            best = worth, quad
    return best[1] if best else None


def _lab(pixels: npt.ArrayLike) -> _Plane:
    """RGB bytes as CIELAB."""
    return np.asarray(cv2.cvtColor(np.asarray(pixels, np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _distance_from_wall(lab: _Plane) -> _Plane | None:
    """How far each pixel's colour is from the wall's, or None where the photo's border is no wall.

    The wall is a plane of colour through the border: light falls off across it. At least three sides and most of
    the border must lie near that plane.
    """
    height, width = lab.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    ground = np.stack([np.ones_like(rows), rows / height - 0.5, columns / width - 0.5], axis=-1)
    ring = max(3, min(height, width) // 40)
    border = np.ones((height, width), bool)
    border[ring:-ring, ring:-ring] = False
    ground_there, colour_there = ground[border], lab[border]
    near = np.ones(len(colour_there), bool)
    for tolerance in (14.0, 9.0, 7.0):
        fit, *_ = np.linalg.lstsq(ground_there[near], colour_there[near], rcond=None)
        near = np.linalg.norm(colour_there - ground_there @ fit, axis=-1) < tolerance
        if near.mean() < 0.6:
            return None
    distance: _Plane = np.linalg.norm(lab - ground @ fit.astype(np.float32), axis=-1).astype(np.float32)
    sides = (distance[:ring], distance[-ring:], distance[:, :ring], distance[:, -ring:])
    walls = sorted(float((side < 7.0).mean()) for side in sides)
    slope = float(np.abs(fit[1:]).sum(axis=0).max())
    return distance if walls[1] > 0.85 and slope < 45 else None


def _quad_of(mask: _Mask) -> _Quad | None:
    size = max(3, min(mask.shape) // 40) | 1
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    closed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((size, size), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    area = cv2.contourArea(hull)
    if not _LEAST_AREA * mask.size < area < _MOST_AREA * mask.size:
        return None
    length = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.02, 0.03, 0.045, 0.06):
        corners = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(corners) == 4:
            break
    else:
        return None
    quad = _clockwise(corners[:, 0].astype(np.float32))
    filled = np.zeros_like(mask)
    cv2.fillPoly(filled, [quad.astype(np.int32)], 1)
    outline = np.zeros_like(mask)
    cv2.drawContours(outline, [contour], -1, 1, cv2.FILLED)
    overlap = (filled & outline).sum() / max(1, (filled | outline).sum())
    return quad if overlap > 0.95 and _is_upright(quad, mask.shape) else None


def _clockwise(corners: _Quad) -> _Quad:
    centre = corners.mean(axis=0)
    around = corners[np.argsort(np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0]))]
    first = int(np.argmin(around.sum(axis=1)))
    return np.roll(around, -first, axis=0)


def _is_upright(quad: _Quad, shape: tuple[int, ...]) -> bool:
    """Whether `quad` could be a rectangle seen by someone before it: corners near right, sides near level, inside."""
    sides = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 0.2 * lengths.max():
        return False
    directions = sides / lengths[:, None]
    corners = np.abs((directions * np.roll(directions, -1, axis=0)).sum(axis=1))
    tilt = max(abs(directions[0, 1]), abs(directions[2, 1]), abs(directions[1, 0]), abs(directions[3, 0]))
    opposite = max(lengths[0] / lengths[2], lengths[2] / lengths[0], lengths[1] / lengths[3], lengths[3] / lengths[1])
    height, width = shape[:2]
    room = np.stack([quad[:, 0], quad[:, 1], width - 1 - quad[:, 0], height - 1 - quad[:, 1]])
    return bool(corners.max() < 0.42 and tilt < 0.5 and opposite < 1.8 and room.min() > 1)


def _edge_contrast(distance: _Plane, quad: _Quad) -> float:
    """The least of the four sides' steps from wall to frame, in units of CIELAB."""
    centre = quad.mean(axis=0)
    steps = []
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        points = start + (end - start) * np.linspace(0.08, 0.92, 40)[:, None]
        inward = centre - points.mean(axis=0)
        inward = 5 * inward / np.linalg.norm(inward)
        inside, outside = (_sample(distance, points + way) for way in (inward, -inward))
        steps.append(float(np.percentile(inside - outside, 25)))
    return min(steps)


def _sample(plane: _Plane, points: _Plane) -> _Plane:
    columns = np.clip(points[:, 0].round().astype(int), 0, plane.shape[1] - 1)
    rows = np.clip(points[:, 1].round().astype(int), 0, plane.shape[0] - 1)
    sampled: _Plane = plane[rows, columns]
    return sampled


def _straighten(pixels: npt.NDArray[np.uint8], quad: _Quad) -> npt.NDArray[np.uint8]:
    lengths = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    width, height = round(float(lengths[[0, 2]].mean())), round(float(lengths[[1, 3]].mean()))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    return cv2.warpPerspective(pixels, turn, (width, height), flags=cv2.INTER_LINEAR).astype(np.uint8)


def _without_frame(straight: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """`straight` without the frame around it, where one of even width is seen on all four sides."""
    scale = _FLAT_SIDE / min(straight.shape[:2])
    small = cv2.resize(straight, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = _lab(small)
    edges = np.stack([_edges_from(np.rot90(lab, turns)) for turns in range(4)])
    # A frame's sides may differ by a few pixels once it is straightened.
    wide = np.max([np.roll(edges, shift, axis=1) for shift in range(-4, 5)], axis=0)
    together = wide.min(axis=0)
    together[: round(0.025 * _FLAT_SIDE)] = 0
    strong = np.flatnonzero(together > 0.6)
    if not len(strong):
        return straight
    near = int(strong[0]) + 4
    # Along a frame hardly anything changes; in a busy picture something always does.
    if near > 12 and np.median(edges[:, 4 : near - 7], axis=1).max() > 0.3:
        return straight
    margins = []
    for side in edges:
        start = max(0, near - 8)
        margins.append((start + int(np.argmax(side[start : near + 5])) + 2) / scale)
    top, right, bottom, left = (round(each) for each in margins)
    height, width = straight.shape[:2]
    return np.ascontiguousarray(straight[top : height - bottom, left : width - right])


def _edges_from(lab: _Plane) -> _Plane:
    """For each depth from the top edge, up to a fifth, the share of its length along which the colour steps."""
    depth = round(0.2 * _FLAT_SIDE)
    step = np.linalg.norm(lab[2 : depth + 4] - lab[: depth + 2], axis=-1)
    inner = step[:, depth:-depth] if step.shape[1] > 3 * depth else step
    share: _Plane = (inner > 7).mean(axis=1).astype(np.float32)
    return share[:depth]
