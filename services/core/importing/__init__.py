"""Import of files of rows: reading row by row, checking cell by cell, keeping all in one transaction or nothing."""
