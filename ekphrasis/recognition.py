"""Know: is this artwork one of the museum's own? Only where marks and picture both agree; never a guess.

Marks (SIFT, Lowe 2004, as RootSIFT, Arandjelović and Zisserman 2012) that look alike in photo and work must lie
as one flat picture seen at an angle would put them (a homography by RANSAC), and the work, laid over the photo
by it, must look like what the photo shows there. A work with few marks, a plain canvas, is not known: better unsaid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from .words import say

_SIDE = 400  # px: the longest side of the picture that marks are sought in
_MARKS_OF_PHOTO = 500
_MARKS_OF_WORK = 300
_CLEARLY_NEARER = 0.8
_CANDIDATES = 3
_FEWEST_INLIERS = 14
_INLIER_SHARE = 0.3
_INLIER_DISTANCE = 4.0  # px
_SMALLEST_SHARE = 0.04  # of the photo
_LIKENESS = 0.5  # correlation of brightness, from -1 to 1
_RIVAL = 0.7  # a second work with so many of the first one's inliers makes both uncertain

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What is singular about a picture: `places` (n, 2) in px of `grey`, `looks` (n, 128) unit rows."""

    grey: npt.NDArray[np.uint8]
    places: _Floats
    looks: _Floats


@dataclass(frozen=True, eq=False)
class Work:
    """An artwork that the museum has registered. `image` is straight and without its frame."""

    id: str
    title: str
    artist: str
    description: str
    image: Image.Image

    @cached_property
    def marks(self) -> Marks:
        """Found when first asked for, then kept."""
        return _marks(self.image, _MARKS_OF_WORK)

    @property
    def sentence(self) -> str:
        """What a visitor is told when this work is recognised."""
        if self.artist:
            return say("recognition.known", title=self.title, artist=self.artist)
        return say("recognition.known_by_title", title=self.title)


def recognise(image: Image.Image, works: Sequence[Work]) -> Work | None:
    """The work that `image` (RGB) shows, or None where that is not certain."""
    if not works:
        return None
    photo = _marks(image, _MARKS_OF_PHOTO)
    if len(photo.places) < _FEWEST_INLIERS:
        return None
    paired = [(work, _alike(photo, work.marks)) for work in works]
    paired.sort(key=lambda pair: -len(pair[1]))
    verified = [
        (inliers, work)
        for work, pairs in paired[:_CANDIDATES]
        if (inliers := _verified(photo, work.marks, pairs)) is not None
    ]
    if not verified:
        return None
    verified.sort(key=lambda found: -found[0])
    if len(verified) > 1 and verified[1][0] > _RIVAL * verified[0][0]:
        return None
    return verified[0][1]


def _marks(image: Image.Image, most: int) -> Marks:
    scale = _SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    grey = np.asarray(image.convert("L").resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC))
    found, looks = cv2.SIFT.create(nfeatures=most, contrastThreshold=0.02).detectAndCompute(grey, None)
    if looks is None:
        return Marks(grey, np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    places = np.array([mark.pt for mark in found], np.float32)
    return Marks(grey, places, np.sqrt(looks / np.maximum(looks.sum(1, keepdims=True), 1e-6)))


def _alike(photo: Marks, work: Marks) -> npt.NDArray[np.intp]:
    """Pairs (n, 2) of a photo's mark and a work's that is clearly the nearest to it; no mark of a work twice."""
    if len(work.places) < _FEWEST_INLIERS:
        return np.zeros((0, 2), np.intp)
    nearness = photo.looks @ work.looks.T
    nearest = nearness.argmax(1)
    rows = np.arange(len(nearest))
    best = nearness[rows, nearest]
    nearness[rows, nearest] = -1
    second = nearness.max(1)
    # Of unit rows the squared distance is 2 - 2 * nearness.
    clear = np.flatnonzero(1 - best < _CLEARLY_NEARER**2 * (1 - second))
    clear = clear[np.argsort(-best[clear])]
    _, first = np.unique(nearest[clear], return_index=True)
    return np.stack([clear[first], nearest[clear[first]]], axis=1)


def _verified(photo: Marks, work: Marks, pairs: npt.NDArray[np.intp]) -> int | None:
    """How many pairs agree on where the work lies in the photo, if it lies there."""
    if len(pairs) < _FEWEST_INLIERS:
        return None
    to_photo, agreeing = cv2.findHomography(
        work.places[pairs[:, 1]], photo.places[pairs[:, 0]], cv2.RANSAC, _INLIER_DISTANCE, maxIters=2000
    )
    if to_photo is None:
        return None
    inliers = int(agreeing.sum())
    if inliers < max(_FEWEST_INLIERS, _INLIER_SHARE * len(pairs)):
        return None
    if (
        not _seen_from_the_front(work.grey, photo.grey, to_photo)
        or _likeness(work.grey, photo.grey, to_photo) < _LIKENESS
    ):
        return None
    return inliers


def _seen_from_the_front(work: npt.NDArray[np.uint8], photo: npt.NDArray[np.uint8], to_photo: Any) -> bool:
    """Whether the work's corners make a convex shape of some size in the photo, not turned inside out."""
    height, width = work.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    depth = corners @ to_photo[2, :2] + to_photo[2, 2]
    if np.any(depth <= 0):
        return False
    placed = cv2.perspectiveTransform(corners[None], to_photo)[0]
    edges = np.roll(placed, -1, axis=0) - placed
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    area = cv2.contourArea(placed.astype(np.float32))
    return bool(np.all(turns > 0)) and area > _SMALLEST_SHARE * photo.size


def _likeness(work: npt.NDArray[np.uint8], photo: npt.NDArray[np.uint8], to_photo: Any) -> float:
    """How alike, from -1 to 1, work and photo are where they overlap, whatever light falls on the wall."""
    size = (photo.shape[1], photo.shape[0])
    shadow = cv2.warpPerspective(np.full_like(work, 255), to_photo, size)
    covered = cv2.erode(shadow, np.ones((9, 9), np.uint8)) > 0
    if covered.sum() < _SMALLEST_SHARE * photo.size:
        return -1.0
    # Outside the work both show the photo, so that its edge is no difference between them.
    laid = np.where(covered, cv2.warpPerspective(work, to_photo, size), photo)
    return float(np.corrcoef(_without_light(laid)[covered], _without_light(photo)[covered])[0, 1])


def _without_light(grey: npt.NDArray[np.uint8]) -> _Floats:
    """Forms of some 5 to 50 px: glare and shade are wider, noise and blur are finer."""
    fine = cv2.GaussianBlur(grey, (0, 0), 2).astype(np.float32)
    return np.asarray(fine - cv2.GaussianBlur(fine, (0, 0), 16), np.float32)
