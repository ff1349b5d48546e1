"""How large a picture a detector's anchors reach: they are laid out when it is built, for feature
maps of a size, and cut to those of each picture."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.refusal import Refusal

Size = tuple[int, int]
"""Height and width, of a picture in pixels or of a feature map in cells."""

COARSEST = 32
"""A size that is suggested is a multiple of this, as some families need."""


def refuse_beyond(
    input_size: Size, picture: Size, features: Sequence[Size], room: Sequence[Size]
) -> None:
    """See that a detector has anchors for all of a picture that it will be given at an input size.
    `features` are the sizes of its feature maps then, `room` those that anchors are laid out for.

    Raises:
        Refusal: a feature map is larger; names an input size that is not too large.
    """
    share = min(
        there / wanted
        for map_, laid_out in zip(features, room, strict=True)
        for wanted, there in zip(map_, laid_out, strict=True)
    )
    if share >= 1:
        return
    height, width = (int(side * share) // COARSEST * COARSEST for side in input_size)
    fits = f"{height}" if height == width else f"{height}x{width}"
    raise Refusal(
        f"pictures of {picture[0]}×{picture[1]} are larger than this detector has anchors for; "
        f"give a smaller --input-size, such as {fits}"
    )
