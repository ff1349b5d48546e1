"""`python -m tui` is `thaw`."""

from tui.start import main

main()
