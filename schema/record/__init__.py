"""Doors to the record: GraphQL and plain HTTP."""
