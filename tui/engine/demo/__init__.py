"""The demo: a detector small enough for two cores, and the trunk that ships with it."""
