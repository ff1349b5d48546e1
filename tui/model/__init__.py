"""What a model is, as data: blocks, parameters, selection, the freeze plan, the code snippet."""
