"""Training batches, read in processes of their own, ahead of the steps that take them."""
