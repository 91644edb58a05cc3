"""A stand-in for the text tower, of a real encoding's size, that counts its work."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Encoding:
    vector: np.ndarray[Any, Any]
    tokens: np.ndarray[Any, Any]


@dataclass
class Encoder:
    width: int = 384
    tokens: int = 140
    texts: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> Encoding:
        self.texts.append(text)
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        noise = np.random.default_rng(seed).standard_normal((self.tokens + 1, self.width), dtype=np.float32)
        return Encoding(noise[0] / np.linalg.norm(noise[0]), noise[1:].astype(np.float16))
