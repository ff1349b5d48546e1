"""`python -m tui` is `thaw`."""

from tui.cli import main

main(prog_name="thaw")
