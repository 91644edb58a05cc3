"""How hard the network is asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Of each download, of all that run at once, and of what one host is asked.

    `pause_s`: at least so long between two questions to one host. `longest_wait_s`: no back-off is longer, and a host
    that wants more is left for another run. After `silent_after` addresses in a row that did not answer at all, a host
    is not asked again in this run.
    """

    at_once: int = 16
    per_host: int = 4
    pause_s: float = 0.1
    # What `photo.take` takes at most.
    largest_bytes: int = 20 * 2**20
    connect_s: float = 10.0
    total_s: float = 60.0
    attempts: int = 4
    backoff_s: float = 1.0
    longest_wait_s: float = 120.0
    silent_after: int = 8
