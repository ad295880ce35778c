"""The same contract as one would ordinarily write it: Strawberry types over SQLModel rows, related rows by dataloaders."""
