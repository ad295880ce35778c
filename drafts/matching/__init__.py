"""Who could cooperate with whom, why, and what does not fit: ranked pairs of proposals, and the weights behind."""
