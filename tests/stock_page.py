"""The same journey made of Gradio's stock components: what `compare_pages.py` measures ours against."""

import os
import sys
from pathlib import Path

import numpy as np

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio

from ekphrasis import Companion
from ekphrasis.settings import from_environment

companion = Companion(from_environment())


def find(photo: str) -> tuple[str, str, tuple[int, np.ndarray]]:
    reading = companion.read(Path(photo).read_bytes())
    sound = np.concatenate([spoken.samples for spoken in companion.speak(reading.poem)])
    poem = f"## {reading.poem.title}\n\n" + "  \n".join(reading.poem.lines)
    return reading.sight.sentence, poem, (24000, sound)


with gradio.Blocks(title="A poem for a picture") as page:
    gradio.Markdown("# A poem for a picture")
    photo = gradio.Image(type="filepath", label="Photo of the artwork")
    button = gradio.Button("Find a poem", elem_id="find")
    seen = gradio.Textbox(label="What I see")
    poem = gradio.Markdown(elem_id="poem")
    sound = gradio.Audio(label="The reading")
    button.click(find, photo, [seen, poem, sound])

page.launch(server_port=int(sys.argv[sys.argv.index("--port") + 1]), quiet=True, ssr_mode=False)
