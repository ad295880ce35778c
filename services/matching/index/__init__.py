"""The index of matches: which proposals are the best for one, found in a process and without PostgreSQL, exactly.

It holds what is open and others may see, in arrays in files that all processes of a machine share. It answers one
question: the ids of the best so many. What a match is and says is computed by the one statement of ``scoring`` all the
same, over these ids alone; so an answer is the same whichever of both found it (docs/decisions/0034-matching-index.md).

- ``question``   what is asked: the own side of a pair, and each delegation as a partner, by one statement
- ``rows``       what the index knows of each proposal, read from the database
- ``part``       so many rows as arrays
- ``points``     the score, in numpy: the same operations in the same order as in SQL, so the same numbers
- ``meaning``    how near texts are, in numpy, and the most that they can be
- ``search``     the best rows of all parts
- ``files``      parts in a folder, whole or not there
- ``building``   makes them from the database
- ``living``     the index of one process: loaded, and following what is committed
"""
