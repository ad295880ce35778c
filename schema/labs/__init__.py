"""The doors to joint labs."""
