"""Open the companion's door: python app.py (--help says what can be chosen)."""

import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # While its parts load there is nothing to tidy up: Control and C may end it without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from ekphrasis.page.server import open_page
from ekphrasis.refusal import Refusal
from ekphrasis.settings import parse
from ekphrasis.words import say


def main() -> int:
    try:
        open_page(parse(sys.argv[1:]))
    except Refusal as refusal:
        print(say(refusal.key, **refusal.facts), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second one would only break off the tidying up
        print(say("app.stopped"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
