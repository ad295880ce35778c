"""What is kept about a person: given to them, and erased, while their acts stay under a pseudonym."""
