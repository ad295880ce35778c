"""The verifiable record: a Merkle tree over all leaves, signed heads, proofs, and the checking of them."""
