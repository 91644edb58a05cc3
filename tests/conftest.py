"""What several rooms' tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """A model folder of random weights, written by `python -m training tiny`: it runs as the real one does, in
    milliseconds, and judges nothing.
    """
    return Path(__file__).parent / "tiny_model"
