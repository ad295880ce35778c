"""The doors of practices."""
