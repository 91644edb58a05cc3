"""Seas, harbours and lakes."""

# One shape, one line: a scene is read and changed as a list of shapes.
# ruff: noqa: E501
# fmt: off

import cv2
import numpy as np
from sketch import Sketch, soften


def harbour_at_dusk() -> Sketch:
    s = Sketch(900, 700, 1)
    s.down((0, "2f3f6b"), (0.25, "7a6a94"), (0.42, "e39a63"), (0.5, "f6c877"), (0.51, "c98f66"), (0.75, "4a5580"), (1, "22304f"))
    s.mottle(np.clip(0.45 - s.y, 0, 1) * 3, "f0a573", 0.5, 0.1, 0.2, 0.7)
    s.mottle(np.clip(0.35 - s.y, 0, 1) * 3, "4d4b78", 0.4, 0.09, 0.1, 0.6)
    s.blob(0.62, 0.44, 0.036, 0.036, "fff0b8", soft=2)
    s.glow(0.62, 0.44, 0.2, "ff9a3c", 0.4)
    s.poly([(0, 0.5), (0, 0.4), (0.1, 0.36), (0.25, 0.43), (0.4, 0.46), (0.45, 0.5)], "4c4468", "5d4f6c", 2)
    s.poly([(0.72, 0.5), (0.8, 0.455), (0.92, 0.42), (1, 0.4), (1, 0.5)], "544a70", "6d5a72", 2)
    for x, w, h in ((0.02, 0.05, 0.1), (0.075, 0.04, 0.07), (0.12, 0.05, 0.12), (0.175, 0.045, 0.08), (0.225, 0.04, 0.06)):
        s.poly([(x, 0.5), (x, 0.5 - h), (x + w / 2, 0.47 - h), (x + w, 0.5 - h), (x + w, 0.5)], "7d5a58", "4b3c50")
        s.poly([(x - 0.004, 0.5 - h), (x + w / 2, 0.465 - h), (x + w + 0.004, 0.5 - h)], "a0523f")
        s.blob(x + w * 0.5, 0.5 - h * 0.5, 0.005, 0.007, "ffd98a", soft=0.6)
    s.water(0.51, "f2b878", "333e68")
    for depth in np.linspace(0, 1, 34):
        y, w = 0.52 + 0.44 * depth, 0.016 + 0.05 * depth
        x = 0.62 + s.rng.normal(0, 0.02 * depth)
        s.line([(x - w * s.rng.random(), y), (x + w * s.rng.random(), y)], "ffdf94", 3 + 4 * depth, 1.5, 0.85)
    for x, y, k, hull, sail in ((0.3, 0.72, 1.0, "7c2f2a", "d9b38a"), (0.78, 0.64, 0.62, "24405a", "b98f7c"), (0.47, 0.58, 0.36, "3b2f40", "8d6f72")):
        s.poly([(x - 0.15 * k, y - 0.035 * k), (x + 0.17 * k, y - 0.05 * k), (x + 0.12 * k, y + 0.045 * k), (x - 0.11 * k, y + 0.045 * k)], hull, "1c1a2c")
        s.line([(x - 0.15 * k, y - 0.037 * k), (x + 0.17 * k, y - 0.052 * k)], "e8b07a", 4 * k)
        s.line([(x, y), (x, y - 0.42 * k)], "241c28", 6 * k)
        s.line([(x - 0.02 * k, y - 0.06 * k), (x + 0.15 * k, y - 0.09 * k)], "241c28", 4 * k)
        s.poly([(x + 0.008, y - 0.4 * k), (x + 0.14 * k, y - 0.1 * k), (x + 0.008, y - 0.075 * k)], sail, "8a5f5a")
        s.line([(x, y - 0.42 * k), (x - 0.14 * k, y - 0.04 * k)], "241c28", 2)
        s.poly([(x - 0.1 * k, y + 0.045 * k), (x + 0.12 * k, y + 0.045 * k), (x + 0.06 * k, y + 0.2 * k), (x - 0.03 * k, y + 0.2 * k)], "1f2340", soft=6, thick=0.6)
    return s


