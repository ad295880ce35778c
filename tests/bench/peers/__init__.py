"""Other GraphQL servers over the same database: PostGraphile 5, and Mercurius with its JIT."""
