"""The doors of taxonomy."""
