"""Translations of every localized text: suggested by anyone who takes part, accepted by the author's delegation."""
