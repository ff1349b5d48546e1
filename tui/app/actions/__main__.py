"""Makes the README's tables of keys anew: `python -m tui.app.actions README.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from tui.app.actions.tables import readme_region, with_region


def main() -> int:
    """Refresh the file that is named; without one, print the tables."""
    if len(sys.argv) < 2:
        print(readme_region())
        return 0
    file = Path(sys.argv[1])
    text = file.read_text("utf-8")
    try:
        made = with_region(text)
    except ValueError as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    if made != text:
        file.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
