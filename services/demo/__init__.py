"""The demo: plainly fictional proposals, practices and delegations in the six UN languages."""