def lighthouse_in_storm() -> Sketch:
    s = Sketch(700, 900, 2)
    s.down((0, "20283a"), (0.3, "46546b"), (0.52, "7d8a93"), (0.6, "2c4650"), (1, "10242c"))
    sky = np.clip((0.6 - s.y) * 6, 0, 1)
    s.mottle(sky, "161c2b", 0.55, 0.16, 0.0, 0.85)
    s.mottle(sky, "a3adb0", 0.45, 0.12, 0.35, 0.7)
    s.poly([(0.56, 0.225), (0, 0.06), (0, 0.3)], "f7e7a6", soft=14, thick=0.4)
    s.poly([(0.62, 0.225), (1, 0.13), (1, 0.32)], "f7e7a6", soft=14, thick=0.35)
    s.poly([(0.2, 0.78), (0.3, 0.66), (0.42, 0.61), (0.55, 0.58), (0.72, 0.6), (0.86, 0.67), (1, 0.71), (1, 1), (0.1, 1)], "3d3a3a", "14161a")
    s.mottle(s.shape([(0.2, 0.78), (0.42, 0.61), (0.72, 0.6), (1, 0.71), (1, 1), (0.1, 1)]), "6c625a", 0.12, 0.06, 0.1, 0.8)
    s.poly([(0.515, 0.6), (0.545, 0.27), (0.635, 0.27), (0.665, 0.6)], "f1eadc", "c9c2b6")
    for y in (0.33, 0.43, 0.53):
        w = 0.045 + (y - 0.27) * 0.09
        s.poly([(0.59 - w, y), (0.59 + w, y), (0.59 + w + 0.005, y + 0.05), (0.59 - w - 0.005, y + 0.05)], "b3312b", "8f2422")
    s.wash(soften(s.shape([(0.61, 0.27), (0.64, 0.27), (0.67, 0.6), (0.625, 0.6)]), 6) * 0.5, "2b3140")
    s.poly([(0.53, 0.275), (0.65, 0.275), (0.65, 0.258), (0.53, 0.258)], "22262e")
    s.poly([(0.555, 0.258), (0.625, 0.258), (0.625, 0.2), (0.555, 0.2)], "ffe9a0")
    s.poly([(0.545, 0.2), (0.635, 0.2), (0.59, 0.165)], "7c2320")
    s.glow(0.59, 0.228, 0.12, "ffd36b", 0.75)
    s.poly([(0.7, 0.62), (0.7, 0.565), (0.76, 0.535), (0.83, 0.565), (0.83, 0.645)], "cfc4b2", "8b8479")
    s.poly([(0.69, 0.567), (0.76, 0.525), (0.84, 0.567)], "6d2a26")
    s.blob(0.765, 0.6, 0.014, 0.018, "ffcf78")
    s.glow(0.765, 0.6, 0.04, "ffb050", 0.4)
    for number, base in enumerate((0.68, 0.75, 0.83, 0.92)):
        phase = number * 1.9
        xs = np.linspace(0, 1, 60)
        crest = base + 0.016 * np.sin(xs * 9 + phase) + 0.011 * np.sin(xs * 23 + phase * 2) - 0.035 * np.exp(-((xs - 0.25) ** 2) / 0.02) * (number == 1)
        if number == 0:
            keep = xs < 0.36
            xs, crest = xs[keep], crest[keep]
        edge = list(zip(xs.tolist(), crest.tolist(), strict=True))
        s.poly([*edge, (edge[-1][0], 1), (0, 1)], ("47626a", "35555f", "294751", "1c3740")[number], "0d2128")
        s.line(edge, "b9cdcd", 4 + number, 2, 0.6)
        for at in s.rng.integers(0, len(edge) - 8, 9):
            s.line(edge[at : at + int(s.rng.integers(3, 8))], "f0f5f2", s.rng.uniform(5, 11), 1.6, 0.95)
        s.mottle(s.shape([*edge, (edge[-1][0], min(1, base + 0.1)), (0, base + 0.1)]), "c6d8d6", 0.1, 0.02, 0.35, 0.7)
    for _ in range(260):
        angle, far = s.rng.uniform(-2.9, -0.5), abs(s.rng.normal(0, 0.1))
        s.blob(0.3 + np.cos(angle) * far, 0.75 + np.sin(angle) * far * 1.1, *(2 * [s.rng.uniform(0.002, 0.008)]), "eef3f1", soft=1, thick=0.8)
    for _ in range(150):
        x, y = s.rng.random(2)
        s.line([(x, y), (x - 0.018, y + 0.045)], "c3ccd0", 1.4, 0.6, 0.3)
    return s


