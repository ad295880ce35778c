"""Practices: documented, reviewed ways of building AI capacity that others can reuse."""
