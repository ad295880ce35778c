"""Figures over what the other slices keep."""
