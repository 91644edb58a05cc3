"""Where the page cannot be served, the person at the terminal is told what to change."""

import socket
from collections.abc import Iterator

import pytest

from ekphrasis.page.server import open_page
from ekphrasis.refusal import Refusal
from ekphrasis.settings import Settings
from ekphrasis.words import say


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield int(door.getsockname()[1])


def told(settings: Settings) -> str:
    with pytest.raises(Refusal) as refusal:
        open_page(settings)
    assert say(refusal.value.key, **refusal.value.facts)
    return refusal.value.key


def test_a_port_that_another_program_serves_on(taken: int) -> None:
    assert told(Settings(port=taken)) == "app.port_taken"


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.7", "[2001:db8::7]", "." * 300])
def test_an_address_that_is_not_of_this_machine(host: str) -> None:
    assert told(Settings(host=host, port=8765)) == "app.bad_host"


def test_a_voice_that_nobody_knows() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        free = int(door.getsockname()[1])
    assert told(Settings(voice="nobody", port=free)) == "speech.unknown_voice"
