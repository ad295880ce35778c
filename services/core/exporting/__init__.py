"""Export of things as files of rows that an import takes back unchanged."""
