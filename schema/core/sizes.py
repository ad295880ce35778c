"""How long requests may be; told here, where nothing else is imported."""

MESSAGE_LIMIT = 64 * 1024
"""Bytes of a request's body, or of a message over a socket; of a document in any case."""
