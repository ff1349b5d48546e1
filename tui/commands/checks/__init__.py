"""What `thaw doctor` looks at: a file a subject, and one line here for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from queue import Empty, Queue
from threading import Thread

from tui.commands.checks.line import Line

LONGEST = 90.0
"""Seconds after which a subject that has not answered is given up."""

SUBJECTS = (
    *(
        "python",
        "mxnet",
        "gpu",
        "model_folder",
        "repositories",
        "run_folder",
        "state_folder",
        "settings",
    ),
    *("disk", "shared_memory", "ssh", "terminal"),
)
"""Files of this package, in the order in which they are told. Each has `check()`."""

Check = Callable[[], Iterator[Line]]


def check_of(subject: str) -> Check:
    """What looks at a subject."""
    return import_module(f"{__name__}.{subject}").check  # type: ignore[no-any-return]


def all_lines() -> Iterator[Line]:
    """Every subject's lines, in order, each as soon as it and those before it are there. All but
    the terminal, which only one may ask at a time, are looked at together."""
    apart = {
        subject: _begun(partial(_told, subject)) for subject in SUBJECTS if subject != "terminal"
    }
    for subject in SUBJECTS:
        if subject == "terminal":
            yield from _told(subject)
            continue
        try:
            yield from apart[subject].get(timeout=LONGEST)
        except Empty:
            yield Line(_name(subject), "warn", f"no answer within {LONGEST:.0f} s", TRY_AGAIN)


TRY_AGAIN = "Look at it by hand, or try again when the machine is less busy."


def _begun(check: Callable[[], list[Line]]) -> Queue[list[Line]]:
    done: Queue[list[Line]] = Queue()
    # A daemon, so that a driver or a resolver that hangs does not keep the command from its end.
    Thread(target=lambda: done.put(check()), daemon=True).start()
    return done


def _told(subject: str) -> list[Line]:
    try:
        return list(check_of(subject)())
    # What a check did not expect is a line of its own, and the others are told all the same.
    except Exception as error:
        why = " ".join(str(error).split()) or type(error).__name__
        return [Line(_name(subject), "warn", f"could not be looked at: {why}", TRY_AGAIN)]


def _name(subject: str) -> str:
    return subject.replace("_", " ")
