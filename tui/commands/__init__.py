"""The commands in groups, and what they have in common. Heavy parts are imported late."""
