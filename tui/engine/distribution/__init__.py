"""A run on more than one device or machine, over MXNet's own key-value stores."""
