"""Fields, forests, villages and streets."""

# One shape, one line: a scene is read and changed as a list of shapes.
# ruff: noqa: E501
# fmt: off

import numpy as np
from sketch import Sketch, soften


def cornfield() -> Sketch:
    s = Sketch(900, 700, 6)
    s.down((0, "2f6fb5"), (0.3, "7fb4da"), (0.44, "dfe6cf"), (0.45, "d9a93c"), (1, "b9781f"))
    s.flow = (s.noise(0.5, 0.5) * 1.2).astype(np.float32)
    s.mottle(np.clip((0.4 - s.y) * 6, 0, 1), "fbf8ee", 0.4, 0.13, 0.1, 0.95)
    s.poly([(0, 0.46), (0, 0.41), (0.2, 0.38), (0.45, 0.42), (0.7, 0.395), (1, 0.42), (1, 0.46)], "5d7fa0", "7f9a86", 2)
    s.poly([(0, 0.47), (0.3, 0.445), (0.6, 0.455), (1, 0.44), (1, 0.5), (0, 0.5)], "7f9a48", "a5a048", 2)
    s.poly([(0.46, 0.47), (0.5, 0.47), (0.6, 0.7), (0.72, 1), (0.3, 1), (0.44, 0.7)], "c89a6a", "a8683f", 5)
    s.poly([(0.5, 0.47), (0.51, 0.47), (0.78, 1), (0.72, 1)], "7d9440", "5e7a2e", 3)
    s.poly([(0.45, 0.47), (0.46, 0.47), (0.3, 1), (0.23, 1)], "7d9440", "5e7a2e", 3)
    for _ in range(2600):
        x, depth = s.rng.random(), s.rng.random() ** 0.7
        y = 0.49 + 0.55 * depth
        if abs(x - (0.48 + 0.03 * depth)) < 0.03 + 0.25 * depth:
            continue
        high, lean = 0.02 + 0.12 * depth, s.rng.normal(0.01, 0.012)
        tint = str(s.rng.choice(["f2cf5b", "e0ac36", "c98a25", "f7e08a", "a9701f", "8d8a35"]))
        s.line([(x, y), (x + lean * (1 + depth), y - high)], tint, 1.5 + 4 * depth, 0.6, 0.9)
    for _ in range(45):
        x, depth = s.rng.random(), s.rng.random()
        if abs(x - 0.5) > 0.04 + 0.28 * depth:
            s.blob(x, 0.5 + 0.46 * depth, 0.004 + 0.007 * depth, 0.004 + 0.006 * depth, "d2352a", soft=0.7)
    s.line([(0.83, 0.5), (0.835, 0.3)], "4a3524", 12)
    for _ in range(240):
        x, y = s.rng.normal(0.835, 0.05), s.rng.normal(0.24, 0.055)
        s.blob(x, y, 0.014, 0.011, str(s.rng.choice(["2f5a2c", "4b7a35", "76993f", "1f4027"])), soft=1)
    s.poly([(0.12, 0.46), (0.12, 0.405), (0.2, 0.405), (0.2, 0.46)], "f0e6d2", "cdbfa8")
    s.poly([(0.11, 0.407), (0.135, 0.36), (0.19, 0.36), (0.212, 0.407)], "b3492f", "8d3626")
    s.blob(0.145, 0.432, 0.006, 0.008, "3c3a44")
    for x, y in ((0.3, 0.2), (0.35, 0.24), (0.4, 0.16), (0.46, 0.22), (0.53, 0.17), (0.58, 0.25), (0.65, 0.2)):
        s.line([(x - 0.02, y - 0.014), (x, y), (x + 0.018, y - 0.018)], "1d2233", 4)
    return s


