"""The doors of translations."""
