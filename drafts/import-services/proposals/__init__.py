"""Cooperation proposals: needs, offers and joint ones, and the wishes of other delegations to join them."""
