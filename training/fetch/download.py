"""Asks one address once, within limits, and says whether asking again is of use."""

import asyncio
import email.utils
import time
from http import HTTPStatus

import httpx

from .limits import Limits

_MAX_REDIRECTS = 5
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# Some hosts say so to whoever asks too much: the picture may well be there.
_NOT_NOW = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Gone(Exception):
    """Asking again is of no use; the message says why."""


class Passing(Exception):
    """It may work another time; the message says what was the matter.

    `wait_s` is what the host asked for, if it did. `silent`: it did not answer at all. `soon`: it may work in this run.
    """

    def __init__(self, reason: str, *, wait_s: float | None = None, silent: bool = False, soon: bool = True) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.silent = silent
        self.soon = soon


def client(limits: Limits) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        follow_redirects=True,
        max_redirects=_MAX_REDIRECTS,
        timeout=httpx.Timeout(limits.total_s, connect=limits.connect_s, pool=None),
        limits=httpx.Limits(max_connections=limits.at_once, max_keepalive_connections=limits.at_once),
        # The byte limit is one of what is sent; compressed, it could unfold to any size.
        headers={"Accept-Encoding": "identity", "User-Agent": "ekphrasis-training (fetches MultiM-Poem for research)"},
    )


async def ask(web: httpx.AsyncClient, address: str, limits: Limits) -> bytes:
    """The whole body that `address` answers with. Raises Gone or Passing."""
    try:
        async with asyncio.timeout(limits.total_s), web.stream("GET", address) as reply:
            _heed_status(reply, limits)
            announced = reply.headers.get("Content-Length", "0")
            if announced.isdecimal() and int(announced) > limits.largest_bytes:
                raise Gone(_too_large(limits))
            body = bytearray()
            async for part in reply.aiter_raw():
                body += part
                if len(body) > limits.largest_bytes:
                    raise Gone(_too_large(limits))
            return bytes(body)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise Passing("no connection", silent=True) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Passing("too slow", silent=True) from error
    except httpx.TooManyRedirects as error:
        raise Gone(f"more than {_MAX_REDIRECTS} redirects") from error
    # A host's name that cannot be encoded is a UnicodeError.
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise Gone("not a web address") from error
    except httpx.HTTPError as error:
        raise Passing("connection broken off") from error
    except (Gone, Passing):
        raise
    except Exception as error:
        # Whatever the layers below make of one odd address or answer, thousands of others are still to be asked.
        raise Passing(f"cannot be asked ({type(error).__name__})", soon=False) from error


def _heed_status(reply: httpx.Response, limits: Limits) -> None:
    status = reply.status_code
    if status == 200:
        return
    reason = f"{status} {_phrase(status)}".strip()
    if status in _NOT_NOW:
        raise Passing(reason, soon=False)
    if status < 500 and status not in _PASSING:
        raise Gone(reason)
    wait = _wait(reply.headers.get("Retry-After", ""))
    if wait is not None and wait > limits.longest_wait_s:
        raise Passing(f"{reason}, come back in {wait:.0f} seconds", soon=False)
    raise Passing(reason, wait_s=wait)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _wait(told: str) -> float | None:
    """Seconds of a Retry-After header, which may also name a date; nothing where it says nothing that can be read."""
    if told.strip().isdecimal():
        return float(told)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(told).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _too_large(limits: Limits) -> str:
    return f"larger than {limits.largest_bytes:,} bytes"
