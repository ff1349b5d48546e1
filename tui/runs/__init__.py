"""What a run is, as data and files: its spec, its events, its folder, its process."""
