"""Take the README's picture of the page anew: python tests/take_screenshot.py"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from serving import ROOT, Served


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Served(Path(folder))
        server.start()
        server.wake()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.goto(server.url)
        page.click("#use-sample")
        page.wait_for_selector(".line[aria-current]", timeout=60000)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
        browser.close()
        server.end()
    picture.save(ROOT / "assets" / "page.webp", quality=80)


if __name__ == "__main__":
    main()
