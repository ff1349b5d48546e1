"""Where a model's weights can be had, and how a file of them is read."""
