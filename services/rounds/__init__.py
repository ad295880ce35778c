"""Allocation rounds: scarce offers to needs, with floors, a proof, and the answers of both sides."""
