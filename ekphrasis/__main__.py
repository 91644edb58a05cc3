"""The companion at a terminal: python -m ekphrasis read photo.jpg --audio poem.wav"""

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from . import settings
from .collection.anthology import poem_as_dict
from .companion import Companion, Reading, Stage, byline
from .photo import MAX_BYTES
from .refusal import Refusal
from .speech import heed_place, sound_file
from .words import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 where all went well, 1 where a sentence on standard error says what did not."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # JSON is UTF-8 whatever the terminal speaks; elsewhere a letter that it lacks must not end the poem.
        if options.json:
            sys.stdout.reconfigure(encoding="utf-8")
        else:
            sys.stdout.reconfigure(errors="replace")
    try:
        with Companion(settings.choose(options)) as companion:
            options.run(companion, options)
        sys.stdout.flush()
    except Refusal as refusal:
        print(say(refusal.key, **refusal.facts), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say("app.stopped"), file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read has read enough (`| head`); Python would complain again as it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ekphrasis", description=say("app.read.description"))
    commands = parser.add_subparsers(required=True, metavar="read | poems")
    read = commands.add_parser("read", help=say("app.read.help"), description=say("app.read.help"))
    read.add_argument("photo", help=say("app.read.photo"))
    read.add_argument("--audio", type=Path, metavar="FILE", help=say("app.read.audio"))
    read.add_argument("--json", action="store_true", help=say("app.read.json"))
    settings.add_options(read, "collection", "model", "voice")
    read.set_defaults(run=_read)
    poems = commands.add_parser("poems", help=say("app.poems.help"), description=say("app.poems.help"))
    poems.add_argument("--json", action="store_true", help=say("app.poems.json"))
    settings.add_options(poems, "collection")
    poems.set_defaults(run=_poems)
    return parser


def _read(companion: Companion, options: argparse.Namespace) -> None:
    def tell(stage: Stage) -> None:
        print(say(f"companion.stage.{stage}"), file=sys.stderr)

    # What must fail fails before the work, not after it.
    voice = companion.speaker
    if options.audio:
        _write(heed_place, options.audio)
        companion.on_trouble = lambda key: print(say(key), file=sys.stderr)
        voice.warm()
    reading = companion.read(_bytes(options.photo), on_stage=tell)
    print(json.dumps(_as_dict(reading), indent=2, ensure_ascii=False) if options.json else _as_text(reading))
    if options.audio:
        spoken = list(companion.speak(reading.poem))
        _write(partial(sound_file, spoken), options.audio)
        seconds = sum(each.duration for each in spoken)
        print(say("app.report.audio", path=options.audio, seconds=seconds), file=sys.stderr)


def _write(write: Callable[[Path], None], path: Path) -> None:
    try:
        write(path)
    except OSError as error:
        raise Refusal("app.cannot_write", path=path) from error


def _bytes(path: str) -> bytes:
    """No more than tells that it is too large: what is read may never end."""
    if path == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except IsADirectoryError as error:
        raise Refusal("app.is_folder", path=path) from error
    except PermissionError as error:
        raise Refusal("app.is_folder" if Path(path).is_dir() else "app.cannot_read", path=path) from error
    except OSError as error:
        raise Refusal("app.no_file", path=path) from error


def _as_text(reading: Reading) -> str:
    poem = reading.poem
    stanzas = ["\n".join(stanza) for stanza in poem.stanzas]
    return "\n\n".join([reading.seen, f"{poem.title}\n{byline(poem)}", *stanzas])


def _as_dict(reading: Reading) -> dict[str, object]:
    return {
        "seen": reading.seen,
        "judgements": list(reading.judgements),
        "choices": [
            {"poem": poem_as_dict(c.poem), "certainty": c.certainty, "shared": list(c.shared)} for c in reading.choices
        ],
    }


def _poems(companion: Companion, options: argparse.Namespace) -> None:
    poems = companion.collection.poems()
    if options.json:
        print(json.dumps([poem_as_dict(poem) for poem in poems], indent=2, ensure_ascii=False))
    else:
        print("\n".join(f"{poem.title} ({', '.join(poem.subjects)})" for poem in poems))


if __name__ == "__main__":
    sys.exit(main())
