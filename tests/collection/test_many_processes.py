import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from counting import Encoder

from ekphrasis.collection import Collection, read_anthology
from ekphrasis.collection.store import BATCH

# What a companion does at its start, with the time that a text tower takes.
START = """
import sys, time
from counting import Encoder
from ekphrasis.collection import Collection
encoder = Encoder(width=32)
def encode(text):
    time.sleep(0.002)
    return encoder(text)
collection = Collection.open(sys.argv[1])
encodings = collection.encodings("model", encode)
assert len(encodings) == len(collection.poems())
print(len(encodings))
"""


def soundness(file: Path) -> tuple[int, int]:
    """How many poems and encodings the database holds, when it is sound and each write has its history row."""
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (poems,) = database.execute("SELECT count(*) FROM poems").fetchone()
        (encodings,) = database.execute("SELECT count(*) FROM encodings").fetchone()
        (fills,) = database.execute("SELECT count(*) FROM history WHERE what = 'fill'").fetchone()
        (recorded,) = database.execute(
            "SELECT count(DISTINCT text.value) FROM history, json_each(history.after, '$.texts') AS text"
            " WHERE what = 'encode'"
        ).fetchone()
    assert fills == 1
    assert recorded == encodings
    return poems, encodings


def test_four_that_start_at_once_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "new" / "collection.db"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", START, f"sqlite:///{file}"]
    starts = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for start in starts:
        said, trouble = start.communicate(timeout=60)
        assert (start.returncode, said.strip()) == (0, str(len(read_anthology()))), trouble
    assert soundness(file) == (len(read_anthology()),) * 2


def live(url: str, told: Connection) -> None:
    encoder = Encoder()
    told.send(-1)
    with closing(Collection.open(url)) as collection:
        told.send(0)
        collection.encodings("model", encoder, lambda done, of: told.send(done))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_kill_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    whole = len(read_anthology())
    for milliseconds in (0, 5, 10, 20, 40, 80, 120, 200, 300):
        file = tmp_path / str(milliseconds) / "collection.db"
        told, telling = multiprocessing.Pipe(duplex=False)
        victim = multiprocessing.get_context("fork").Process(target=live, args=(f"sqlite:///{file}", telling))
        victim.start()
        telling.close()
        assert told.recv() == -1
        time.sleep(milliseconds / 1000)
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        done = -1
        try:
            while True:
                done = told.recv()
        except EOFError:
            told.close()
        if done >= 0:  # what was confirmed is there
            poems, encoded = soundness(file)
            assert poems == whole
            assert encoded >= done - BATCH
        else:
            encoded = 0
        encoder = Encoder()
        with closing(Collection.open(f"sqlite:///{file}")) as collection:
            assert collection.poems() == read_anthology()
            collection.encodings("model", encoder)
        assert len(encoder.texts) == whole - encoded
        assert soundness(file) == (whole, whole)
