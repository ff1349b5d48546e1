"""Exit codes of `thaw train`, for whoever schedules it."""

COMPLETE = 0
ERROR = 1
REFUSED = 2
"""Bad input: nothing was trained, and to try again is of no use."""
STOPPED = 3
"""Stopped by a signal or a command, with a checkpoint: the same command goes on."""
DIVERGED = 4
"""The loss was no number any more; the last good checkpoint is there."""