def moon_over_sea() -> Sketch:
    s = Sketch(900, 700, 3)
    s.down((0, "0d1530"), (0.35, "1d3158"), (0.54, "4a6a8c"), (0.55, "2a4568"), (1, "081022"))
    s.glow(0.38, 0.22, 0.24, "6f8fb0", 0.45)
    s.blob(0.38, 0.22, 0.052, 0.052, "fbf4d6", soft=1.5)
    s.mottle(s.oval(0.38, 0.22, 0.048, 0.048), "d9cfae", 0.05, 0.05, 0.1, 0.6)
    sky = np.clip((0.53 - s.y) * 8, 0, 1)
    s.mottle(sky * np.clip((s.y - 0.22) * 8, 0, 1), "6d86a0", 0.5, 0.07, 0.25, 0.6)
    s.mottle(sky * np.clip((s.y - 0.2) * 8, 0, 1), "152444", 0.6, 0.06, 0.2, 0.7)
    for _ in range(70):
        x, y = s.rng.random(), s.rng.random() * 0.4
        if (x - 0.38) ** 2 + (y - 0.22) ** 2 > 0.02:
            s.blob(x, y, *(2 * [s.rng.uniform(0.0012, 0.003)]), "f4f1df", soft=0.5, thick=0.9)
    s.water(0.55, "54789c", "101e3c")
    for depth in np.linspace(0, 1, 70):
        y, w = 0.555 + 0.44 * depth, 0.02 + 0.1 * depth
        for _ in range(3):
            x = 0.38 + s.rng.normal(0, 0.4 * w)
            s.line([(x - w * 0.3, y), (x + w * 0.3, y + 0.002)], "f6edc6", 2 + 4 * depth, 1.2, 0.75)
    s.poly([(0.66, 0.56), (0.75, 0.5), (0.83, 0.47), (0.92, 0.42), (1, 0.4), (1, 0.6), (0.7, 0.58)], "0c1226", "0a1020", 1.5)
    x, y = 0.6, 0.66
    s.poly([(x - 0.07, y), (x + 0.08, y - 0.008), (x + 0.055, y + 0.034), (x - 0.05, y + 0.034)], "0a0d1c")
    s.line([(x, y), (x, y - 0.2)], "0a0d1c", 4)
    s.poly([(x + 0.004, y - 0.19), (x + 0.065, y - 0.02), (x + 0.004, y - 0.015)], "2c3c5c", "18233e")
    s.poly([(x - 0.006, y - 0.17), (x - 0.05, y - 0.015), (x - 0.006, y - 0.015)], "5b7391", "30456a")
    return s


def mountain_lake() -> Sketch:
    s = Sketch(900, 700, 4)
    s.down((0, "5d93c9"), (0.3, "a9cbe4"), (0.5, "e7e3d0"))
    s.mottle(np.clip((0.4 - s.y) * 5, 0, 1), "f7f3e8", 0.4, 0.1, 0.25, 0.85)
    peaks = [(0, 0.42), (0.1, 0.3), (0.18, 0.36), (0.32, 0.13), (0.4, 0.22), (0.46, 0.19), (0.6, 0.38), (0.72, 0.22), (0.8, 0.3), (0.9, 0.24), (1, 0.36), (1, 0.56), (0, 0.56)]
    s.poly(peaks, "8d97b5", "7b8aa0")
    light = s.shape([(0.32, 0.13), (0.27, 0.25), (0.2, 0.42), (0.08, 0.56), (0.3, 0.56), (0.34, 0.35)]) + s.shape([(0.72, 0.22), (0.66, 0.35), (0.6, 0.5), (0.7, 0.5)])
    s.wash(soften(light, 3) * 0.5, "c6b9bd")
    snow = s.shape([(0.32, 0.13), (0.24, 0.255), (0.28, 0.27), (0.3, 0.25), (0.33, 0.3), (0.36, 0.25), (0.4, 0.29), (0.46, 0.25), (0.5, 0.26), (0.46, 0.19), (0.4, 0.22)])
    snow += s.shape([(0.72, 0.22), (0.67, 0.29), (0.71, 0.28), (0.74, 0.31), (0.78, 0.29), (0.8, 0.3)]) + s.shape([(0.9, 0.24), (0.86, 0.28), (0.9, 0.29), (0.95, 0.31), (0.94, 0.28)]) + s.shape([(0.1, 0.3), (0.06, 0.35), (0.1, 0.34), (0.14, 0.345)])
    s.wash(soften(np.clip(snow, 0, 1), 1.5), "fbfaf4")
    s.wash(soften(s.shape([(0.32, 0.13), (0.34, 0.24), (0.4, 0.29), (0.46, 0.25), (0.4, 0.22)]), 2) * 0.55, "9fb2d0")
    for base, colour, seed in ((0.53, "5d7f77", 1), (0.565, "33594a", 2)):
        xs = np.linspace(0, 1, 120)
        top = base - 0.05 - 0.03 * np.sin(xs * 5 + seed) - 0.025 * np.abs(np.sin(xs * 70 + seed * 3)) * s.rng.uniform(0.5, 1, 120)
        s.poly([*zip(xs.tolist(), top.tolist(), strict=True), (1, 0.58), (0, 0.58)], colour)
    above = s.picture[: int(0.575 * 700)][::-1]
    depth = 700 - int(0.575 * 700)
    mirror = above[:depth].copy()
    s.picture[int(0.575 * 700) :] = cv2.GaussianBlur(mirror, (0, 0), sigmaX=2.5, sigmaY=8) * 0.82 + np.array([0.02, 0.07, 0.1], np.float32)
    for _ in range(130):
        x, y = s.rng.random(), s.rng.uniform(0.59, 1)
        w = 0.03 + 0.1 * (y - 0.58)
        s.line([(x - w, y), (x + w, y)], "d5e5ea" if s.rng.random() < 0.5 else "41697d", 1 + 4 * (y - 0.58), 1.2, 0.35)
    s.poly([(0, 1), (0, 0.84), (0.12, 0.86), (0.26, 0.92), (0.36, 1)], "6f7d3c", "3a4a24")
    for _ in range(60):
        x = s.rng.uniform(0, 0.3)
        s.blob(x, 0.87 + 0.28 * x + s.rng.uniform(0, 0.1), 0.005, 0.004, str(s.rng.choice(["e9c84a", "d86a7a", "f4efe2", "9a79b8"])), soft=0.6)
    for x, h in ((0.84, 0.62), (0.92, 0.74), (0.98, 0.55)):
        s.line([(x, 1), (x, 1 - h + 0.05)], "3a2a20", 7)
        for step in np.linspace(0, 1, 12):
            y, w = 1 - h + step * h * 0.86, 0.012 + 0.062 * step
            s.poly([(x, y - 0.045), (x + w, y + 0.03), (x + w * 0.3, y + 0.018), (x - w * 0.3, y + 0.02), (x - w, y + 0.032)], "2f5a3c", "163424")
    return s


