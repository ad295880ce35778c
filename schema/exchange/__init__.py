"""GraphQL of files that come in and go out."""
