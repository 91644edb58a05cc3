"""Paint a rough picture with brush strokes: broad ones first, finer ones where the eye wants more.

After Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes" (1998), with bristles of their own
colour, a relief of paint that catches the light, and a woven ground.
"""

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float32]


def paint(
    rough: Picture,
    rng: np.random.Generator,
    flow: Plane | None = None,
    radii: tuple[float, ...] = (22, 11, 6, 3.2, 1.9),
    loose: float = 1.0,
) -> Picture:
    """`rough` (height, width, 3; RGB 0 to 1) as a painting.

    `flow` is the angle in radians that strokes take where nothing else tells them; `loose` lets strokes run longer
    and colours stray further.
    """
    height, width = rough.shape[:2]
    ground = np.array([0.55, 0.40, 0.28], np.float32)
    under = cv2.GaussianBlur(rough, (0, 0), 40) * 0.6 + ground * 0.4
    canvas = (np.clip(under, 0, 1) * 255).astype(np.uint8)
    relief = np.full((height, width), 128, np.uint8)
    for layer, radius in enumerate(radii):
        goal = cv2.GaussianBlur(rough, (0, 0), max(0.6, radius * 0.45))
        angle = _angles(goal, radius, flow)
        off = np.linalg.norm(goal - canvas.astype(np.float32) / 255, axis=-1)
        step = max(2, round(radius * 0.95))
        rows, columns = np.mgrid[step // 2 : height : step, step // 2 : width : step]
        spots = np.stack([columns.ravel(), rows.ravel()], axis=1) + rng.integers(
            -step // 2, step // 2 + 1, (rows.size, 2)
        )
        spots = np.clip(spots, 0, [width - 1, height - 1])
        wrong = cv2.blur(off, (step, step))[spots[:, 1], spots[:, 0]]
        spots = spots[wrong > (-1 if layer == 0 else 0.035 + 0.02 * min(layer - 1, 2))]
        for x, y in spots[rng.permutation(len(spots))]:
            _stroke(canvas, relief, goal, angle, float(x), float(y), radius, rng, loose)
    return _lit(canvas.astype(np.float32) / 255, relief, rng)


def _angles(goal: Picture, radius: float, flow: Plane | None) -> Plane:
    """The way a stroke runs at each point: along the edges of form, else along `flow`."""
    grey = cv2.GaussianBlur(goal.mean(axis=-1), (0, 0), max(2.0, radius * 0.8))
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    spread = max(3.0, radius * 1.2)
    xx, yy, xy = (cv2.GaussianBlur(each, (0, 0), spread) for each in (across**2, down**2, across * down))
    if flow is not None:
        weight = 0.0006
        xx = xx + weight * np.sin(flow) ** 2
        yy = yy + weight * np.cos(flow) ** 2
        xy = xy - weight * np.sin(flow) * np.cos(flow)
    return (0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2).astype(np.float32)


def _stroke(
    canvas: npt.NDArray[np.uint8],
    relief: npt.NDArray[np.uint8],
    goal: Picture,
    angle: Plane,
    x: float,
    y: float,
    radius: float,
    rng: np.random.Generator,
    loose: float,
) -> None:
    height, width = angle.shape
    colour = goal[int(y), int(x)]
    path = []
    heading = float(angle[int(y), int(x)])
    if rng.random() < 0.5:
        heading += np.pi
    for _ in range(int(rng.integers(4, 9) * loose)):
        path.append((x, y))
        turn = float(angle[int(y), int(x)])
        if np.cos(turn - heading) < 0:
            turn += np.pi
        heading += 0.6 * float(np.sin(turn - heading))
        x, y = x + radius * 1.1 * np.cos(heading), y + radius * 1.1 * np.sin(heading)
        if not (0 <= x < width and 0 <= y < height):
            break
        here = goal[int(y), int(x)]
        if abs(here[0] - colour[0]) + abs(here[1] - colour[1]) + abs(here[2] - colour[2]) > 0.16:
            break
    if len(path) == 1:
        path.append((path[0][0] + radius * 0.5, path[0][1]))
    points = np.array(path, np.float32)
    way = np.gradient(points, axis=0)
    normal = np.stack([-way[:, 1], way[:, 0]], axis=1) / (np.linalg.norm(way, axis=1, keepdims=True) + 1e-6)
    taper = np.sin(np.linspace(0.35, np.pi - 0.25, len(points)))[:, None]
    colour = colour + rng.normal(0, 0.022 * loose) + rng.normal(0, 0.014 * loose, 3)
    bristles = 1 if radius < 2.5 else 3 if radius < 5 else 5 if radius < 9 else 9
    thick = max(1, round(2.3 * radius / bristles))
    for place in np.linspace(-1, 1, bristles) if bristles > 1 else (0.0,):
        line = ((points + normal * taper * place * radius * 0.9) * 8).astype(np.int32)
        tint = np.clip(colour + rng.normal(0, 0.02), 0, 1) * 255
        cv2.polylines(canvas, [line], False, tint.tolist(), thick, cv2.LINE_AA, 3)
        cv2.polylines(relief, [line], False, int(np.clip(128 + rng.normal(0, 34), 0, 255)), thick, cv2.LINE_AA, 3)


def _lit(canvas: Picture, relief: npt.NDArray[np.uint8], rng: np.random.Generator) -> Picture:
    height, width = relief.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    weave = np.sin(columns * 2.2) * np.sin(rows * 2.2) * 6 + rng.normal(0, 2, relief.shape)
    paint_height = cv2.GaussianBlur(relief.astype(np.float32) + weave.astype(np.float32), (0, 0), 0.9)
    light = cv2.Sobel(paint_height, cv2.CV_32F, 1, 0) + cv2.Sobel(paint_height, cv2.CV_32F, 0, 1)
    lit: Picture = np.clip(canvas * (1 + 0.0011 * np.clip(light, -110, 110))[..., None], 0, 1)
    return lit
