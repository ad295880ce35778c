"""What every door shares: context, ids, errors, and the way a GraphQL document reaches the read engine."""
