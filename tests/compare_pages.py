"""Print the README's table: a page of stock Gradio components beside ours, measured in one run.

    python tests/compare_pages.py

Both answer the same sample artwork with the same companion. Axe runs with WCAG 2.0 to 2.2, A to AAA, and best
practices, with `target-size` and `color-contrast-enhanced` on.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from serving import Served

from ekphrasis.samples import samples

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": [f"wcag{v}{level}" for v in ("2", "21", "22") for level in ("a", "aa", "aaa")] + ["best-practice"],
    },
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
}


@dataclass(frozen=True)
class Measured:
    """What axe found at the start and with a poem, the seconds until the page could be used, and what it loaded."""

    start: str
    result: str
    ready: float
    weight: str


@dataclass(frozen=True)
class Candidate:
    """A page to be measured: selectors of what shows that it is ready, what starts the search, what shows the poem."""

    script: str
    button: str
    poem: str
    takes_a_file: bool


STOCK = Candidate("tests/stock_page.py", "#find", "#poem h2", takes_a_file=True)
OURS = Candidate("app.py", "#use-sample", "#poem-title", takes_a_file=False)


def broken(page: Page) -> str:
    violations = Axe().run(page, options=RULES).response["violations"]
    return f"{len(violations)} rules, {sum(len(violation['nodes']) for violation in violations)} nodes"


def measure(browser: Browser, candidate: Candidate, folder: Path) -> Measured:
    server = Served(folder, script=candidate.script)
    server.start()
    page = browser.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    begun = time.monotonic()
    page.goto(server.url)
    page.wait_for_selector(candidate.button, state="visible")
    seconds = time.monotonic() - begun
    page.wait_for_load_state("networkidle")
    weight = f"{sum(sizes) / 1000:.0f} kB, {len(sizes)} requests"
    start = broken(page)
    if candidate.takes_a_file:
        page.set_input_files("input[type=file]", samples()[0].path)
        page.wait_for_selector("img[src*='/file=']")
    page.click(candidate.button)
    page.wait_for_selector(candidate.poem, state="visible", timeout=120000)
    page.wait_for_timeout(2000)
    result = broken(page)
    server.end()
    return Measured(start, result, seconds, weight)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        stock, ours = (measure(browser, candidate, Path(folder)) for candidate in (STOCK, OURS))
        browser.close()
    print("| | stock components | our document |\n|---|---|---|")
    print(f"| axe at the start | {stock.start} | {ours.start} |")
    print(f"| axe with a poem | {stock.result} | {ours.result} |")
    print(f"| ready in the browser | {stock.ready:.1f} s | {ours.ready:.1f} s |")
    print(f"| loaded for it | {stock.weight} | {ours.weight} |")


if __name__ == "__main__":
    main()