def snow_village_by_night() -> Sketch:
    s = Sketch(900, 700, 7)
    s.down((0, "101a3d"), (0.4, "2c4172"), (0.56, "5c6f9c"), (0.57, "8fa3c8"), (1, "c6d3ea"))
    for _ in range(110):
        s.blob(s.rng.random(), s.rng.random() * 0.45, *(2 * [s.rng.uniform(0.0012, 0.0032)]), "f8f3da", soft=0.5)
    s.blob(0.82, 0.14, 0.034, 0.034, "fdf6d8", soft=1)
    s.blob(0.835, 0.13, 0.031, 0.031, "1a2850", soft=1.5)
    s.glow(0.81, 0.15, 0.12, "7f93c0", 0.4)
    s.poly([(0, 0.58), (0, 0.44), (0.15, 0.36), (0.3, 0.43), (0.46, 0.33), (0.62, 0.42), (0.8, 0.36), (1, 0.46), (1, 0.58)], "7688b4", "93a5cb", 2)
    for x in np.linspace(0.01, 0.99, 36):
        y, h = 0.58 + s.rng.normal(0, 0.008), s.rng.uniform(0.05, 0.1)
        s.poly([(x, y - h), (x + 0.018, y), (x - 0.018, y)], "27395c", "1b2a49")
        s.line([(x, y - h), (x - 0.01, y - h * 0.4)], "b9c7e2", 3, 1, 0.7)
    s.poly([(0, 0.62), (0.2, 0.57), (0.5, 0.6), (0.8, 0.56), (1, 0.61), (1, 1), (0, 1)], "a9bbdd", "d5def0", 3)
    s.poly([(0.42, 0.62), (0.48, 0.62), (0.6, 0.78), (0.78, 1), (0.44, 1), (0.5, 0.8)], "8c9fc7", "a2b3d6", 6)

    def house(x: float, y: float, k: float, wall: str) -> None:
        s.poly([(x - 0.07 * k, y), (x - 0.07 * k, y - 0.12 * k), (x + 0.07 * k, y - 0.12 * k), (x + 0.07 * k, y)], wall, "2c2432")
        s.poly([(x - 0.095 * k, y - 0.115 * k), (x, y - 0.24 * k), (x + 0.095 * k, y - 0.115 * k)], "e9effa", "b7c6e3")
        s.poly([(x + 0.035 * k, y - 0.17 * k), (x + 0.035 * k, y - 0.26 * k), (x + 0.058 * k, y - 0.26 * k), (x + 0.058 * k, y - 0.14 * k)], "5a3f3a")
        s.line([(x + 0.034 * k, y - 0.262 * k), (x + 0.06 * k, y - 0.262 * k)], "eef3fb", 6 * k)
        for step in range(6):
            s.blob(x + (0.046 + 0.012 * step) * k, y - (0.29 + 0.035 * step) * k, (0.008 + 0.004 * step) * k, (0.008 + 0.003 * step) * k, "8e98b6", soft=4, thick=0.35)
        for at in (-0.036, 0.036):
            s.poly([(x + (at - 0.017) * k, y - 0.085 * k), (x + (at + 0.017) * k, y - 0.085 * k), (x + (at + 0.017) * k, y - 0.04 * k), (x + (at - 0.017) * k, y - 0.04 * k)], "ffdd82", "ffb347")
            s.glow(x + at * k, y - 0.06 * k, 0.035 * k, "ff9d3a", 0.38)
            s.poly([(x + (at - 0.02) * k, y + 0.005), (x + (at + 0.02) * k, y + 0.005), (x + (at * 1.6 + 0.03) * k, y + 0.06 * k), (x + (at * 1.6 - 0.03) * k, y + 0.06 * k)], "ffcf86", soft=5, thick=0.55)

    house(0.14, 0.67, 0.8, "6d4638")
    house(0.34, 0.645, 0.62, "7a5540")
    house(0.9, 0.66, 0.75, "5d4038")
    x, y = 0.6, 0.66
    s.poly([(x - 0.07, y), (x - 0.07, y - 0.13), (x + 0.06, y - 0.13), (x + 0.06, y)], "a08a80", "6a5c66")
    s.poly([(x - 0.085, y - 0.125), (x - 0.03, y - 0.21), (x + 0.075, y - 0.125)], "eaf0fa", "bccae6")
    s.poly([(x + 0.035, y), (x + 0.035, y - 0.25), (x + 0.095, y - 0.25), (x + 0.095, y)], "b09a8e", "73636b")
    s.poly([(x + 0.024, y - 0.245), (x + 0.065, y - 0.43), (x + 0.106, y - 0.245)], "dde6f5", "8798bd")
    s.line([(x + 0.065, y - 0.43), (x + 0.065, y - 0.47)], "2a2433", 3)
    s.line([(x + 0.055, y - 0.455), (x + 0.075, y - 0.455)], "2a2433", 3)
    for at in (-0.045, -0.005):
        s.blob(x + at, y - 0.06, 0.009, 0.02, "ffd277")
        s.glow(x + at, y - 0.06, 0.03, "ff9d3a", 0.3)
    s.blob(x + 0.065, y - 0.18, 0.009, 0.014, "ffd277")
    house(0.22, 0.83, 1.25, "7b4a34")
    house(0.82, 0.86, 1.35, "6a4034")
    for _ in range(260):
        s.blob(*s.rng.random(2), *(2 * [s.rng.uniform(0.0015, 0.0042)]), "f6f8fd", soft=0.8, thick=0.75)
    return s


