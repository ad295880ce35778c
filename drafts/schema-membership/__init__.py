"""The doors of membership."""
