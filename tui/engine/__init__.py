"""The only part that imports mxnet and gluoncv. It runs in processes of its own."""

# Before anything here imports mxnet, which reads names that NumPy no longer has, and GluonCV,
# which wants no torch but an old one.
from tui.engine import numpy_aliases as numpy_aliases
from tui.engine import torch_apart as torch_apart
