"""The feature cache: what a frozen trunk makes of a picture is computed once, and kept."""
