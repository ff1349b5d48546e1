"""The only part that imports mxnet and gluoncv. It runs in processes of its own."""

# Before anything here imports mxnet, which reads names that NumPy no longer has.
from tui.engine import numpy_aliases as numpy_aliases
