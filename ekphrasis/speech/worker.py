"""The voice's own process: `python -m ekphrasis.speech.worker NAME THREADS`.

A request is one line of JSON, `[text, lang]`, on standard input. An answer on standard output is a count of samples
(unsigned 32-bit, little-endian), then so many float32. A count of 0 with nothing asked says: ready. When
standard input ends the process ends, even in the middle of a line, so it never outlives its parent.
"""

import json
import os
import struct
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO


def main(name: str, threads: int) -> None:
    answers = os.fdopen(os.dup(1), "wb")
    # What an engine prints must not land among the samples.
    os.dup2(2, 1)
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()

    if name != "hibari":
        raise SystemExit(f"no engine named {name}")
    from .hibari import Engine

    engine = Engine(threads)
    _answer(answers, b"")
    while True:
        text, lang = json.loads(requests.get())
        _answer(answers, engine.speak(text, lang).astype("<f4").tobytes())


def _listen(requests: "SimpleQueue[bytes]") -> None:
    for request in sys.stdin.buffer:
        requests.put(request)
    os._exit(0)


def _answer(answers: BinaryIO, samples: bytes) -> None:
    answers.write(struct.pack("<I", len(samples) // 4) + samples)
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