def forest_path() -> Sketch:
    s = Sketch(700, 900, 8)
    s.down((0, "b9cf6a"), (0.3, "e9e39a"), (0.5, "d9cf86"), (0.62, "7d8a3c"), (1, "3f4a22"))
    s.glow(0.52, 0.4, 0.3, "fff3b5", 0.45)
    s.mottle(np.clip((0.5 - s.y) * 4, 0, 1), "7fa046", 0.14, 0.08, 0.0, 0.6)
    s.poly([(0.46, 0.55), (0.55, 0.55), (0.56, 0.62), (0.68, 0.76), (0.92, 1), (0.16, 1), (0.36, 0.78), (0.48, 0.64)], "e2c890", "a3764c", 5)
    for depth in np.linspace(0, 1, 15):
        y = 0.57 + 0.42 * depth
        s.line([(0.5 - 0.1 * depth - 0.34 * depth, y + 0.01), (0.56 + 0.3 * depth, y - 0.012)], "5d4a3a", 3 + 15 * depth, 4, 0.45)
    for layer, (count, wide, tones) in enumerate(((16, 6, ["8a8c56", "a09a60"]), (10, 17, ["5f5236", "6d6040"]), (6, 46, ["352a22", "43352a"]))):
        for number in range(count):
            side = -1 if number % 2 else 1
            x = 0.51 + side * (0.07 + 0.1 * layer + s.rng.random() * (0.42 - 0.06 * layer))
            foot = 0.56 + 0.07 * layer + 0.16 * layer * abs(x - 0.5) + s.rng.random() * 0.03
            lean = s.rng.normal(0, 0.012)
            tone = str(s.rng.choice(tones))
            s.line([(x, foot), (x + lean, 0.3), (x + 2 * lean, -0.02)], tone, wide, 1.2)
            s.line([(x - side * wide / 2400, foot), (x + lean - side * wide / 2400, 0.3), (x + 2 * lean - side * wide / 2400, 0)], "d9c98a", max(1, wide / 5), 1.6, 0.6)
            for branch in np.linspace(0.05, 0.32, 3):
                reach = s.rng.choice([-1, 1]) * s.rng.uniform(0.05, 0.14)
                s.line([(x + lean, branch + 0.05), (x + reach * 0.5, branch), (x + reach, branch - 0.05)], tone, max(1, wide / 5), 0.8)
        for _ in range(420):
            x, y = s.rng.random(), s.rng.beta(1.2, 2.6) * (0.56 - 0.04 * layer)
            if abs(x - 0.51) < 0.11 and y > 0.22:
                continue
            tint = str(s.rng.choice([["c9d86a", "a9c250", "e6e489"], ["7fa53c", "9ab848", "5d8a35"], ["2f5a2a", "47762f", "6c9638"]][layer]))
            s.blob(x, y, 0.012 + 0.008 * layer, 0.008 + 0.005 * layer, tint, s.rng.uniform(0, 180), 0.8, 0.85)
    for _ in range(900):
        x, depth = s.rng.random(), s.rng.random()
        y = 0.58 + 0.42 * depth
        if abs(x - 0.53) < 0.04 + 0.34 * depth:
            continue
        s.line([(x, y), (x + s.rng.normal(0, 0.012), y - 0.012 - 0.04 * depth)], str(s.rng.choice(["4c6b2a", "6f8f38", "2f4a20", "93a848"])), 2 + 3 * depth, 0.6, 0.85)
    for _ in range(60):
        x, depth = s.rng.normal(0.5, 0.2), s.rng.random()
        s.blob(x, 0.6 + 0.38 * depth, 0.012 + 0.02 * depth, 0.003 + 0.005 * depth, "ffe9a8", soft=2, thick=0.5)
    x, y = 0.525, 0.665
    s.poly([(x - 0.016, y), (x - 0.012, y - 0.055), (x + 0.012, y - 0.055), (x + 0.018, y)], "a33028", "7a241f")
    s.blob(x, y - 0.065, 0.011, 0.012, "3a2a24")
    return s


