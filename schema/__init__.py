"""Every door of the house: GraphQL, the few plain HTTP routes and the command line. Knows no SQL."""
