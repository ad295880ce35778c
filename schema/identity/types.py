"""GraphQL types of identity."""
