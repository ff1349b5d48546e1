"""thaw: a terminal workbench for fine-tuning Gluon and GluonCV models."""

__version__ = "0.1.0"
