"""A program can use the companion through Gradio's own client: a photo in, poem and sound out."""

import itertools
from pathlib import Path

import gradio_client
import numpy as np
import pytest
import soundfile
from serving import Served

from ekphrasis.samples import samples
from ekphrasis.words import say


@pytest.fixture(scope="module")
def client(companion: Served) -> gradio_client.Client:
    return gradio_client.Client(companion.url, verbose=False)


def test_a_photo_is_answered_with_a_poem_and_its_sound(client: gradio_client.Client) -> None:
    poem, sound = client.predict(gradio_client.handle_file(str(samples()[0].path)), api_name="/read")
    lines = [line for stanza in poem["stanzas"] for line in stanza]
    assert poem["title"]
    assert poem["byline"]
    assert poem["seen"].endswith(".")
    heard, rate = soundfile.read(sound)
    assert rate == 24000
    said = [spoken for spoken in poem["spoken"] if spoken["line"] is not None]
    assert {spoken["line"] for spoken in said} == set(range(len(lines)))
    for before, after in itertools.pairwise(poem["spoken"]):
        assert before["start"] < before["end"] <= after["start"] + 1e-6
    assert poem["spoken"][-1]["end"] <= len(heard) / rate
    for spoken in poem["spoken"]:
        piece = heard[int(spoken["start"] * rate) : int(spoken["end"] * rate)]
        assert np.sqrt(np.mean(piece**2)) > 0.01, spoken["text"]


def test_a_file_that_is_no_photo_gets_its_sentence(client: gradio_client.Client, tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(gradio_client.exceptions.AppError) as error:
        client.predict(gradio_client.handle_file(str(letter)), api_name="/read")
    assert say("photo.refused.not_a_photo.pdf") in str(error.value)


def test_the_states_of_the_page_can_be_followed_too(client: gradio_client.Client) -> None:
    job = client.submit(samples()[1].id, "a program", api_name="/find_sample")
    job.result(timeout=60)
    states = job.outputs()
    assert [state["stage"] for state in states] == ["working"] * (len(states) - 1) + ["ready"]
    assert len(states[-1]["reading"]["choices"]) == 5


def test_no_copy_of_the_photo_is_left(client: gradio_client.Client, companion: Served, tmp_path: Path) -> None:
    marker = b"nobody else's photo, 2718281828"
    photo = tmp_path / "photo.webp"
    photo.write_bytes(samples()[2].path.read_bytes() + marker)
    client.predict(gradio_client.handle_file(str(photo)), api_name="/read")
    assert companion.holding(marker) == []
