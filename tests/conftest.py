"""What several rooms' tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Playwright


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """A model folder of random weights, written by `python -m training tiny`: it runs as the real one does, in
    milliseconds, and judges nothing.
    """
    return Path(__file__).parent / "tiny_model"


@pytest.fixture(scope="session")
def driver() -> "Iterator[Playwright]":
    """The one Playwright of a test run: it bears no second beside it in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright
