"""The pictures of a run."""

from __future__ import annotations

from tui.app.actions.action import Action

PICTURES: tuple[Action, ...] = (
    Action(
        "pictures.next",
        ("right", "l"),
        "picture(1)",
        "next",
        "the next picture of this validation",
        "pictures",
        rank=1,
    ),
    Action(
        "pictures.previous",
        ("left", "h"),
        "picture(-1)",
        "previous",
        "the picture before",
        "pictures",
        rank=3,
    ),
    Action(
        "pictures.enlarge",
        ("enter",),
        "enlarge",
        "enlarge",
        "this picture on the whole screen, or back",
        "pictures",
        rank=1,
    ),
    Action(
        "pictures.older",
        ("left_square_bracket", "down", "j"),
        "sample(-1)",
        "older",
        "the same pictures after an earlier validation",
        "pictures",
        rank=1,
    ),
    Action(
        "pictures.newer",
        ("right_square_bracket", "up", "k"),
        "sample(1)",
        "newer",
        "the same pictures after a later validation",
        "pictures",
        rank=1,
    ),
    Action(
        "pictures.way",
        ("w",),
        "way",
        "other graphics",
        "Sixel or Kitty's protocol where the terminal has it, half blocks, greys",
        "pictures",
        rank=4,
    ),
    Action(
        "pictures.back",
        ("escape", "q", "i"),
        "back",
        "back",
        "back to all pictures, or to the run",
        "pictures",
        rank=1,
    ),
)
