"""Notices: what people were told."""
