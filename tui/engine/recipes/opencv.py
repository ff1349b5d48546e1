"""OpenCV, which some of GluonCV's transforms warp pictures with. Nothing else here does."""

from __future__ import annotations

from gluoncv.utils.filesystem import try_import_cv2

from tui.engine.refusal import Refusal


def need_opencv(whom: str, extra: str) -> None:
    """See that it is there.

    Raises:
        Refusal: it is not; names the extra that brings it.
    """
    try:
        try_import_cv2()
    except ImportError:
        raise Refusal(
            f"GluonCV's transforms for {whom} need OpenCV, which is not installed; "
            f"add the extra: gluon-thaw[{extra}]"
        ) from None
