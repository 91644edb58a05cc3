"""Orca and Chromium on a screen of their own, at a companion that runs."""

from serving import companion  # noqa: F401
