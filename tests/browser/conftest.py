"""Debian's Chromium, driven by Playwright, at a companion that runs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright
from road import Road
from serving import Served, companion, own_companion  # noqa: F401
from visitor import Visitor

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --use-fake-ui-for-media-stream --use-fake-device-for-media-stream"
)


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split())
    yield browser
    browser.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open the page in a browser with no memory: `visit(url, color_scheme="dark")`. No script of ours may fail."""
    contexts = []
    visitors: list[Visitor] = []

    def open_page(url: str = "", **options: Any) -> Visitor:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        visitors.append(Visitor(context.new_page(), url or request.getfixturevalue("companion").url))
        return visitors[-1]

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def road(companion: Served) -> Iterator[Road]:  # noqa: F811
    way = Road(companion.port)
    yield way
    way.close()