def city_street_in_rain() -> Sketch:
    s = Sketch(700, 900, 9)
    s.down((0, "5f6b7d"), (0.3, "8d97a3"), (0.5, "c9c3b4"), (0.56, "98928c"), (1, "3c4250"))
    s.glow(0.5, 0.45, 0.25, "f3dca8", 0.35)
    for x0, x1, top, tone in ((-0.05, 0.14, 0.02, "4d4a55"), (0.13, 0.26, 0.14, "63606a"), (0.25, 0.34, 0.24, "7d7a7f"), (0.33, 0.4, 0.32, "94908f")):
        for mirror in (False, True):
            a, b = (1 - x1, 1 - x0) if mirror else (x0, x1)
            foot_a, foot_b = 0.56 + 0.42 * abs(a - 0.5) ** 1.4, 0.56 + 0.42 * abs(b - 0.5) ** 1.4
            s.poly([(a, foot_a), (a, top + (0 if mirror else 0.0)), (b, top + 0.01), (b, foot_b)], tone, "3a3a46")
            for row in np.linspace(top + 0.05, 0.48, 5):
                for column in (0.3, 0.7):
                    x = a + (b - a) * column
                    w = (b - a) * 0.13
                    s.poly([(x - w, row), (x + w, row), (x + w, row + 0.045), (x - w, row + 0.045)], "ffd98a" if s.rng.random() < 0.5 else "2f3442")
            s.poly([(a, 0.545), (b, 0.545), (b, foot_b), (a, foot_a)], "ffcf7d", "c0793f", 2, 0.8)
            s.poly([(a, 0.525), (b, 0.525), (b, 0.552), (a, 0.552)], str(s.rng.choice(["a3342c", "2f5a4a", "7c4a2a"])))
    s.poly([(0.42, 0.57), (0.58, 0.57), (0.58, 0.4), (0.54, 0.4), (0.5, 0.24), (0.46, 0.4), (0.42, 0.4)], "a5a2a4", "b5afa8", 2)
    road = s.shape([(0.4, 0.57), (0.6, 0.57), (1.1, 0.82), (1.1, 1), (-0.1, 1), (-0.1, 0.82)])
    s.wash(soften(road, 2) * 0.9, s.gradient((0.57, "b9aea0"), (0.8, "59606c"), (1, "333a48")))
    for _ in range(170):
        depth = s.rng.random()
        x, y = 0.5 + s.rng.normal(0, 0.1 + 0.3 * depth), 0.6 + 0.4 * depth
        s.line([(x, y), (x + 0.002, y + 0.02 + 0.05 * depth)], str(s.rng.choice(["ffd089", "f4a94e", "e9e2d2", "8fa0b5", "c2503a"])), 3 + 7 * depth, 2.5, 0.45)
    for x, k in ((0.2, 1.0), (0.78, 0.85), (0.4, 0.45), (0.61, 0.42)):
        y = 0.6 + 0.12 * k
        s.line([(x, y), (x, y - 0.34 * k)], "1d2029", 7 * k)
        s.blob(x, y - 0.35 * k, 0.022 * k, 0.026 * k, "fff0bd")
        s.glow(x, y - 0.35 * k, 0.1 * k, "ffb95a", 0.7)
        s.line([(x, y + 0.02), (x, y + 0.2 * k)], "ffd48c", 12 * k, 5, 0.5)
    for x, y, k, canopy, coat in ((0.46, 0.68, 0.5, "2c3c5c", "33323c"), (0.56, 0.7, 0.55, "8d2f45", "44373c"), (0.33, 0.78, 0.85, "c23a2c", "2b2e3c"), (0.64, 0.82, 1.0, "d9a02e", "3d2f38"), (0.47, 0.93, 1.35, "2f6f78", "22242f"), (0.83, 0.9, 1.15, "5b3a7a", "2a2833")):
        s.poly([(x - 0.035 * k, y), (x - 0.03 * k, y - 0.13 * k), (x + 0.03 * k, y - 0.13 * k), (x + 0.04 * k, y)], coat, "191a22")
        s.line([(x - 0.014 * k, y), (x - 0.018 * k, y + 0.035 * k)], "17181f", 9 * k)
        s.line([(x + 0.016 * k, y), (x + 0.022 * k, y + 0.032 * k)], "17181f", 9 * k)
        s.blob(x, y - 0.145 * k, 0.018 * k, 0.021 * k, "c79c80")
        half = s.shape([(x - 0.2 * k, y - 0.165 * k), (x + 0.2 * k, y - 0.165 * k), (x + 0.2 * k, y - 0.4 * k), (x - 0.2 * k, y - 0.4 * k)])
        dome = s.oval(x + 0.01 * k, y - 0.165 * k, 0.12 * k, 0.1 * k)
        s.wash(half * dome, canopy)
        s.wash(half * soften(s.oval(x - 0.035 * k, y - 0.2 * k, 0.04 * k, 0.045 * k), 5 * k) * dome * 0.5, "f3ead8")
        for at in (-0.04, 0.045):
            s.line([(x + 0.01 * k, y - 0.242 * k), (x + at * k, y - 0.166 * k)], "1b1c25", 2 * k, 1, 0.6)
        s.line([(x + 0.01 * k, y - 0.26 * k), (x + 0.012 * k, y - 0.09 * k)], "1b1c25", 3 * k)
        s.blob(x, y + 0.09 * k, 0.05 * k, 0.075 * k, canopy, soft=8 * k, thick=0.45)
    for _ in range(190):
        x, y = s.rng.random(2)
        s.line([(x, y), (x - 0.008, y + 0.04)], "d9dfe4", 1.4, 0.6, 0.35)
    return s


def bridge_in_autumn() -> Sketch:
    s = Sketch(900, 700, 10)
    s.down((0, "9fb9cf"), (0.3, "d9dccb"), (0.45, "efd9a0"), (0.6, "8a7f4a"), (1, "3f5058"))
    s.mottle(np.clip((0.35 - s.y) * 6, 0, 1), "f6f1e2", 0.35, 0.1, 0.15, 0.8)
    for _ in range(900):
        x = s.rng.random()
        top = 0.28 + 0.14 * np.sin(np.pi * x) + 0.03 * np.sin(13 * x)
        y = top + abs(s.rng.normal(0, 0.09))
        if y < 0.58:
            s.blob(x, y, 0.018, 0.014, str(s.rng.choice(["d9742a", "e9a23a", "b8482a", "f0c553", "8f3a28", "7d7a35", "c98f2f"])), s.rng.uniform(0, 180), 1, 0.9)
    s.poly([(0, 0.58), (1, 0.58), (1, 1), (0, 1)], "8f8a5a", "2f4550", 3)
    for _ in range(420):
        x, y = s.rng.random(), s.rng.uniform(0.6, 1)
        s.line([(x - 0.03, y), (x + 0.03, y + 0.001)], str(s.rng.choice(["d9843a", "e6b455", "5a6f72", "2f4a55", "a8552f", "9fb5bd"])), 3 + 6 * (y - 0.58), 1.6, 0.55)
    arch = s.shape([(-0.05, 0.62), (-0.05, 0.5), (0.2, 0.44), (0.5, 0.405), (0.8, 0.44), (1.05, 0.5), (1.05, 0.62)])
    arch *= 1 - s.oval(0.5, 0.66, 0.2, 0.145)
    arch *= 1 - s.oval(0.13, 0.66, 0.1, 0.075)
    arch *= 1 - s.oval(0.87, 0.66, 0.1, 0.075)
    s.wash(soften(arch, 0.8), s.gradient((0.4, "b3a28c"), (0.62, "6a5f58")))
    s.mottle(arch, "d5c5a6", 0.06, 0.03, 0.1, 0.7)
    s.mottle(arch, "55504c", 0.07, 0.03, 0.2, 0.6)
    s.line([(-0.05, 0.487), (0.2, 0.428), (0.5, 0.393), (0.8, 0.428), (1.05, 0.487)], "cbbb9f", 13)
    s.line([(-0.05, 0.503), (0.2, 0.444), (0.5, 0.409), (0.8, 0.444), (1.05, 0.503)], "4d4642", 4)
    for x, w in ((0.5, 0.2), (0.13, 0.1), (0.87, 0.1)):
        angles = np.linspace(np.pi, 2 * np.pi, 24)
        s.line([(x + w * np.cos(a), 0.66 + w * 0.725 * 900 / 700 * np.sin(a)) for a in angles], "4a423e", 6)
    mirrored = s.picture[: int(0.62 * 700)][::-1][: 700 - int(0.62 * 700)]
    fade = np.clip((0.92 - s.y[int(0.62 * 700) :]) * 3, 0, 0.62)[..., None]
    s.picture[int(0.62 * 700) :] = s.picture[int(0.62 * 700) :] * (1 - fade) + mirrored * fade * 0.8
    for _ in range(150):
        x, y = s.rng.random(), s.rng.uniform(0.63, 1)
        s.line([(x - 0.04, y), (x + 0.03, y)], str(s.rng.choice(["c6d3d6", "394f58", "e0a04a"])), 2 + 4 * (y - 0.6), 1.4, 0.4)
    for x, k, coat in ((0.46, 1.0, "27303f"), (0.49, 0.95, "8d2f2a")):
        s.poly([(x - 0.01 * k, 0.395), (x - 0.008 * k, 0.34), (x + 0.008 * k, 0.34), (x + 0.011 * k, 0.395)], coat)
        s.blob(x, 0.332, 0.0065 * k, 0.0075 * k, "c99a7a")
    for x in (0.03, 0.97):
        s.line([(x, 1), (x + 0.01, 0.3), (x - 0.01, 0)], "3a2a22", 34, 1.5)
        for _ in range(160):
            s.blob(s.rng.normal(x, 0.09), abs(s.rng.normal(0.08, 0.1)), 0.016, 0.012, str(s.rng.choice(["d9742a", "f0b33f", "a83f26", "e98a30"])), s.rng.uniform(0, 180), 0.8)
    return s
