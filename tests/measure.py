"""Print the README's times: from start to page, and from a photo to the first sound, in a real browser.

python tests/measure.py
"""

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright
from serving import Served

from ekphrasis.samples import samples

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]


def first_sounds(browser: Browser, url: str) -> list[tuple[float, float]]:
    """Seconds from the choice of each sample artwork to its poem on the page, and to the first sound of the reading."""
    page = browser.new_page(bypass_csp=True)
    page.goto(url)
    taken: list[tuple[float, float]] = []
    for sample in samples():
        page.evaluate("audio.addEventListener('playing', () => { window.heard = true }, { once: true })")
        page.evaluate("window.heard = false; document.title = ''")
        begun = time.monotonic()
        page.set_input_files("#file", sample.path)
        page.wait_for_function("document.title.startsWith('Poem ready')", polling=20)
        found = time.monotonic() - begun
        page.wait_for_function("window.heard", polling=20)
        taken.append((found, time.monotonic() - begun))
        page.click("#stop")
    return taken


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    server = Served(folder)
    print(f"first start to page: {server.start():.1f} s")
    begun = time.monotonic()
    server.wake()
    print(f"and from there until all poems are encoded, once: {time.monotonic() - begun:.1f} s")
    server.end()
    print(f"next start to page: {server.start():.1f} s")
    begun = time.monotonic()
    server.wake()
    print(f"and from there until awake: {time.monotonic() - begun:.1f} s")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        taken = first_sounds(browser, server.url)
        browser.close()
    server.end()
    shutil.rmtree(folder)
    print(f"photo to poem: median {median(t for t, _ in taken):.1f} s, longest {max(t for t, _ in taken):.1f} s")
    print(f"photo to first sound: median {median(t for _, t in taken):.1f} s, longest {max(t for _, t in taken):.1f} s")


if __name__ == "__main__":
    main()
