"""A companion that runs, asked without a browser."""

from serving import companion  # noqa: F401
