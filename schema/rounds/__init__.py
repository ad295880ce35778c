"""Doors of allocation rounds."""
