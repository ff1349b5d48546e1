"""Letters for runs that are held against each other."""

from __future__ import annotations

LETTERS = "ABCDEFGH"
"""By which runs are told apart where there is no room for their names, or no colour."""

MOST = len(LETTERS)
"""Runs that can be shown beside each other."""