def sailing_boats() -> Sketch:
    s = Sketch(900, 700, 5)
    s.down((0, "4f9ad6"), (0.3, "9fd0ea"), (0.46, "e9f1e6"), (0.47, "2d86a8"), (0.75, "1c6a97"), (1, "12507e"))
    s.mottle(np.clip((0.42 - s.y) * 6, 0, 1), "ffffff", 0.35, 0.12, 0.15, 0.95)
    s.mottle(np.clip((0.42 - s.y) * 6, 0, 1), "e8c9b4", 0.35, 0.1, 0.5, 0.5)
    s.poly([(0, 0.47), (0, 0.43), (0.15, 0.425), (0.3, 0.45), (0.42, 0.47)], "86a89a", "b5b68c", 1.5)
    s.water(0.47, "9fe0e4", "0f4a78", 1.4)
    for x, y, k, main, jib, hull in ((0.3, 0.8, 1.25, "f7f2e4", "e2522f", "f3eee2"), (0.72, 0.66, 0.8, "f5d35a", "fbf6e8", "a33327"), (0.52, 0.54, 0.4, "ffffff", "dfe8ee", "2d3d57"), (0.9, 0.52, 0.28, "f3a56b", "ffffff", "2d3d57"), (0.1, 0.53, 0.3, "ffffff", "c9d9e6", "5a2a2a")):
        s.poly([(x - 0.12 * k, y - 0.02 * k), (x + 0.16 * k, y - 0.035 * k), (x + 0.1 * k, y + 0.035 * k), (x - 0.1 * k, y + 0.035 * k)], hull, "7a4a38")
        s.line([(x + 0.01 * k, y - 0.02 * k), (x + 0.035 * k, y - 0.56 * k)], "5a3b28", 5 * k)
        s.poly([(x + 0.028 * k, y - 0.54 * k), (x - 0.05 * k, y - 0.25 * k), (x - 0.13 * k, y - 0.07 * k), (x + 0.008 * k, y - 0.06 * k)], main, "d9cdb8")
        s.wash(soften(s.shape([(x + 0.028 * k, y - 0.54 * k), (x - 0.02 * k, y - 0.2 * k), (x - 0.03 * k, y - 0.065 * k), (x + 0.008 * k, y - 0.06 * k)]), 6 * k) * 0.35, "7f9cb8")
        s.poly([(x + 0.036 * k, y - 0.5 * k), (x + 0.1 * k, y - 0.24 * k), (x + 0.15 * k, y - 0.05 * k), (x + 0.025 * k, y - 0.075 * k)], jib, soft=1)
        for step in np.linspace(0, 1, 9):
            w = 0.1 * k * (1 - step * 0.6)
            s.line([(x - w + s.rng.normal(0, 0.02) * k, y + (0.05 + 0.2 * step) * k), (x + w * s.rng.random(), y + (0.052 + 0.2 * step) * k)], main, 4 * k, 1.5, 0.6)
        s.line([(x - 0.12 * k, y + 0.04 * k), (x + 0.13 * k, y + 0.035 * k)], "ffffff", 4 * k, 1, 0.9)
    for x, y in ((0.46, 0.2), (0.5, 0.24), (0.56, 0.18), (0.83, 0.27)):
        s.line([(x - 0.016, y - 0.008), (x, y + 0.004), (x + 0.016, y - 0.01)], "33455a", 2.5)
    return s
